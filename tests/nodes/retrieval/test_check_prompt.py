"""Check Prompt keeps what lies above chance in this very CLIP, and the prompt's form."""

import numpy as np

PROMPT = "고양이 두 마리, (수채화:1.3) 풍경 BREAK 뉴스, <lora:ink:0.8>, 가을 하늘 --ar 3:2"
PHRASES = ["고양이 두 마리", "수채화 풍경", "뉴스", "가을 하늘"]


def check(comfy, pair, image, **inputs):
    given = {"prompt": PROMPT, "threshold": 0.0, **inputs}
    kept, removed, (report,) = comfy.lists("DancheongCheckPrompt", image=image, **pair.halves, **given)
    return kept, removed, report


def test_phrases_are_measured_against_the_packs_own_by_the_same_clip(comfy, pair, pictures):
    own = comfy.module("nodes.retrieval.own")
    lacked = [line.split("\t")[1] for line in own.lines("phrases", ("korean",))]
    chance = pair.cosines(pictures, lacked, mended=True).T
    level = np.median(chance, axis=0)
    spread = 1.4826 * np.median(np.abs(chance - level), axis=0)
    heights = (pair.cosines(pictures, PHRASES) - level[:, None]) / spread[:, None]
    kept, removed, report = check(comfy, pair, pictures)
    for place, row in enumerate(heights):
        gone = [phrase for phrase, height in zip(PHRASES, row, strict=True) if height < 0]
        assert removed[place] == ", ".join(gone)
        assert all(
            (phrase in kept[place].replace("(", "").replace(":1.3)", "")) != (phrase in gone) for phrase in PHRASES
        )
        assert kept[place].endswith("--ar 3:2") and "<lora:ink:0.8>" in kept[place]
    assert 0 < (heights < 0).sum() < heights.size
    assert "Stays as it is, as no picture shows it: <lora:ink:0.8> --ar 3:2" in report and "Picture 4:" in report
    assert check(comfy, pair, pictures[2:3])[:2] == (kept[2:3], removed[2:3])


def test_a_low_threshold_keeps_the_prompt_to_the_letter_and_a_high_one_nothing(comfy, pair, pictures):
    assert check(comfy, pair, pictures[:1], threshold=-5.0)[:2] == ([PROMPT], [""])
    kept, removed, _ = check(comfy, pair, pictures[:1], threshold=10.0)
    assert kept == ["<lora:ink:0.8> --ar 3:2"]
    assert removed == [", ".join(PHRASES)]


def test_long_and_empty_prompts_end_in_a_word(comfy, pair, pictures):
    _, _, report = check(comfy, pair, pictures[:1], prompt="정부는 " * 5000 + ", 가을")
    assert "Phrases longer than the 75 tokens that the encoder reads, which were cut there: 1." in report
    kept, removed, report = check(comfy, pair, pictures[:1], prompt="<lora:ink:0.8>")
    assert (kept, removed) == (["<lora:ink:0.8>"], [""]) and "no words: nothing was compared" in report

"""Invert Prompt chains words as transformers' cosines say, and names the language of its CLIP."""

import numpy as np
import pytest

PHRASES = "a\t수채화\na\t사진\nb\t가을\nb\t하늘\nc\t단풍 풍경\nc\t뉴스"
ENTRIES = [line.split("\t")[1] for line in PHRASES.splitlines()]


def invert(comfy, pair, image, **inputs):
    given = {"phrases": PHRASES, "caption": "", "mode": "greedy", "most": 4, **inputs}
    prompts, (report,) = comfy.lists("DancheongInvertPrompt", image=image, **pair.halves, **given)
    return prompts, report


def greedy(pair, picture, most):
    """Plain: every phrase behind the prompt, by transformers."""
    prompt, cosine, left = "", -1.0, list(ENTRIES)
    while left and most:
        longer = [f"{prompt}, {entry}".removeprefix(", ") for entry in left]
        values = pair.cosines(picture, longer, mended=True)[0]
        if values.max() <= cosine:
            break
        prompt, cosine, most = longer[values.argmax()], values.max(), most - 1
        left.pop(values.argmax())
    return prompt


def test_greedy_is_what_transformers_would_choose(comfy, pair, pictures):
    prompts, report = invert(comfy, pair, pictures)
    assert prompts == [greedy(pair, pictures[place : place + 1], 4) for place in range(4)]
    assert all(prompts) and report.count("the whole prompt") == 4
    assert invert(comfy, pair, pictures[1:2])[0] == prompts[1:2]


def test_fast_is_the_rank(comfy, pair, pictures):
    order = np.argsort(-pair.cosines(pictures[:1], ENTRIES)[0])[:3]
    assert invert(comfy, pair, pictures[:1], mode="fast", most=3)[0] == [", ".join(ENTRIES[place] for place in order)]


def test_a_caption_comes_first_and_brackets_are_letters_of_the_prompt(comfy, pair, pictures):
    prompts, _ = invert(comfy, pair, pictures[:1], phrases="달 (보름)", caption="경복궁", mode="fast", most=1)
    assert prompts == [r"경복궁, 달 \(보름\)"]


def test_what_does_not_fit_is_told(comfy, pair, pictures):
    prompts, report = invert(comfy, pair, pictures[:1], caption="정부는 " * 70, mode="fast", most=6)
    assert prompts[0].startswith("정부는 정부는") and "words were left out, as the encoder reads 75 tokens" in report


@pytest.mark.parametrize("mode", ["greedy", "fast"])
def test_our_own_phrases_serve_without_a_bank(comfy, pair, pictures, mode):
    prompts, report = invert(comfy, pair, pictures[:1], phrases="", mode=mode, most=2)
    assert "311 entries in 9 categories." in report
    assert all("가" <= letter <= "힣" or letter in ", " for letter in prompts[0])

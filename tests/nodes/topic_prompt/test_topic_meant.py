"""A prompt as its writer means it: token ids and weights of the meant prompt, and a word about all that is not used."""

import unicodedata

import pytest
import torch
from safetensors.torch import save_file

WIDTH = 64
VECTORS = torch.randn(2, WIDTH, generator=torch.Generator().manual_seed(7))


@pytest.fixture(scope="module")
def clip(clip_of):
    return clip_of(WIDTH)


@pytest.fixture
def economy(folder):
    save_file({"clip_l": VECTORS}, folder / "경제.safetensors")
    save_file({"clip_l": VECTORS + 1}, folder / unicodedata.normalize("NFD", "세계.safetensors"))


def encode(comfy, clip, text, **inputs):
    _, prompt, _, report = comfy.node("DancheongEncodeTopicText", clip=clip, text=text, **inputs)
    return prompt, report


def tokens(clip, prompt):
    """(id or the vector's numbers, weight) of every token."""
    chunks = clip.tokenize(prompt)["l"]
    return [
        (tuple(token.tolist()) if isinstance(token, torch.Tensor) else token, weight)
        for chunk in chunks
        for token, weight in chunk
    ]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("(설악산: 1.4)을 본다", "(설악산을:1.4) 본다"),
        ("(설악산 : +1.4 )에서는", "(설악산에서는:1.4)"),
        ("(설악산:-.5)로부터", "(설악산로부터:-0.5)"),
        ("((설악산:1.2): 1.4)와의", "(설악산와의:1.2)"),
        ("((설악산))이라는", "(설악산이라는:1.2100000000000002)"),
        ("오늘 embedding:경제와의 뉴스", "오늘 embedding:경제 와의 뉴스"),
        ("(embedding:경제와의: 1.3) 뉴스", "(embedding:경제 와의:1.3) 뉴스"),
        ("(embedding:경제: 1.3)학 뉴스", "(embedding:경제:1.3) 학 뉴스"),
        ("embedding:경제,사진", "embedding:경제 , 사진"),
        ("사진,embedding:경제.", "사진, embedding:경제 ."),
        (
            "embedding:경제,embedding:세계, 뉴스",
            f"embedding:경제, embedding:{unicodedata.normalize('NFD', '세계')}, 뉴스",
        ),
        ("\\(embedding:경제\\)", "\\( embedding:경제 \\)"),
        ("Embedding:경제 뉴스", "embedding:경제 뉴스"),
        (unicodedata.normalize("NFD", "embedding:경제에서"), "embedding:경제 에서"),
        ("embedding:세계의 뉴스", f"embedding:{unicodedata.normalize('NFD', '세계')} 의 뉴스"),
        ("웃음 :) (고양이:1.3)가", "웃음 :\\) (고양이가:1.3)"),
        ("(고양이 (두:1.3)", "\\(고양이 (두:1.3)"),
    ],
)
def test_the_tokens_and_weights_are_those_that_were_meant(comfy, clip, economy, text, meant):
    prompt, report = encode(comfy, clip, text)
    assert tokens(clip, prompt) == tokens(clip, meant)
    assert "prompt output shows" in report


@pytest.mark.parametrize("name", ["없는것", "경재", "economy", "경제2", "없는것에서,"])
def test_an_embedding_that_is_missing_is_told(comfy, clip, economy, name):
    prompt, report = encode(comfy, clip, f"embedding:{name} 뉴스")
    assert f"There is no embedding {name!r}" in report and prompt == f"embedding:{name} 뉴스"
    assert ("Was 경제 meant?" in report) == (name in ("경재", "경제2"))


def test_a_word_that_is_no_particle_stays_and_is_told(comfy, clip):
    prompt, report = encode(comfy, clip, "(빨간:1.3)고양이")
    assert prompt == "(빨간:1.3)고양이" and "고양이 behind a bracket stays a word of its own" in report


@pytest.mark.parametrize("weight", ["nan", "inf", " -Infinity"])
def test_a_weight_that_is_no_number_is_an_error(comfy, clip, weight):
    error = comfy.try_node("DancheongEncodeTopicText", clip=clip, text=f"(달:{weight}) 해").error
    assert "Expected a number as the weight of '달'" in error


def test_a_time_of_day_that_became_a_weight_is_told(comfy, clip):
    assert "'오전 9' weighs 30" in encode(comfy, clip, "(오전 9:30)")[1]


@pytest.mark.parametrize("wide", ["(", ":", ")", "(:)"])
def test_a_weight_in_wide_letters_is_told(comfy, clip, wide):
    def written(text):
        return text.translate({ord(sign): ord(sign) + 0xFEE0 for sign in wide})

    report = encode(comfy, clip, f"높은 {written('(설악산:1.3)')}을 본다")[1]
    assert f"{written('(설악산:1.3)')} is read as letters" in report
    assert "as letters" not in encode(comfy, clip, f"(설악산:1.3) {written('(주) 오전 9:30')}")[1]


@pytest.mark.parametrize("text", ["<lora:hanbok:0.8>", "<lyco:a>", "산 BREAK 바다", "산 AND 바다"])
def test_what_only_other_programs_read_is_told(comfy, clip, text):
    assert "read as letters, ComfyUI's prompts have no such syntax" in encode(comfy, clip, text)[1]
    assert "read as letters" not in encode(comfy, clip, "breakfast and <b> LAND")[1]


def test_a_placeholder_that_stays_is_told(comfy, clip):
    assert "<topic> is read as letters" in encode(comfy, clip, "<topic> 뉴스")[1]


@pytest.mark.parametrize("text", ["고양이) 앉아", "(고양이", "고양이 (두", ")("])
@pytest.mark.parametrize("position", ["prefix", "suffix"])
def test_a_lone_bracket_costs_the_topic_nothing(comfy, clip, economy, put_in, text, position):
    topic = comfy.node("DancheongLoadTopicPrompt", embedding="경제.safetensors")[0]
    prompt, _ = encode(comfy, clip, text, topic=topic, position=position, strength=1.2)
    assert torch.equal(put_in(clip, prompt), VECTORS)
    assert 1.2 in {weight for _, weight in tokens(clip, prompt)}


def test_an_embedding_of_another_width_in_the_text_is_an_error(comfy, clip, folder):
    save_file({"clip_l": torch.ones(1, 32)}, folder / "narrow.safetensors")
    outcome = comfy.try_node("DancheongEncodeTopicText", clip=clip, text="embedding:narrow 달")
    assert "narrow.safetensors has vectors of width 32, this CLIP takes 64" in outcome.error


def test_a_name_in_the_text_that_several_files_have_is_told(comfy, clip, folder):
    for place, shift in ((folder, 0), (folder / "old", 1)):
        place.mkdir(exist_ok=True)
        save_file({"clip_l": VECTORS + shift}, place / "twin.safetensors")
    report = encode(comfy, clip, "embedding:twin 달")[1]
    assert "embedding:twin is " in report and "rename one of them" in report


@pytest.mark.parametrize(
    "text",
    [
        "사진 (embedding:경제:1.0) (고양이:1.0)가 (두:1.2) ",
        "사진 (고양이:1.0)학 (두:1.2) (embedding:경제:1.0)(embedding:경제:1.0) ",
        "embedding: 경제 (고양이\\ (두:1.2) ",
        "embedding:없는것 embedding:  없는것 사진 ",
    ],
)
def test_a_shortened_prompt_keeps_embeddings_and_weights(comfy, clip, economy, put_in, text):
    whole, _ = encode(comfy, clip, text + "가을 단풍 " * 60)
    short, report = encode(comfy, clip, text + "가을 단풍 " * 60, on_overflow="truncate")
    assert "Left out" in report and torch.equal(put_in(clip, short), put_in(clip, whole))
    assert tokens(clip, short)[:15] == tokens(clip, whole)[:15]

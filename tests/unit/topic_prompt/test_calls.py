"""Calls of embeddings as ComfyUI finds them."""

import unicodedata

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.topic_prompt.calls import set_apart

NAMES = ("경제", "경제로", "economy", "news/사회", "7(2)")


def find(name):
    known = {unicodedata.normalize("NFC", known): known for known in (*NAMES, unicodedata.normalize("NFD", "세계"))}
    return {**known, "123": "123.pt"}.get(unicodedata.normalize("NFC", name))


@pytest.mark.parametrize("name", ["경제", "economy", "news/사회"])
def test_whatever_is_glued_to_an_embedding_is_set_apart(name):
    for glued in ["에서", "와의", "에서는", "이라는", "학", "스러운", "ㅋㅋ", "!", "·사회", ",사진", "》", ":1.2", "."]:
        calls = set_apart(f"오늘 embedding:{name}{glued} 뉴스", find)
        assert calls.text == f"오늘 embedding:{name} {glued} 뉴스"
        assert calls.used == [name] and calls.missing == []
        assert calls.changed == [f"embedding:{name}{glued} is embedding:{name} {glued}"]


@pytest.mark.parametrize("text", ["경제", "경제,", "경제, 사진", "경제<b>", "경제[b]", "7\\(2\\)"])
def test_what_comfyui_reads_itself_stays(text):
    calls = set_apart(f"embedding:{text}", find)
    assert calls.text == f"embedding:{text}" and len(calls.used) == 1 and not calls.changed + calls.missing


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("(embedding:경제: 1.2)", "(embedding:경제: 1.2)"),
        ("(embedding:경제 :1.2)", "(embedding:경제 :1.2)"),
        ("(embedding:경제와의: +1.2)", "(embedding:경제 와의: +1.2)"),
        ("(embedding:경제:높이)", "(embedding:경제 :높이)"),
        ("(embedding:경제로부터:1.2)", "(embedding:경제로 부터:1.2)"),
        ("(embedding:123)", "(embedding:123.pt)"),
        ("(red)embedding:경제", "(red)embedding:경제"),
        ("빨간,embedding:경제", "빨간, embedding:경제"),
        ("오늘embedding:경제", "오늘 embedding:경제"),
        ("\\(embedding:경제\\)", "\\( embedding:경제 \\)"),
        ("Embedding:경제", "embedding:경제"),
        ("embedding:  경제", "embedding:경제"),
        ("embedding:,경제", "embedding:경제"),
        ("embedding: embedding:경제", "embedding:경제"),
        ("embedding:embedding:경제!", "embedding:경제 !"),
        ("embedding\uff1a경제", "embedding:경제"),
        ("embedding:" + unicodedata.normalize("NFD", "경제에서"), "embedding:경제 에서"),
        ("embedding:세계의", "embedding:" + unicodedata.normalize("NFD", "세계") + " 의"),
    ],
)
def test_a_call_is_written_as_comfyui_finds_it(text, written):
    calls = set_apart(text, find)
    assert calls.text == written and len(calls.used) == 1 and not calls.missing


@pytest.mark.parametrize("between", [",", "", ", ", "와", "·", "]", ":", "。"])
@pytest.mark.parametrize("second", ["embedding:economy", "Embedding:economy", "embedding\uff1aeconomy"])
def test_calls_that_are_glued_to_each_other_are_two(between, second):
    calls = set_apart(f"embedding:경제{between}{second}, 뉴스", find)
    assert calls.used == ["경제", "economy"] and not calls.missing
    assert all(word in calls.text.replace(" ,", ",").split() for word in ("embedding:economy,", "뉴스"))


@pytest.mark.parametrize("name", ["economy2", "economy-old", "economy.bin", "economics", "없는것에서", "경제2020"])
def test_the_name_of_another_embedding_is_missing_and_stands_for_none(name):
    calls = set_apart(f"embedding:{name}", find)
    assert calls.text == f"embedding:{name}" and calls.missing == [name] and not calls.used


@pytest.mark.parametrize("text", ["embedding:", "달 embedding: ", "(embedding:) 달", "embedding: embedding:없는것"])
def test_a_call_without_a_name_is_an_error(text):
    with pytest.raises(UserError, match="Expected a name after embedding:"):
        set_apart(text, find)

"""A brief becomes prompts: order, language, what is to be avoided, and brackets that are brackets."""

import json

import pytest
from dancheong.nodes.cover_prompt.brief import GENRES, SPACES, WORDING, Brief, language_of, prompts
from dancheong.nodes.ground import UserError

MOON = Brief(
    title="\u300e\ub2ec\ube5b \uc544\ub798\u300f",
    genre="historical",
    summary="A painter (aged 70)\n returns.",
    requirements="(moon:1.2)\n- people.\n\nhanok,",
    space="top",
)


def test_the_parts_stand_in_the_order_of_the_captions():
    positive, negative = prompts(MOON, "english")
    genre, space = WORDING["genres"]["historical"]["english"], WORDING["space"]["top"]["english"]
    summary = r"A painter \(aged 70\) returns"
    assert positive == f"book cover, \ub2ec\ube5b \uc544\ub798, {genre}, {summary}, (moon:1.2), hanok, {space}"
    assert negative == "people, " + WORDING["avoid"]["english"]


def test_words_of_the_brief_ask_for_no_file_but_requirements_may():
    brief = Brief("embedding:moon", "none", "Read embedding:moon (2)", "embedding:style", "none")
    assert prompts(brief, "english")[0] == r"book cover, embedding :moon, Read embedding :moon \(2\), embedding:style"


def test_korean_wording():
    positive, negative = prompts(Brief("\ub2ec", "poetry", "", "", "none"), "korean")
    assert positive == f"\ucc45 \ud45c\uc9c0, \ub2ec, {WORDING['genres']['poetry']['korean']}"
    assert negative == WORDING["avoid"]["korean"]


@pytest.mark.parametrize("field", ["title", "summary", "requirements"])
def test_hangul_anywhere_makes_a_brief_korean(field):
    empty = {"title": "Moon", "genre": "none", "summary": "a", "requirements": "b", "space": "none"}
    assert language_of(Brief(**empty)) == "english"
    assert language_of(Brief(**{**empty, field: "\ub2ec"})) == "korean"


def test_letters_are_composed():
    assert prompts(Brief("\u1103\u1161\u11af", "none", "", "", "none"), "english")[0] == "book cover, \ub2ec"


def test_an_empty_brief_is_refused():
    with pytest.raises(UserError, match="Expected a brief, got nothing"):
        prompts(Brief(" ", "none", "\n", "- people", "top"), "english")


def test_every_genre_and_space_is_worded_in_both_languages(root):
    for entries in (WORDING["genres"], WORDING["space"]):
        for key, entry in entries.items():
            assert set(entry) == {"english", "korean"}
            assert (key == "none") == (entry["english"] == "") == (entry["korean"] == "")
    for language in ("en", "ko"):
        told = json.loads((root / "locales" / language / "nodeDefs.json").read_text(encoding="utf-8"))
        assert list(told["DancheongCoverPrompt"]["inputs"]["genre"]["options"]) == list(GENRES)
    assert SPACES == ("none", "top", "centre", "bottom")

"""A brief becomes prompts: order, language, what is to be avoided, and brackets that are brackets."""

import json

import pytest
from dancheong.nodes.cover_prompt.brief import GENRES, SPACES, WORDING, Brief, language_of, prompts
from dancheong.nodes.cover_prompt.requirements import sorted_lines
from dancheong.nodes.ground import UserError

MOON = Brief(
    title="\u300e\ub2ec\ube5b \uc544\ub798\u300f",
    genre="historical",
    summary="A painter (aged 70)\n returns.",
    requirements="(moon:1.2)\n- people.\n\nhanok,",
    space="top",
)


def test_the_parts_stand_in_the_order_of_the_captions():
    positive, negative, _ = prompts(MOON, "english")
    genre, space = WORDING["genres"]["historical"]["english"], WORDING["space"]["top"]["english"]
    summary = r"A painter \(aged 70\) returns"
    assert positive == f"book cover, \ub2ec\ube5b \uc544\ub798, {genre}, {summary}, (moon:1.2), hanok, {space}"
    assert negative == "people, " + WORDING["avoid"]["english"]


def test_words_of_the_brief_ask_for_no_file_but_requirements_may():
    brief = Brief("embedding:moon", "none", "Read embedding:moon (2)", "embedding:style", "none")
    assert prompts(brief, "english")[0] == r"book cover, embedding :moon, Read embedding :moon \(2\), embedding:style"


def test_korean_wording():
    positive, negative, _ = prompts(Brief("\ub2ec", "poetry", "", "", "none"), "korean")
    assert positive == f"\ucc45 \ud45c\uc9c0, \ub2ec, {WORDING['genres']['poetry']['korean']}"
    assert negative == WORDING["avoid"]["korean"]


@pytest.mark.parametrize("field", ["title", "summary", "requirements"])
def test_hangul_anywhere_makes_a_brief_korean(field):
    empty = {"title": "Moon", "genre": "none", "summary": "a", "requirements": "b", "space": "none"}
    assert language_of(Brief(**empty)) == "english"
    assert language_of(Brief(**{**empty, field: "\ub2ec"})) == "korean"


def test_letters_are_composed():
    assert prompts(Brief("\u1103\u1161\u11af", "none", "", "", "none"), "english")[0] == "book cover, \ub2ec"


BARE = {"genre": "none", "summary": "", "requirements": "", "space": "none"}


@pytest.mark.parametrize(
    ("title", "painted"),
    [
        ("\u300a\ub2ec\ube5b\u300b", "\ub2ec\ube5b"),
        ("\u300e\u300c\ub2ec\u300d\u300f", "\ub2ec"),
        ("\ub2ec\ube5b \u300a\ubd04\u300b", "\ub2ec\ube5b \u300a\ubd04\u300b"),
        ("\u300a\ub2ec\u300b\uacfc \u300a\ubcc4\u300b", "\u300a\ub2ec\u300b\uacfc \u300a\ubcc4\u300b"),
        ("\u300e\ub2ec", "\u300e\ub2ec"),
        ('"Moon" and "Star"', '"Moon" and "Star"'),
        ('"Moon"', "Moon"),
        ("Dogs' Days'", "Dogs' Days'"),
    ],
)
def test_only_quotes_around_a_whole_title_are_taken_off(title, painted):
    assert prompts(Brief(title=title, **BARE), "english")[0] == f"book cover, {painted}"


@pytest.mark.parametrize(
    ("pasted", "wanted", "unwanted"),
    [
        ("- hanok\n- full moon", ["hanok", "full moon"], []),
        ("\u2013 hanok\n\u2013 full moon", ["hanok", "full moon"], []),
        ("\u2022 hanok\n\u2022 full moon\n- people", ["hanok", "full moon"], ["people"]),
        ("* hanok\n* (moon:1.2)", ["hanok", "(moon:1.2)"], []),
        ("1. hanok\n2) 3 lamps", ["hanok", "3 lamps"], []),
        ("\u2460 hanok\n\u00b7moon", ["hanok", "moon"], []),
        ("Scene:\n- hanok\n- moon\n\nAvoid:\n- people\n- cars", ["Scene", "hanok", "moon"], ["people", "cars"]),
        ("- \ubc30\uacbd: \ub2ec\n- \ud53c\ud560 \uac83: \uc0ac\ub78c", ["\ubc30\uacbd: \ub2ec"], ["\uc0ac\ub78c"]),
        ("\u25a0 Scene\n- hanok\n- moon\n\u25a0 Avoid\n- cars", ["Scene", "hanok", "moon"], ["cars"]),
        ("[Scene]\n- hanok\n\u3010Without\u3011\ncars", ["Scene", "hanok"], ["cars"]),
        ("\u3147 hanok\n\u2192 moon\n\u2605 lamp", ["hanok", "moon", "lamp"], []),
        ("hanok\n- people", ["hanok"], ["people"]),
        ("- people", [], ["people"]),
        ("(without hats:1.3)\n3.5 m waves", ["(without hats:1.3)", "3.5 m waves"], []),
    ],
)
def test_a_pasted_list_is_what_it_was(pasted, wanted, unwanted):
    found = sorted_lines(pasted)
    assert found[:2] == (wanted, unwanted)
    assert ("Every line begins with a dash" in found[2]) == (bool(wanted) and pasted[0] in "-\u2013S\u25a0[")


def test_what_is_to_be_avoided_has_an_input_of_its_own():
    brief = Brief(title="Moon", **{**BARE, "requirements": "hanok"}, avoid="- people\n\u2022 cars")
    assert prompts(brief, "english")[1].startswith("people, cars, ")


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

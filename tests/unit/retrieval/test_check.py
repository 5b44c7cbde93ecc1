"""Phrases of a prompt are found whatever its brackets, and those that go take nothing else with them."""

import numpy as np
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.retrieval import check, wording


def words(prompt):
    return [phrase.words for phrase in wording.parse(prompt).phrases() if phrase.words]


def removed(prompt, *gone):
    whole = wording.parse(prompt)
    return wording.without(whole, {id(phrase) for phrase in whole.phrases() if phrase.words in gone})


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("a cat, red hat", ["a cat", "red hat"]),
        ("(red hat:1.3), ((snow)), fog", ["red hat", "snow", "fog"]),
        ("(red hat, blue sky:1.2)", ["red hat", "blue sky"]),
        ("a cat (tabby:1.1) in snow", ["a cat tabby in snow"]),
        ("단풍 (가을:1.2)을 보는 ((아이))", ["단풍 가을을 보는 아이"]),
        ("(a cat)(a dog:1.2), fog", ["a cat a dog", "fog"]),
        ("a (red hat, snow:1.2) day", ["a", "red hat", "snow", "day"]),
        ("a (red <lora:x:1>) hat", ["a", "red", "hat"]),
        (r"a smile \(happy\), fog", ["a smile (happy)", "fog"]),
        ("a cat :), (red", ["a cat :)", "(red"]),
        ("고양이\uff0c단풍\u3001안개\n노을", ["고양이", "단풍", "안개", "노을"]),
        ("a cat BREAK a dog AND a bird", ["a cat", "a dog", "a bird"]),
        ("<lora:ink:0.8> a cat, embedding:bad", ["a cat"]),
        ("<https://a.b/c.png> a cat, 3.5 apples --v 4 --ar 1:1", ["a cat", "3.5 apples"]),
        ("a cat --ar 3:2, fog", ["a cat", "fog"]),
        ("A cat sleeps. A dog runs.", ["A cat sleeps", "A dog runs"]),
        ("눈이 온다. 고양이는 3.5 kg. 밤이다.", ["눈이 온다", "고양이는 3.5 kg. 밤이다"]),
        ("[[red]], {a|b}", ["[[red]]", "{a|b}"]),
        ("well-lit -- room, sand & blANDness", ["well-lit -- room", "sand & blANDness"]),
        (", ,, ()", []),
    ],
)
def test_phrases_and_back(prompt, found):
    assert words(prompt) == found
    assert wording.without(wording.parse(prompt), set()) == prompt


@pytest.mark.parametrize(
    ("prompt", "gone", "left"),
    [
        ("a cat, red hat, fog", ["red hat"], "a cat, fog"),
        ("a cat, red hat", ["a cat"], "red hat"),
        ("a cat, red hat", ["red hat"], "a cat"),
        ("a cat, red hat", ["a cat", "red hat"], ""),
        ("(red hat, blue sky:1.2), fog", ["red hat"], "(blue sky:1.2), fog"),
        ("(red hat, blue sky:1.2), fog", ["blue sky"], "(red hat:1.2), fog"),
        ("(red hat, blue sky:1.2), fog", ["red hat", "blue sky"], "fog"),
        ("((snow:1.3)), fog", ["snow"], "fog"),
        ("a cat BREAK red hat, fog", ["red hat"], "a cat BREAK fog"),
        ("a cat\nred hat\nfog", ["red hat"], "a cat\nfog"),
        ("fog, a cat (tabby:1.1) in snow, rain", ["a cat tabby in snow"], "fog, rain"),
        ("a (red hat, snow:1.2) day", ["red hat", "snow"], "a day"),
        ("a cat BREAK red hat", ["red hat"], "a cat"),
        ("a cat BREAK red hat", ["a cat"], "red hat"),
        ("fog, (a cat, BREAK snow:1.2)", ["snow"], "fog, (a cat:1.2)"),
        ("red hat, a cat --ar 3:2", ["red hat"], "a cat --ar 3:2"),
        ("<lora:x:1>, red hat, fog", ["red hat", "fog"], "<lora:x:1>"),
        (r"red hat, smile \(a\)", ["red hat"], r"smile \(a\)"),
        ("고양이\uff0c모자\uff0c안개", ["모자"], "고양이\uff0c안개"),
        ("A cat sleeps. A dog runs. Fog.", ["A cat sleeps"], "A dog runs. Fog."),
        ("눈이 온다. 새가 난다. 밤이다.", ["새가 난다"], "눈이 온다. 밤이다."),
        ("red hat, .5 apples", ["red hat"], ".5 apples"),
    ],
)
def test_what_goes_takes_its_separator_and_empty_brackets_only(prompt, gone, left):
    assert removed(prompt, *gone) == left


def test_brackets_without_end_and_long_prompts_are_read():
    assert len(words(", ".join(["cat"] * 5000))) == 5000
    with pytest.raises(UserError, match="at most 100 brackets"):
        wording.parse("(" * 101 + "cat" + ")" * 101)
    assert words("x" * 20_000) == ["x" * 20_000]


def test_the_threshold_is_measured_against_what_the_picture_lacks():
    random = np.random.default_rng(0)
    picture = np.eye(1, 64, dtype=np.float32)[0]
    cosines = np.concatenate([random.normal(0.18, 0.01, 300), [0.18, 0.24, 0.19]])
    vectors = np.zeros((303, 64), np.float32)
    vectors[:, 0], vectors[:, 1] = cosines, np.sqrt(1 - cosines**2)
    prompt = wording.parse("a chair, (red hat:1.3), fog --ar 1:1")
    checked = check.check(picture, prompt, vectors[300:], vectors[:300], 3.0)
    assert checked.kept == "(red hat:1.3) --ar 1:1" and checked.removed == "a chair, fog"
    assert [is_kept for *_, is_kept in checked.rows] == [False, True, False]
    level, spread = check.measured(np.round(vectors[:300, 0], 6))
    assert level == pytest.approx(0.18, abs=0.003) and spread == pytest.approx(0.01, rel=0.2)
    assert checked.rows[1][1] == pytest.approx((0.24 - level) / spread, abs=1e-4)
    assert (
        check.check(picture, prompt, vectors[300:], vectors[:300], -5.0).kept == "a chair, (red hat:1.3), fog --ar 1:1"
    )
    assert check.notes(prompt, [True, False, True], 75)[0].endswith("--ar 1:1")
    assert "no words" in check.notes(wording.parse("<lora:x:1>"), [], 75)[1]

"""Particles follow the last sound of what stands before them."""

import pytest
from dancheong.nodes.ground.particles import fitted

OBJECT, SUBJECT, TOPIC, WITH, BY, BE = (
    "\uc744(\ub97c)", "\uc774(\uac00)", "\uc740(\ub294)", "\uacfc(\uc640)", "(\uc73c)\ub85c", "(\uc774)\ub77c"
)  # fmt: skip
CONSONANT = ("\uc744", "\uc774", "\uc740", "\uacfc", "\uc73c\ub85c", "\uc774\ub77c")
VOWEL = ("\ub97c", "\uac00", "\ub294", "\uc640", "\ub85c", "\ub77c")
RIEUL = (*CONSONANT[:4], "\ub85c", "\uc774\ub77c")


@pytest.mark.parametrize(
    ("forms", "words"),
    [
        (CONSONANT, ["\ucc45", "3", "16", "100", "'\ucc45'", "\ucc45(2)", "Load Image M"]),
        (VOWEL, ["\ud45c\uc9c0", "2", "'\ud45c\uc9c0'", "`cover`", "x_(1).csv", "50 %", "3 mm", "12 GB", "a/b/image"]),
        (RIEUL, ["\uae00", "1", "8", "\"\uae00\"", "model", "3 px", "file", "XL"]),
    ],
)  # fmt: skip
def test_a_particle_has_the_form_of_the_sound_before_it(forms, words):
    for word in words:
        doubles = (OBJECT, SUBJECT, TOPIC, WITH, BY, BE)
        assert tuple(fitted(word + double)[len(word) :] for double in doubles) == forms, word
        assert fitted(f"{word}\uc640(\uacfc)") == word + forms[3]


def test_where_the_sound_is_not_sure_both_forms_stay():
    for word in ("input", "cover.png", "?", "", "\u6f22"):
        assert fitted(word + OBJECT) == word + OBJECT


def test_brackets_of_other_words_are_left_alone():
    text = "\uc0ac\uc9c4(\uc774\uc804) 3\uc7a5(\uc73c\ub730)"
    assert fitted(text) == text

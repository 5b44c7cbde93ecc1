"""What DiffSTE is told, against the published tokenizer's and instruction's known answers."""

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.text_edit import wording


def test_the_alphabet_is_printable_ascii_in_the_vocabularys_order():
    assert len(wording.ALPHABET) == 95 and sorted(wording.ALPHABET) == [chr(code) for code in range(32, 127)]
    assert [wording.ALPHABET.index(letter) for letter in ' 09azAZ!"~'] == [0, 1, 10, 11, 36, 37, 62, 63, 64, 94]


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("wizards", [33, 19, 36, 11, 28, 14, 29]),
        ("A b", [37, 0, 12]),
        ("A  b", [37, 0, 12]),  # the original's tokenizer takes runs of spaces as one
        (" A", [0, 37]),
        ("", []),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZABC", list(range(37, 57))),
    ],
)
def test_characters_are_the_original_tokenizers(word, ids):
    assert wording.characters(word, 20) == ids + [0] * (20 - len(ids))


@pytest.mark.parametrize(
    ("font", "colour", "sentence"),
    [
        ("", "", 'Write "ARTI"'),
        ("Mohave", "", 'Write "ARTI" in font: Mohave'),
        ("", "red", 'Write "ARTI" in color: red'),
        ("VesperLibre-Regular", "purple", 'Write "ARTI" in font: VesperLibre-Regular and color: purple'),
        ("Inconsolata[wdth,wght]", "", 'Write "ARTI" in font: Inconsolata'),
        ("Allura and Mohave", "red", "in font: Allura and Mohave"),
        ("Mandali", "red", 'Write "ARTI" in font: Mandali and color: red'),  # no mix: a deliberate difference
        ("  ", " ", 'Write "ARTI"'),
    ],
)
def test_instructions_are_worded_as_in_training(font, colour, sentence):
    assert wording.instruction("ARTI", font, colour) == sentence


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("", "no word"),
        ("   ", "no word"),
        ("\ud55c\uad6d", "Typeset Title"),
        ("caf\u00e9", "'\u00e9'"),
        ("tab\there", "'\\t'"),
        ("ABCDEFGHIJKLMNOPQRSTU", "21 characters"),
    ],
)
def test_words_that_cannot_be_written_are_refused(word, part):
    with pytest.raises(UserError) as refusal:
        wording.check(word, 20)
    assert part in str(refusal.value)


def test_words_that_were_hardly_learned_are_warned_of():
    assert wording.check("COVER", 20) == []
    (long,) = wording.check("ABCDEFGHIJKLMNOPQ", 20)
    assert "17 characters" in long
    (sign,) = wording.check("don't", 20)
    assert '"\'"' in sign


@pytest.mark.parametrize(
    ("read", "meant", "steps"),
    [("ARTI", "ARTI", 0), ("arti", "ARTI", 0), ("A R TI", "ARTI", 0), ("ARTL", "ARTI", 1), ("", "ARTI", 4),
     ("kitten", "sitting", 3), ("ARTICLE", "ARTI", 3)],
)  # fmt: skip
def test_distance_is_levenshteins(read, meant, steps):
    assert wording.distance(read, meant) == steps

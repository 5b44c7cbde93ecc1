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


@pytest.mark.parametrize(
    "font",
    ["", "Mohave", "Allura", "NovaMono-Bold", "NovaMono-BoldItalic", "Courgette", "Nova Mono", "pacifico",
     "Pacifico-Regular", "Inconsolata[wdth,wght]", "Allura and Mohave", "VesperLibre-Regular", "Red Hat Mono",
     "PressStart2P", "Exo2"],
)  # fmt: skip
def test_fonts_of_the_training_are_known(font):
    assert wording.unlearned(font, "") == []


@pytest.mark.parametrize("colour", ["", "red", "Red", " dark  purple ", "grey", "lilac", "olive", "cloudy blue"])
def test_colours_of_the_training_are_known(colour):
    assert wording.unlearned("", colour) == []


@pytest.mark.parametrize(
    ("font", "colour", "said"),
    [
        ("Arial", "", ["font 'Arial'"]),
        ("Mohavee", "", ["font 'Mohavee' and can only guess at it; the nearest that it learned: mohave"]),
        ("\ub098\ub214\uace0\ub515", "", ["font '\ub098\ub214\uace0\ub515'"]),
        ("Allura and Helvetica", "", ["font 'Helvetica'"]),
        ("Comic Sans and Times", "", ["font 'Comic Sans'", "font 'Times'"]),
        ("", "#ff0000", ["color '#ff0000'"]),
        ("", "\ube68\uac15", ["color '\ube68\uac15'"]),
        ("", "reddd", ["color 'reddd' and can only guess at it; the nearest that it learned: red"]),
        ("Arial", "ultraviolett", ["font 'Arial'", "color 'ultraviolett'"]),
    ],
)
def test_what_the_model_cannot_know_is_told(font, colour, said):
    warnings = wording.unlearned(font, colour)
    assert len(warnings) == len(said)
    assert all(part in warning and "did not learn" in warning for part, warning in zip(said, warnings, strict=True))


def test_what_the_sentence_does_not_say_is_told():
    assert wording.untold("Mohave", "red", "") == wording.untold("", " ", "In lilac") == []
    assert wording.untold("Mohave", "", "In lilac") == ["font not told, as the instruction replaces the whole sentence"]
    (both,) = wording.untold("Mohave", "red", "In lilac")
    assert both.startswith("font and color not told")
    (mixed,) = wording.untold("Allura and Mohave", "red", "")
    assert mixed.startswith("color 'red' not told")

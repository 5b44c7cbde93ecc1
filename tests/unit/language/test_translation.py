"""A finished English sentence becomes a Korean one, with its values, whatever they are."""

import re
from string import Formatter

import pytest
from dancheong.nodes.ground import catalogue
from dancheong.nodes.ground.particles import fitted
from dancheong.nodes.ground.patterns import named, patterns
from dancheong.nodes.ground.translation import LEAST_LETTERS, translated

ODD = ("17", "\ub2ec\ube5b", "'a b'", "/tmp/\ud55c\uae00/x.png", "C:/x_(1).psd", "3.5", '"no. "')
SHORT = {pattern.msgstr for pattern in patterns("ko") if pattern.letters < LEAST_LETTERS}
HANGUL = re.compile("[\uac00-\ud7a3]")


def filled(template, values):
    return Formatter().vformat(template, (), values)


def test_every_sentence_is_known_again_whatever_its_values_are():
    wrong = []
    for msgid, msgstr in catalogue.read("ko").items():
        names = list(dict.fromkeys(named(msgid)))
        if msgstr in SHORT:  # others say the like: only with a value that is ours
            continue
        for shift in range(2 if names else 1):
            values = {name: ODD[(place + shift + len(msgid)) % len(ODD)] for place, name in enumerate(names)}
            english, korean = filled(msgid, values), fitted(filled(msgstr, values))
            if translated(english, "ko") != korean:
                wrong.append((msgid, english, translated(english, "ko")))
    assert wrong == []


def test_two_sentences_of_one_form_say_the_same():
    said = {}
    for msgid, msgstr in catalogue.read("ko").items():
        places = {name: f"{{{place}}}" for place, name in enumerate(dict.fromkeys(named(msgid)))}
        form = filled(msgid, places)
        assert said.setdefault(form, filled(msgstr, places)) == filled(msgstr, places), msgid


@pytest.mark.parametrize(
    ("english", "parts"),
    [
        # a sentence of ours in a sentence of ours
        ("dancheong: There is no sheet jobs.csv.", ("jobs.csv",)),
        ("Node 3 (Save): Expected one of pdf, tiff, got 'doc'.", ("3", "Save", "pdf, tiff", "'doc'")),
        # with a list as long as it likes
        ("dancheong: Node 3 (Save): Expected one of a, b, c, d, e, f, g, h, i, j, k, got 'doc'. There is no app 'x': "
         "expected one of a, b, c, d, e, f, g, h; `dancheong apps` says what each does.",
         ("3", "Save", "a, b, c, d, e, f, g, h, i, j, k", "'doc'", "'x'", "`dancheong apps`")),
        ("dancheong: error: argument A: invalid choice: 'foo' (choose from 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')",
         ("'foo'", "'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'")),
        # with as many sentences in quotes as it likes
        ("Expected one of a, b, got 'One two. Three, four. Five. Six. Seven. Eight. Nine. Ten'. There is no app 'A b. "
         "C. D. E. F. G. H. I': expected one of a, b; `dancheong apps` says what each does.",
         ("a, b", "'One two. Three, four. Five. Six. Seven. Eight. Nine. Ten'", "'A b. C. D. E. F. G. H. I'",
          "`dancheong apps`")),
        # several in a line, and several lines
        ("Written to a b. Only 2 of 3 layouts differ enough.\n  Note: weights in float8, which are less exact than "
         "float16.", ("a b", "2", "3", "float8")),
        # a list of reasons, some of them ours
        ("3 refused: 2 x too long, 1 x the picture is broken.", ("3", "2 x ", "1 x ")),
        # a command in quotes, which another sentence has, too
        ("/a/python lacks cv2: run `/a/python -m pip install x`, or use the Python that ComfyUI runs with.",
         ("/a/python", ": cv2. ", ": `/a/python -m pip install x`", "ComfyUI", "Python")),
        # a value whose separators are in quotes
        ("There is no inpaint model 'a: b, c.pt' in models/inpaint: put your printer's there, and reload the editor.",
         ("'a: b, c.pt'", "models/inpaint")),
        # values without a border between them
        ("Picture 2: 1, 0 texts, engine rapidocr, read by tesseract.", ("2", "1, 0", "rapidocr", "tesseract")),
        ("  title at the top centre: left; 1,2 px, 3 x 4 px, letters 5 px; white of the picture's hue #ffffff; "
         "contrast least 4.5, median 7.0.", ("left", "#ffffff", "4.5", "7.0")),
        # sentences that are put together of parts
        ("No face was seen.", ()),
        ("back wing: the cover beside it, mirrored.", ()),
        ("- news.zip row 3: the picture is broken (no known format)", ("news.zip", "3")),
        ("Title: Font a.ttf (weight 700 has no effect, as this face has one weight) from the system.",
         ("a.ttf (weight 700", " weight ")),
        # a value of several lines, as what another program said
        ("There is no dataset 'a\nb': expected a file or a folder.", ("'a\nb'",)),
    ],
)  # fmt: skip
def test_values_are_kept_and_what_they_say_in_our_words_is_translated(english, parts):
    korean = translated(english, "ko")
    rest = korean
    for part in sorted(parts, key=len, reverse=True):
        assert part in korean
        rest = rest.replace(part, "")
    assert HANGUL.search(korean) and not re.search("[A-Za-z]{3}", re.sub("rapidocr|dancheong|float16", "", rest)), (
        korean
    )
    assert [len(line) - len(line.lstrip()) for line in korean.split("\n")] == [
        len(line) - len(line.lstrip()) for line in english.split("\n")
    ]


@pytest.mark.parametrize("name", ["none", "topic", "romance"])
def test_a_folder_that_is_called_by_a_word_of_ours_stays_what_it_is_called(name):
    for english in (
        f"{name} is not empty and no unfinished work of ours: choose another folder.",
        f"{name} could not be written (No space left on device): free space; the same command goes on.",
        f"dancheong: Another run is at work in {name}: wait until it has ended, or choose another folder.",
    ):
        korean = translated(english, "ko")
        assert name in korean and HANGUL.search(korean)


def test_what_is_none_of_ours_stays_as_it_is():
    for text in (
        "a castle in the fog, left, no picture",
        "/data/x.png",
        '{"title": "missing"}',
        "",
        "\n",
        "It is done.",
    ):
        assert translated(text, "ko") == text


def test_words_of_a_user_are_not_taken_for_ours():
    said = "  title at the top left: no picture; 1,2 px, 3 x 4 px, letters 5 px; x #ffffff; contrast least 4, median 7."
    assert "no picture" in translated(said, "ko")
    assert "'no picture'" in translated(
        "There is no app 'no picture': expected one of a, b; `dancheong apps` says what each does.", "ko"
    )


def test_english_is_what_the_sources_say():
    assert translated("There is no sheet a.csv.", "en") == "There is no sheet a.csv."


def test_a_report_of_any_length_is_read():
    lines = [f"- news.zip row {row}: the picture is broken (no known format)" for row in range(300)]
    korean = translated("\n".join(lines), "ko").splitlines()
    assert len(korean) == 300 and all(HANGUL.search(line) and "broken" not in line for line in korean)
    for endless in (": ".join(["a is b"] * 500), "dancheong: " * 500, " of ".join(["a"] * 500), "x\n" * 99, " (" * 500):
        assert translated(endless, "ko").count("\n") == endless.count("\n")

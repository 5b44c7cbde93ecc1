"""What the command line says stands in a data file, whole in every language."""

import json
import re
import string

import pytest
from dancheong.runner import language

USED = re.compile(r'\bsay\(["\']([\w.]+)["\']|\b(?:good|bad|note)\(\s*"([\w.]+)"')


def test_every_sentence_is_there_in_every_language_with_the_same_values():
    for key, sentence in json.loads(language.SENTENCES.read_text(encoding="utf-8")).items():
        assert set(sentence) == set(language.LANGUAGES), key
        values = {
            one: {name for _, name, *_ in string.Formatter().parse(text)} - {None} for one, text in sentence.items()
        }
        assert values["en"] == values["ko"], key
        assert sentence["en"].isascii() and not re.search(
            r"\((\uc744|\ub97c|\uc774|\uac00|\uc740|\ub294)\)", sentence["ko"]
        )


def test_every_sentence_is_said_and_every_one_that_is_said_is_there(root):
    said = set()
    for path in (root / "runner").rglob("*.py"):
        for plain, finding in USED.findall(path.read_text(encoding="utf-8")):
            said.add(plain or f"doctor.{finding}")
    states = {"doctor.good", "doctor.bad", "doctor.note"}
    assert said | states == set(json.loads(language.SENTENCES.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("variables", "spoken"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE", "LC_MESSAGES": "ko"}, "ko"),
        ({"LANG": "C"}, "en"),
        ({}, "en"),
        ({"LC_ALL": "", "LANG": "ko"}, "ko"),
    ],
)
def test_the_language_is_the_terminal_s(monkeypatch, variables, spoken):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language.spoken() == spoken


def test_without_a_variable_it_is_the_system_s(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(language.locale, "getlocale", lambda: ("Korean_Korea", "949"))
    assert language.spoken() == "ko"

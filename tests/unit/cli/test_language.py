"""Which language the command line speaks."""

import pytest
from dancheong.runner import language


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

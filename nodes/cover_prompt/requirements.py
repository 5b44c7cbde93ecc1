"""The lines of a brief, written or pasted: bullets are no words, and a dash may be a bullet or ask to avoid."""

import json
import re
from pathlib import Path

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
MARKS = (
    "\u2022\u2023\u25aa\u25ab\u25a0\u25a1\u25cf\u25cb\u25e6\u2219\u00b7\u318d\u30fb\u203b\u2713\u2714\u25b6\u25b7"
    "\u2043\u2192\u27a4\u25c6\u25c7\u2605\u2606"
)
LETTERS = "\uac00\ub098\ub2e4\ub77c\ub9c8\ubc14\uc0ac\uc544\uc790\ucc28\uce74\ud0c0\ud30c\ud558"
BULLET = re.compile(
    rf"(?:[{MARKS}]+\s*|[*+o\u3147\uff0a]\s+|[\u2460-\u2473]\s*|\(?\d{{1,2}}[.)]\s+|[{LETTERS}][.)]\s+)"
)
BRACKETED = re.compile(r"[\[<\u3010\u3008\u300a\u3014](.{1,20})[\]>\u3011\u3009\u300b\u3015]")
SQUARES = "\u25a0\u25a1\u25c6\u25c7\u25b6\u25b7"
"""Before a heading in Korean office papers, whose lists have dashes."""
HEADING = re.compile(r"([^()<>]{1,20}?)\s*[:\uff1a]\s*(.*)")
AVOIDED: tuple[str, ...] = tuple(json.loads((Path(__file__).parent / "avoided.json").read_text(encoding="utf-8")))
"""Words by which a heading says that what follows must not be seen."""


def sorted_lines(text: str) -> tuple[list[str], list[str], str]:
    """What is wanted, what is to be avoided, and a sentence where a dash could have meant either.

    A line that begins with a dash is to be avoided, unless all lines (of a list, or under a heading such as "Scene:" or
    "[Scene]") begin with one: then they are the list's bullets. Lines under a heading such as "Avoid:" are to be
    avoided.

    >>> sorted_lines("hanok\\n- people")[:2]
    (['hanok'], ['people'])
    >>> sorted_lines("- hanok\\n- a full moon")[:2]
    (['hanok', 'a full moon'], [])
    """
    wanted: list[str] = []
    unwanted: list[str] = []
    report = ""
    for heading, lines in _groups(text):
        dashed = [line[0] in DASHES for line in lines]
        is_list = all(dashed) and (bool(heading) or len(lines) > 1)
        if heading and not _avoids(heading):
            wanted.append(heading)
        for line, has_dash in zip(lines, dashed, strict=True):
            words = _words(line)
            told = HEADING.fullmatch(words)
            if told and _avoids(told[1]):
                unwanted.append(told[2])
            else:
                (unwanted if _avoids(heading) or (has_dash and not is_list) else wanted).append(words)
        if lines and is_list and not _avoids(heading):
            report = (
                "Every line begins with a dash: they were read as the bullets of a list of what is wanted. What is to "
                "be avoided has an input of its own."
            )
    return wanted, unwanted, report


def bare_lines(text: str) -> list[str]:
    """Every line without its bullet."""
    return [_words(line) for line in filter(None, map(str.strip, text.splitlines()))]


def _groups(text: str) -> list[tuple[str, list[str]]]:
    """(Heading or "", its lines)."""
    groups: list[tuple[str, list[str]]] = [("", [])]
    for line in filter(None, map(str.strip, text.splitlines())):
        words = _words(line)
        found = HEADING.fullmatch(words)
        bracketed = BRACKETED.fullmatch(words)
        if found and not found[2]:
            groups.append((found[1], []))
        elif bracketed or line[0] in SQUARES:
            groups.append((bracketed[1] if bracketed else words, []))
        else:
            groups[-1][1].append(line)
    return groups


def _words(line: str) -> str:
    return BULLET.sub("", line.lstrip(DASHES + " "), count=1)


def _avoids(heading: str) -> bool:
    return any(word in heading.casefold() for word in AVOIDED)

"""JSON files of every wrapping give the same records with ijson and without it."""

import io
import json
import sys

import pytest
from dancheong.nodes.news import json_file

RECORDS = [
    {"id": "1", "text": "\uac00 [\uc18d\ubcf4]", "score": 0.5},
    {"id": "2", "more": {"n": [1, 2**70, None]}},
    {"id": "3"},
]
LATE = json.dumps({"version": 2, "names": ["data"], "data": RECORDS, "end": 1}, ensure_ascii=False)


@pytest.fixture(params=["ijson", "json"])
def library(request, monkeypatch):
    if request.param == "json":
        monkeypatch.setitem(sys.modules, "ijson", None)
    else:
        pytest.importorskip("ijson")
    return request.param


def rows(text):
    return list(json_file.rows(io.StringIO(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (json.dumps(RECORDS), RECORDS),
        (json.dumps({"data": RECORDS}), RECORDS),
        (LATE, RECORDS),
        (LATE.replace("0.5", "Infinity"), [{**RECORDS[0], "score": float("inf")}, *RECORDS[1:]]),
        (LATE.replace('"end": 1', '"end": NaN'), RECORDS),
        ('{"version": 1, "data": [{"a": 1}, 5]}', [{"a": 1}, "it is no record: expected names and values in { }"]),
        ('{"version": 1, "data": {"a": 1}}', [{"a": 1}]),
        ('{"version": 1, "data": []}', []),
        ('{"a": 1}', [{"a": 1}]),
        ("no json", ["it is no JSON (Expecting value)"]),
        ("", ["it is no JSON (Expecting value)"]),
    ],
)
def test_the_records_do_not_depend_on_the_library(library, text, expected):
    assert rows(text) == expected


def test_a_file_that_breaks_off_says_so(library):
    *before, last = rows('{"version": 1, "data": [{"a": 1}, {"a": 2}, {"a"')
    assert last.startswith("it is no JSON (")
    assert before == ([{"a": 1}, {"a": 2}] if library == "ijson" else [])


def test_ijson_does_not_hold_the_file():
    pytest.importorskip("ijson")
    text = io.StringIO(json.dumps({"version": 2, "data": RECORDS[2:] * 100_000}))
    assert next(json_file.rows(text)) == RECORDS[2]
    assert text.tell() < 200_000 < len(text.getvalue())

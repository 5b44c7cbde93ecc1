"""JSON files of every wrapping give their records, and what is broken in them costs itself."""

import io
import itertools
import json

import pytest
from dancheong.nodes.news import json_file

RECORDS = [
    {"id": "1", "text": "\uac00 [\uc18d\ubcf4]", "img": "1.jpg", "score": 0.5},
    {"id": "2", "text": "\ub098", "img": "2.jpg", "more": {"n": [1, 2**70, None]}, "tags": [{"name": "x"}]},
    {"id": "3", "text": "\ub2e4 }, {", "img": "3.jpg"},
]
LINES = "\n".join(json.dumps(record, ensure_ascii=False) for record in RECORDS)
ARRAY, PRETTY = json.dumps(RECORDS), json.dumps(RECORDS, indent=2, ensure_ascii=False)
NO_RECORD = "it is no record: expected names and values in { }"


def rows(text):
    return [row for _, row in json_file.rows(io.StringIO(text, newline=""))]


@pytest.mark.parametrize("chunk", [7, 1 << 16])
@pytest.mark.parametrize(
    "text",
    [
        LINES,
        f"\ufeff{LINES}\n",
        LINES.replace("\n", "\r\n\r\n"),
        ARRAY,
        PRETTY,
        json.dumps({"data": RECORDS}),
        json.dumps({"articles": RECORDS}),
        json.dumps({"articles": RECORDS}, indent=2),
        json.dumps({"version": 2, "title": "news", "names": ["data"], "\uae30\uc0ac": RECORDS, "end": 1}),
        json.dumps({"response": {"status": "ok", "body": {"items": RECORDS}}}),
        json.dumps({"train": RECORDS[:1], "test": RECORDS[1:]}),
        "\n".join(json.dumps({"data": record}) for record in RECORDS),
        "\n".join(json.dumps(record, indent=1) for record in RECORDS),
        ",\n".join(json.dumps(record) for record in RECORDS),
    ],
)
def test_records_come_out_of_every_wrapping(text, chunk, monkeypatch):
    monkeypatch.setattr(json_file, "CHUNK", chunk)
    assert rows(text) == RECORDS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ARRAY.replace("0.5", "Infinity"), [{**RECORDS[0], "score": float("inf")}, *RECORDS[1:]]),
        ('{"version": 1, "data": [{"a": 1}, 5]}', [{"a": 1}, NO_RECORD]),
        ('{"version": 1, "data": {"a": 1}}', [{"a": 1}]),
        ('{"version": 1, "data": []}', []),
        ("[]", []),
        ('{"a": 1}', [{"a": 1}]),
        ("no json", ["it is no JSON (Expecting value)"]),
        ("<html>\n<body>\n</body>", ["it is no JSON (Expecting value)"]),
        ("", ["it is no JSON (the file is empty)"]),
        ('["a list"]\n{"a": 1}', [NO_RECORD, {"a": 1}]),
    ],
)
def test_what_is_no_record_says_so(text, expected):
    assert rows(text) == expected


DEEP = '"deep": ' + "[" * 3000 + "]" * 3000
BROKEN = [
    '{"text": "x", "img": }',
    '{"text": "x, "img": "1.jpg"}',
    '{"text": "x", "img": "1.jpg}',
    '{"text": "x" "img": "1.jpg"}',
    '{"text": "x", "img": "1.jpg"',
    '{"text": "x\ty", "img": "1.jpg"}',
    f'{{"text": "x", "img": "1.jpg", {DEEP}}}',
    '{"text": "x", "img": "1.jpg", "n": ' + "1" * 5000 + "}",
    '{"text": "x", "more": [{"a": 1}, {"b": 2}], "img": ]}',
]


@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_record_costs_itself(broken):
    for form, place in itertools.product(("lines", "array", "pretty", "wrapped"), (0, 1, 2)):
        good = [json.dumps(record, ensure_ascii=False, indent=2 if form == "pretty" else None) for record in RECORDS]
        parts = [*good[:place], broken, *good[place:]]
        text = "\n".join(parts) if form == "lines" else f"[{', '.join(parts)}]"
        if form == "wrapped":
            text = f'{{"n": 3, "articles": {text}, "end": 1}}'
        found = rows(text)
        assert [row for row in found if row in RECORDS] == RECORDS, (form, place)
        assert any(isinstance(row, str) and "it is no JSON (" in row for row in found), (form, place)


@pytest.mark.parametrize("head", ["[", '{"version": 1, "articles": ['])
def test_a_file_that_breaks_off_says_so(head):
    *before, last = rows(head + ARRAY[1 : ARRAY.index('"id": "3"')])
    assert before == RECORDS[:2] and last.startswith("it is no JSON (")
    *before, last = rows(head + ARRAY[1 : ARRAY.index(', {"id": "3"')])
    assert before == RECORDS[:2] and last.startswith("it is no JSON (")


@pytest.mark.parametrize("name", ["data", "articles"])
def test_the_file_is_not_held(name):
    text = io.StringIO(json.dumps({"version": 2, name: RECORDS[2:] * 100_000}))
    place, first = next(json_file.rows(text))
    assert (place, first) == ("record 1", RECORDS[2])
    assert text.tell() < 200_000 < len(text.getvalue())

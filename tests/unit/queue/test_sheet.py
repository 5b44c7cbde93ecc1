"""Sheets of jobs: what spreadsheets save, and what is wrong with some."""

import json
import os

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner.queue import sheet

TABLE = 'name,9.title\r\na,\ub2ec\ube5b \uc544\ub798\r\nb,"\ub458, \uc14b"\r\n'


def rows(path):
    return [(row.name, row.settings) for row in sheet.read(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_csv_as_spreadsheets_save_it(tmp_path, encoding):
    path = tmp_path / "jobs.csv"
    path.write_bytes(TABLE.encode(encoding))
    assert rows(path) == [
        ("a", (("9.title", "\ub2ec\ube5b \uc544\ub798"),)),
        ("b", (("9.title", "\ub458, \uc14b"),)),
    ]


def test_rows_without_a_name_are_numbered_and_empty_cells_leave_the_workflow_s_value(tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text("9.title,8.seed\nx,\n\n,7\n")
    assert rows(path) == [("0001", (("9.title", "x"),)), ("0002", (("8.seed", "7"),))]


def test_jsonl_keeps_its_types_and_its_empty_texts(tmp_path):
    path = tmp_path / "jobs.jsonl"
    lines = [{"name": "a", "8.seed": 7, "9.title": ""}, {"8.seed": None}]
    path.write_text("\n\n".join(map(json.dumps, lines)))
    assert rows(path) == [("a", (("8.seed", 7), ("9.title", ""))), ("0002", ())]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("jobs.xlsx", b"", r"Expected a sheet of jobs as .csv or .jsonl"),
        ("no.csv", None, "There is no sheet"),
        ("jobs.csv", b"", "must name every column"),
        ("jobs.csv", b"9.title\n", "has no rows"),
        ("jobs.csv", b"9.title,\nx,y\n", "must name every column"),
        ("jobs.csv", b"9.title,9.title\nx,y\n", "each once"),
        ("jobs.csv", b"9.title\nx,y\n", "line 2: expected 1 cells, got 2"),
        ("jobs.csv", b'9.title\n"x', "unexpected end of data"),
        ("jobs.csv", b"9.title\n\xff\xff", "neither UTF-8 nor CP949"),
        ("jobs.csv", b"name,9.title\na,x\nA,y\n", "rows 1 and 2 are both called 'A'"),
        ("jobs.csv", b"name,9.title\na/b,x\n", "cannot be a file name"),
        ("jobs.csv", b"name,9.title\n..,x\n", "cannot be a file name"),
        ("jobs.csv", b"name,9.title\na-2,x\na,y\n", "would be mixed up with further results of 'a'"),
        ("jobs.jsonl", b"{", "line 1 is no JSON"),
        ("jobs.jsonl", b"[1]", "line 1: expected a table"),
        ("jobs.jsonl", b"\n", "has no rows"),
    ],
)
def test_bad_sheets_are_explained(tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        sheet.read(path)


def test_names_that_look_alike_are_one(tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text("name,9.title\n\ub2ec,x\n\u1103\u1161\u11af,y\n", encoding="utf-8")
    with pytest.raises(UserError, match="both called"):
        sheet.read(path)


def test_a_fingerprint_follows_the_row_and_its_files(tmp_path):
    (tmp_path / "a.png").write_bytes(b"1")
    row = sheet.Row("a", (("1.image", "a.png"), ("9.title", "\ub2ec" * 300)))
    first = row.fingerprint([tmp_path])
    assert first == row.fingerprint([tmp_path])
    assert first != sheet.Row("a", (("1.image", "a.png"), ("9.title", "x"))).fingerprint([tmp_path])
    os.utime(tmp_path / "a.png", ns=(1, 1))
    assert first != row.fingerprint([tmp_path])

"""Sheets of jobs: what spreadsheets save, and what is wrong with some."""

import datetime
import json
import os
import re
import unicodedata

import openpyxl
import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner.queue import sheet
from dancheong.runner.queue.sheet_run import SheetRun

TABLE = 'name,9.title\r\na,\ub2ec\ube5b \uc544\ub798\r\nb,"\ub458, \uc14b"\r\n'


def rows(path):
    return [(row.name, row.settings) for row in sheet.read(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-32"])
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
        ("jobs.ods", b"", r"Expected a sheet of jobs as .csv, .xlsx or .jsonl"),
        ("jobs.xlsx", b"", "is damaged or no .xlsx file"),
        ("no.csv", None, "There is no sheet"),
        ("jobs.csv", b"", "must name every column"),
        ("jobs.csv", b"9.title\n", "has no rows"),
        ("jobs.csv", b"9.title,\nx,y\n", "must name every column"),
        ("jobs.csv", b"9.title,9.title\nx,y\n", "each once"),
        ("jobs.csv", b"9.title\nx,y\n", "line 2: expected 1 cells, got 2"),
        ("jobs.csv", b"sep=;\n9.title\nx;y\n", "line 3: expected 1 cells, got 2"),
        ("jobs.csv", "9.title\nx\n".encode("utf-16-le"), "nor UTF-16 with its mark"),
        ("jobs.csv", b'9.title\n"x', "unexpected end of data"),
        ("jobs.csv", b"9.title\n\xff\xff", "neither UTF-8 nor CP949"),
        ("jobs.csv", b"name,9.title\na,x\nA,y\n", "rows 1 and 2 are both called 'A'"),
        ("jobs.csv", b"name,9.title\na/b,x\n", "cannot be a file name"),
        ("jobs.csv", b"name,9.title\n..,x\n", "cannot be a file name"),
        ("jobs.csv", b"name,9.title\na-2,x\na,y\n", "would be mixed up with further results of 'a'"),
        ("jobs.jsonl", b"{", "line 1 is no JSON"),
        ("jobs.jsonl", b"[1]", "line 1: expected a table"),
        ("jobs.jsonl", b'{"9.title": "a", "9.title": "b"}', "line 1 is no JSON: a name stands twice"),
        ("jobs.jsonl", b"[" * 100_000, "line 1 is no JSON"),
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


@pytest.mark.parametrize(
    "content",
    [
        "name,9.title,9.author\na,x\nb,y,z\n",
        "name,9.title,9.author,,\na,x,,,\nb,y,z,,\n",
        "\n name , 9.title,\ufeff9.author \na,x,,,,\n,,\nb,y,z\n",
        "name;9.title;9.author\na;x\nb;y;z\n",
        "name\t9.title\t9.author\na\tx\nb\ty\tz\n",
        "sep=;\r\nname;9.title;9.author\r\na;x;\r\nb;y;z\r\n",
        "sep=|\nname|9.title|9.author\na|x\nb|y|z\n",
        '"sep=\t"\nname\t9.title\t9.author\na\tx\nb\ty\tz\n',
    ],
)
def test_separators_and_ends_of_lines_as_tools_write_them(tmp_path, content):
    path = tmp_path / "jobs.csv"
    path.write_bytes(content.encode("utf-8-sig"))
    assert rows(path) == [("a", (("9.title", "x"),)), ("b", (("9.title", "y"), ("9.author", "z")))]


def test_a_text_keeps_what_looks_like_a_separator_or_an_end_of_line(tmp_path):
    text = "a;b\tc, d\u2028e\x85f\r\ng"
    path = tmp_path / "jobs.csv"
    path.write_bytes(f'"Load; it.image",9.title\nx,"{text}"\n'.encode())
    assert rows(path) == [("0001", (("Load; it.image", "x"), ("9.title", text)))]
    path = tmp_path / "jobs.jsonl"
    path.write_bytes(("\ufeff" + json.dumps({"9.title": text}, ensure_ascii=False) + "\r\n").encode() * 2)
    assert rows(path) == [(name, (("9.title", text),)) for name in ("0001", "0002")]


def test_a_long_text_is_read_whole(tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text(f'9.title\n"{"x" * 200_000}"\n')
    assert len(sheet.read(path)[0].settings[0][1]) == 200_000


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", " #VALUE! ", "Err:502", "#####", "#BEZUG!"])
def test_an_error_of_a_spreadsheet_is_the_fault_of_its_row_and_never_a_text(tmp_path, error):
    path = tmp_path / "jobs.csv"
    path.write_text(f"name,9.title\na,{error}\n{error},x\nc,#1 of N/A\n")
    faulty, nameless, good = sheet.read(path)
    assert f"'9.title' holds the spreadsheet's error {error.strip()}" in faulty.fault
    assert nameless.name == "0002" and "'name' holds" in nameless.fault
    assert good == sheet.Row("c", (("9.title", "#1 of N/A"),))
    run = SheetRun({"9": {"class_type": "Title", "inputs": {"title": ""}}}, [], [faulty], [], tmp_path)
    with pytest.raises(UserError, match="the spreadsheet's error"):
        run.prompt(faulty, {})


@pytest.mark.parametrize("value", ["NaN", "1e999", r'"\ud800"', r'{"a": ["\udfff"]}'])
def test_what_json_can_hold_and_no_server_can_take_is_the_fault_of_its_row(tmp_path, value):
    path = tmp_path / "jobs.jsonl"
    path.write_text(f'{{"9.title": {value}}}\n{{"name": 0, "9.title": "x"}}')
    faulty, good = sheet.read(path)
    assert "'9.title' holds" in faulty.fault and faulty.fingerprint([tmp_path])
    assert good == sheet.Row("0", (("9.title", "x"),))


def test_xlsx_as_it_is_shown(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    page.append(["name", " 9.title ", "8.seed", "8.size", "7.bold", "9.author", None])
    page.append([7, 2024, 3.0, 0.1, True, datetime.date(2026, 11, 28)])
    page.append([datetime.datetime(2026, 11, 28, 9, 30), "\ub2ec\u2028\r\n=x", 2**53 - 1, -1.5e-7, False, " 007"])
    page.append([])
    page.append(["c", "#N/A"])
    book.create_sheet("other").append(["9.title"])
    path = tmp_path / "jobs.XLSX"
    # No file can be called after a time of day: its colon is refused like any other.
    page["A3"] = "b"
    book.save(path)
    first, second, third = sheet.read(path)
    assert first == sheet.Row("7", (("9.title", "2024"), ("8.seed", "3"), ("8.size", "0.1"), ("7.bold", "TRUE"),
                                    ("9.author", "2026-11-28")))  # fmt: skip
    assert second == sheet.Row("b", (("9.title", "\ub2ec\u2028\r\n=x"), ("8.seed", "9007199254740991"),
                                     ("8.size", "-1.5e-07"), ("7.bold", "FALSE"), ("9.author", " 007")))  # fmt: skip
    assert "error #N/A" in third.fault


def test_excel_s_codes_for_letters_that_xml_loses(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["9.title"])
    book.active.append(["a_x000D_\nb_x005F_x000D_"])
    book.save(tmp_path / "jobs.xlsx")
    assert rows(tmp_path / "jobs.xlsx") == [("0001", (("9.title", "a\r\nb_x000D_"),))]


def test_a_formula_that_nobody_has_worked_out_is_named(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["9.title"])
    book.active.append(['="a"&"b"'])
    book.save(tmp_path / "jobs.xlsx")
    with pytest.raises(UserError, match="cell A2: the formula has no value yet"):
        sheet.read(tmp_path / "jobs.xlsx")


def test_a_row_follows_the_file_that_it_names_in_another_unicode_form(tmp_path):
    decomposed = unicodedata.normalize("NFD", "\ub2ec\ube5b.png")
    (tmp_path / decomposed).write_bytes(b"1")
    row = sheet.Row("a", (("1.image", "\ub2ec\ube5b.png"),))
    first = row.fingerprint([tmp_path])
    os.utime(tmp_path / decomposed, ns=(1, 1))
    assert row.fingerprint([tmp_path]) != first


def test_bytes_that_are_a_text_in_two_encodings_are_refused_unless_they_are_marked_or_json(tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_bytes("9.title\n\ud0a4\n".encode("cp949"))
    with pytest.raises(UserError, match="may be UTF-8 \\('\u0170'\\) or CP949 \\('\ud0a4'\\)"):
        sheet.read(path)
    path.write_text("9.title\nJos\u00e9\n", encoding="utf-8-sig")
    assert rows(path) == [("0001", (("9.title", "Jos\u00e9"),))]
    path = path.with_suffix(".jsonl")
    path.write_text('{"9.title": "Jos\u00e9"}', encoding="utf-8")
    assert rows(path) == [("0001", (("9.title", "Jos\u00e9"),))]


@pytest.mark.parametrize("flag", [1, 32], ids=["locked", "patched"])
def test_a_spreadsheet_that_zipfile_gives_up_on_is_explained(tmp_path, flag):
    path = tmp_path / "jobs.xlsx"
    openpyxl.Workbook().save(path)
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(mark, bytes(data)):
            data[found.start() + place] |= flag
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"is damaged or no \.xlsx file"):
        sheet.read(path)

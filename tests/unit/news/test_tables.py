"""Tables as people's programs write them; a broken row costs itself."""

import pytest
from dancheong.nodes.ground import text_file
from dancheong.nodes.news import RefusedRow, dataset
from PIL import Image

GOOD = "\uc11c\uc6b8 \ud3ed\uc124"


@pytest.fixture
def folder(tmp_path):
    for name in "abc":
        Image.new("RGB", (8, 8)).save(tmp_path / f"{name}.jpg")
    return tmp_path


def told(source):
    """Titles, and reasons of what is refused after an X."""
    return [f"X {row.reason}" if isinstance(row, RefusedRow) else row.title for row in dataset.records(source)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["metadata.csv", "METADATA.CSV", "metadata.tsv", "news.csv", "metadata.jsonl"])
def test_a_table_is_read_in_whichever_encoding(folder, name, encoding):
    text = f"file_name,text\r\na.jpg,{GOOD}\r\n"
    if name.endswith("jsonl"):
        text = f'{{"file_name": "a.jpg", "text": "{GOOD}"}}\n'
    (folder / name).write_bytes(text.encode(encoding))
    assert told(folder) == [GOOD]


def test_bytes_that_are_no_letters_cost_their_row(folder):
    rows = [b"file_name,text", b"a.jpg,\xec\x84", b"b.jpg," + GOOD.encode(), "c.jpg,\ub05d".encode()]
    (folder / "metadata.csv").write_bytes(b"\n".join(rows))
    bad, *good = told(folder)
    assert "its text holds bytes that are no letters" in bad and good == [GOOD, "\ub05d"]


@pytest.mark.parametrize(
    "text",
    [
        "file_name;text;topic\na.jpg;T;x\n",
        "sep=|\r\nfile_name|text|topic\r\na.jpg|T|x\r\n",
        '"sep=;"\nfile_name;text\na.jpg;T\n',
        "\ufeff\ufeff File Name\t TEXT \na.jpg\tT\n",
        "\n\nfile-name,Title,,\na.jpg,T,,,,\n,,,\n",
        "\ud30c\uc77c\uba85,\uc81c\ubaa9,\ubcf8\ubb38\na.jpg,T,x\n",
        'id,file_name,text\n1,a.jpg,"T"',
        "Caption,IMG\nT,.\\a.jpg\n",
    ],
)
def test_headers_and_separators_as_tools_write_them(folder, text):
    (folder / "metadata.csv").write_text(text, encoding="utf-8")
    assert told(folder) == ["T"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (['a.jpg,"T,x', "b.jpg,U,y"], ["X a quote in it is opened", "U"]),
        (['a.jpg,"T,x', 'b.jpg,"U, V",y', "c.jpg,W,z"], ["X a quote in it is opened", "U, V", "W"]),
        (['a.jpg,"T,x', 'b.jpg,U",y', "c.jpg,W,z"], ["X a quote in it is opened", 'U"', "W"]),
        (['a.jpg,"T,x', 'b.jpg,"U\nV",y', "c.jpg,W,z"], ["X it is no CSV", "U\nV", "W"]),
        (['a.jpg,"T, x\n\nsays ""y""",z', "b.jpg,U,y"], ['T, x\n\nsays "y"', "U"]),
        (['a.jpg,"T" x,z', "b.jpg,U,y"], ["X it is no CSV", "U"]),
        (["a.jpg,T,x,y", "b.jpg,U,y"], ["X it has 4 cells: expected 3", "U"]),
        (["a.jpg,#N/A,x", "b.jpg,U"], ["X it holds a spreadsheet's error", "U"]),
        (["a.jpg,T\0,x", "b.jpg,U"], ["X its text holds a zero byte", "U"]),
        ([f"a.jpg,T [SEP] {'x' * 200_000},x", "b.jpg,U"], ["T", "U"]),
        ([f"{'A' * 200_000},T,x", "b.jpg,U"], ["X its picture", "U"]),
        (["b.jpg,U,x", 'a.jpg,T,"x'], ["U", "X a quote in it is opened"]),
    ],
)
def test_a_broken_row_costs_itself(folder, lines, expected):
    (folder / "metadata.csv").write_text("\n".join(["file_name,text,topic", *lines]), encoding="utf-8")
    found = told(folder)
    assert len(found) == len(expected)
    assert all(
        one.startswith(want) if want[:2] == "X " else one == want for one, want in zip(found, expected, strict=True)
    )


def test_a_text_of_several_lines_may_stand_before_the_picture_s_name(folder):
    text = 'text,file_name\n"T, b.jpg\nand more",a.jpg\nU,b.jpg\n"V\nW",c.jpg\n'
    (folder / "metadata.csv").write_text(text, encoding="utf-8")
    assert told(folder) == ["T, b.jpg\nand more", "U", "V\nW"]


def test_an_open_quote_costs_no_time_in_a_long_table(folder):
    rows = "".join(f"a.jpg,T {number},x\r\n" for number in range(20_000))
    (folder / "metadata.csv").write_text(f'file_name,text,topic\r\na.jpg,"open,x\r\n{rows}', encoding="utf-8")
    found = told(folder)
    assert len(found) == 20_001 and found[-1] == "T 19999"


def test_a_line_that_never_ends_costs_itself(folder, monkeypatch):
    monkeypatch.setattr(text_file, "LONGEST", 1000)
    long = f'{{"file_name": "a.jpg", "text": "{"x" * 5000}"}}'
    (folder / "metadata.jsonl").write_text(f'{long}\n{{"file_name": "b.jpg", "text": "U"}}\n')
    assert told(folder)[1:] == ["U"]
    (folder / "metadata.jsonl").unlink()
    (folder / "metadata.csv").write_text(f"file_name,text\na.jpg,{'x' * 5000}\nb.jpg,U\n")
    assert told(folder) == ["X its text is too long to be one", "U"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n1,2\n", "its first line names no picture and text"),
        ("file_name,text,Text\na.jpg,T,U\n", "its first line names the column 'text' twice"),
        ("", "its first line names no picture and text"),
        ("file_name,text\na.jpg,\u0170\n", "may be UTF-8"),
    ],
)
def test_a_table_that_is_none_says_so(folder, text, reason):
    (folder / "metadata.csv").write_bytes(text.encode())
    (found,) = told(folder)
    assert reason in found


def test_a_workbook_is_a_table(folder):
    import openpyxl

    book = openpyxl.Workbook()
    for row in ([], ["File_Name", "text", "id"], ["a.jpg", GOOD, 7], [], ["b.jpg", "#REF!", 8], ["c.jpg", "U", None]):
        book.active.append(row)
    book.save(folder / "metadata.xlsx")
    rows = list(dataset.records(folder / "metadata.xlsx"))
    assert told(folder) == [GOOD, "X it holds a spreadsheet's error (#REF!): expected values", "U"]
    assert rows[0].id == "7"
    (folder / "metadata.xlsx").write_bytes(b"PK nonsense")
    assert "is damaged or no .xlsx file" in told(folder)[0]


def test_texts_of_macos_are_put_together(folder):
    text = "file_name,text,topic\na.jpg,\u1109\u1165\u110b\u116e\u11af,\u1109\u1161\u1112\u116c\n"
    (folder / "metadata.csv").write_text(text, encoding="utf-8")
    (row,) = dataset.records(folder)
    assert (row.title, row.topic) == ("\uc11c\uc6b8", "\uc0ac\ud68c")

"""Datasets as desks have them, drawn anew: encodings x tables x names x pictures, whole and broken, and what becomes of
every row.
"""

import csv
import io
import json
import random
import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from . import odd_pictures

WORDS = ("서울", "금리", "반도체", "폭우", "수출", "연구팀", "개막", "김씨", "광화문")
HEADERS = (
    ("file_name", "text", "topic", "id"),
    ("File Name", " TEXT ", "Topic", "ID"),
    ("\ufefffile_name", "caption", "category", "news_id"),
    ("파일명", "캡션", "주제", "번호"),
)
TABLES = (".csv", ".CSV", ".tsv", ".jsonl", "lines.json", "array.json", "array.jsonl", "wrapped.json", ".xlsx", "")
"""The last is pictures with captions."""
ENCODINGS = ("utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le")
NAMES = ("plain", "NFD", "capitals", "backslash", "Korean", "below")


REASONS = {
    "half": "holds half a letter",
    "zero": "holds a zero byte",
    "deep": "nested too deep",
    "syntax": "it is no JSON",
}


@dataclass
class Row:
    """One row, and what must become of it."""

    values: list[str]
    """File, text, topic, id."""
    data: bytes | None
    """The picture's file."""
    stored: str
    """Its name in the folder."""
    reason: str = ""
    """A pattern of why it is refused; "" where it is kept."""
    line: str = ""
    """How the row is written, where that is what is broken."""


@dataclass
class Drawn:
    """One dataset."""

    source: Path
    rows: list[Row]
    traits: list[str] = field(default_factory=list)


def draw(folder: Path, rng: random.Random, count: int = 10) -> Drawn:
    """Write one dataset below `folder`, and say what must become of its rows."""
    table = rng.choice(TABLES)
    encoding = rng.choice([one for one in ENCODINGS if table or one != "utf-16-le"])
    container = rng.choice(("folder", "zip", "old zip", "images.zip", "folder"))
    if not table and container == "images.zip":
        container = "folder"
    rows = [_row(rng, number, table, container) for number in range(count)]
    if encoding == "cp949":  # which has no letters for what macOS takes apart
        for row in rows:
            row.values[0] = unicodedata.normalize("NFC", row.values[0])
    if table.lower() in (".csv", ".tsv"):
        rows = [_broken_line(rng, row) if rng.random() < 0.15 else row for row in rows]
    elif "json" in table:
        rows = [_broken_json(rng, row, table) if rng.random() < 0.15 else row for row in rows]
    name, data = _table(rng, table, encoding, rows) if table else ("", b"")
    files = {row.stored: row.data for row in rows if row.data is not None}
    if not table:
        for row in rows:
            # No tool writes a caption that is none: such a row has no file.
            if row.values[1]:
                files[str(Path(row.stored).with_suffix(".txt"))] = row.values[1].encode(encoding)
        rows.sort(key=lambda row: row.stored.split("/") if container == "folder" else row.stored)
    files |= {".DS_Store": b"\0", "__MACOSX/._a.jpg": b"\0\5\x16\7", "._metadata.csv": b"\0\5\x16\7"}
    source = _store(folder, container, files, name, data, rows)
    return Drawn(source, rows, [table or "captions", encoding, container])


def _row(rng: random.Random, number: int, table: str, container: str) -> Row:
    title = f"{' '.join(rng.choices(WORDS, k=3))} {number}"
    kind = rng.choice(NAMES)
    broken = rng.random() < 0.25
    pictures = odd_pictures.bad() if broken else odd_pictures.good()
    one = pictures[rng.choice(sorted(pictures))]
    stem = {"Korean": f"사진 {number}", "NFD": f"사진{number}", "capitals": f"IMG_{number}"}.get(kind, f"{number:03}")
    folder = "경제/" if kind == "below" or (kind == "backslash" and table) else ""
    stored = named = f"{folder}{stem}{one.ending}"
    if kind == "NFD":
        stored, named = rng.choice(
            [(unicodedata.normalize("NFD", stored), named), (stored, unicodedata.normalize("NFD", named))]
        )
    elif kind == "capitals":
        named = named.lower()
    elif kind == "backslash":
        named = named.replace("/", "\\")
    row = Row([named, title, "경제", f"n{number}"], one.data, stored, one.reason)
    if not table:
        return row
    fault = rng.choice(("gone", "outside", "no title", "long name", "base64", "web", "long text", *[""] * 14))
    if fault == "gone":
        row.data, row.reason = None, "is not there"
    elif fault == "outside":
        row.values[0], row.reason = rng.choice(("../up.jpg", "/etc/hostname", "C:\\a.jpg")), "leads out of the dataset"
    elif fault == "no title":
        row.values[1], row.reason = " ", "it has no title"
    elif fault == "long name":
        row.values[0], row.data, row.reason = f"{'가' * 180}.jpg", None, "is not there .a name of 544 bytes"
    elif fault == "base64":
        row.values[0], row.reason = "/9j/4AAQ" * 20_000, "is no file's name"
        if table == ".xlsx":
            row.values[0] = row.values[0][:30_000]  # no cell may hold more
    elif fault == "web":
        row.values[0], row.reason = "https://example.com/a.jpg", "is a web address"
    elif fault == "long text" and table != ".xlsx":
        row.values[1] = title + " [SEP] " + '본문, "인용"; 끝. ' * 20_000
    return row


def _broken_line(rng: random.Random, row: Row) -> Row:
    kind = rng.choice(("open quote", "cells", "letters after a quote"))
    file, title, topic, called = row.values
    if kind == "open quote":
        row.line, row.reason = f'{file}\x1f"{title}\x1f{topic}\x1f{called}', "a quote in it is opened|it is no CSV"
    elif kind == "cells":
        row.line, row.reason = "\x1f".join([file, title, "x", "y", topic, called]), "it has [0-9]+ cells: expected 4"
    else:
        row.line, row.reason = f'{file}\x1f"{title}" 끝\x1f{topic}\x1f{called}', "it is no CSV"
    return row


def _broken_json(rng: random.Random, row: Row, table: str) -> Row:
    file, title, topic, called = (json.dumps(value, ensure_ascii=True) for value in row.values)
    kind = rng.choice(("half", "zero", "deep", "syntax"))
    row.reason = REASONS[kind]
    text = {"half": f'{title[:-1]}\\ud83c"', "zero": f'{title[:-1]}\\u0000"'}.get(kind, title)
    more = {"deep": f', "more": {"[" * 3000}{"]" * 3000}', "syntax": ', "more": '}.get(kind, "")
    row.line = f'{{"file_name": {file}, "text": {text}, "topic": {topic}, "id": {called}{more}}}'
    return row


def _table(rng: random.Random, table: str, encoding: str, rows: list[Row]) -> tuple[str, bytes]:
    """Name and content of the table; writes what a broken row holds as it is."""
    if table == ".xlsx":
        return "metadata.xlsx", _sheet(rng.choice(HEADERS), rows)
    if "json" in table:
        lines = [row.line or _json(row) for row in rows]
        if table in (".jsonl", "lines.json"):
            text = "\n".join(lines)
        else:
            text = f"[{rng.choice((', ', ',' + chr(10)))[:2].join(lines)}]"
            if table == "wrapped.json":
                text = f'{{"count": {len(lines)}, "{rng.choice(("data", "articles", "기사"))}": {text}, "end": true}}'
        name = table if table[0] != "." else f"metadata{table}"
        return name.replace("lines", "news"), text.encode(encoding, "backslashreplace")
    separator = "\t" if table == ".tsv" else rng.choice(",;\t|")
    end = rng.choice(("\r\n", "\n"))
    told = f"sep={separator}{end}" if separator == "|" or rng.random() < 0.2 else ""
    header = rng.choice(HEADERS if encoding != "cp949" else [HEADERS[0], HEADERS[1], HEADERS[3]])
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerow(header)
    for row in rows:
        if row.line:
            text.write(row.line.replace("\x1f", separator) + end)
        else:
            writer.writerow(row.values)
    return f"{rng.choice(('metadata', 'METADATA'))}{table}", (told + text.getvalue()).encode(encoding)


def _json(row: Row) -> str:
    return json.dumps(dict(zip(HEADERS[0], row.values, strict=True)), ensure_ascii=False)


def _sheet(header: tuple[str, ...], rows: list[Row]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.worksheets[0].append([name.replace("\ufeff", "") for name in header])
    for row in rows:
        book.worksheets[0].append(row.values)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _store(folder: Path, container: str, files: dict[str, bytes], name: str, data: bytes, rows: list[Row]) -> Path:
    folder.mkdir(parents=True)
    if container in ("folder", "images.zip"):
        if name:
            (folder / name).write_bytes(data)
        if container == "images.zip":
            _zip(folder / "images.zip", {f"images/{path}": content for path, content in files.items()}, False)
            return folder
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return folder
    path = folder / ("news.ZIP" if container == "zip" else "news.zip")
    _zip(path, {**files, **({name: data} if name else {})}, container == "old zip")
    if name:
        _damage_members(path, rows)
    return path


def _zip(path: Path, files: dict[str, bytes], is_old: bool) -> None:
    """A zip file; an old one has its names in CP949 and does not say so."""
    names: list[tuple[bytes, bytes]] = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            try:
                old = name.encode("cp949") if is_old else b""
            except UnicodeEncodeError:
                old = b""
            if not name.isascii() and old:
                # A stand-in of as many bytes, which is then written over.
                stand_in = f"{len(names):05}".ljust(len(old), "~")
                names.append((stand_in.encode(), old))
                name = stand_in
            file.writestr(name, data)
    data = path.read_bytes()
    for stand_in, old in names:
        data = data.replace(stand_in, old)
    path.write_bytes(data)


def _damage_members(path: Path, rows: list[Row]) -> None:
    """Every 5th picture that was good is damaged in one of the ways in which zip members are."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        members = {entry.orig_filename: entry for entry in file.infolist()}
        start = file.start_dir
    for number, row in enumerate(rows):
        entry = members.get(row.stored)
        if row.reason or number % 5 or entry is None or row.data is None or entry.compress_size < 60:
            continue
        body = entry.header_offset + 30 + len(entry.filename.encode()) + len(entry.extra)
        central = data.index(entry.filename.encode(), start) - 46
        way = number // 5 % 3
        if way == 0:
            data[body + 10 : body + 40] = bytes(30)
        elif way == 1:
            for place in (entry.header_offset + 8, central + 10):
                data[place] = 97  # no known compression
        else:
            for place in (entry.header_offset + 6, central + 8):
                data[place] |= 1  # encrypted
        row.reason = "cannot be unpacked|the picture is broken"
    path.write_bytes(data)

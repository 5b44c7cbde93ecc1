"""Sheets as people's programs write them, whole and damaged, for `benchmarks/queue_input.py`."""

import csv
import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

COLUMNS = ("9.title", "9.author", "3.image", "8.seed", "5.resize_type.multiplier", "Load Image.image")
ENCODINGS = ("utf-8-sig", "utf-16", "utf-32", "utf-8", "cp949")
ENDS = ("\r\n", "\n")
PIECES = (
    "달빛 아래", "강", "\u1103\u1161\u11af", "José", "a", "0012", "3.50", "1,234", "TRUE", " ", ",", ";", "\t", '"',
    "'", "\n", "\r\n", "\u2028", "\u2029", "\x85", "\u200b", "\U0001f319", "=1+1", "#", "\\", "sep=;", "한글" * 400,
)  # fmt: skip
ERRORS = ("#N/A", "#REF!", "#DIV/0!", "Err:502")


def damaged(data: bytes, rng: random.Random) -> bytes:
    if rng.random() < 0.4:
        return data[: rng.randrange(len(data))]
    changed = bytearray(data)
    for _ in range(rng.randint(1, 5)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _table(rng: random.Random, pieces: tuple[str, ...]) -> tuple[list[str], list[list[str]]]:
    """Names of columns, and rows of texts, "" where a cell is empty."""
    names = ["name", *rng.sample(COLUMNS, rng.randint(1, 4))]
    rows = []
    for number in range(rng.randint(1, 6)):
        cells = ["".join(rng.choices(pieces, k=rng.randint(0, 4))) for _ in names[1:]]
        cells = [rng.choice(ERRORS) if rng.random() < 0.03 else cell for cell in cells]
        rows.append([f"r{number}", *cells])
    return names, rows


def _meant(names: list[str], rows: list[list[str]], empty: str | None) -> list[Any]:
    meant = []
    for name, *cells in rows:
        settings = {key: cell for key, cell in zip(names[1:], cells, strict=True) if cell != empty}
        meant.append((name, settings, empty is not None and any(cell in ERRORS for cell in cells)))
    return meant


def _write_csv(path: Path, rng: random.Random) -> list[Any]:
    encoding, told = rng.choice(ENCODINGS), rng.random() < 0.2
    separator = rng.choice("|;\t,") if told else rng.choice(",;\t")
    pieces = PIECES
    if encoding == "cp949":
        pieces = tuple(piece for piece in PIECES if _fits(piece))
    names, rows = _table(rng, pieces)
    text = io.StringIO(newline="")
    end = rng.choice(ENDS)
    if told:
        text.write(f"sep={separator}{end}")
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)
    padding = [""] * rng.choice((0, 0, 2))
    writer.writerow([f"{' ' * rng.randint(0, 1)}{name}" for name in names] + padding)
    for row in rows:
        cells = list(row)
        while len(cells) > 1 and not cells[-1] and rng.random() < 0.5:
            cells.pop()
        writer.writerow(cells + padding)
        if rng.random() < 0.1:
            writer.writerow([""] * len(names))
    path.write_bytes(text.getvalue().encode(encoding))
    return _meant(names, rows, "")


def _fits(piece: str) -> bool:
    try:
        piece.encode("cp949")
    except UnicodeEncodeError:
        return False
    return True


def _write_xlsx(path: Path, rng: random.Random) -> list[Any]:
    names, rows = _table(rng, tuple(piece for piece in PIECES if piece not in ("=1+1", "\x85")))
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(names)
    for row in rows:
        page.append([cell or None for cell in row])
        if len(names) > 1 and rng.random() < 0.3:  # a number, as a number
            # openpyxl writes 16 digits, Excel 15
            number = rng.choice(
                (rng.randint(-(2**50), 2**50), float(rng.randint(0, 99)), round(rng.uniform(-1e6, 1e6), 6))
            )
            page.cell(page.max_row, len(names), number)
            row[-1] = str(int(number)) if number == int(number) else repr(number)
    book.save(path)
    return _meant(names, rows, "")


def _write_jsonl(path: Path, rng: random.Random) -> list[Any]:
    names, rows = _table(rng, PIECES)
    ascii_only, end = rng.random() < 0.5, rng.choice(ENDS)
    lines = [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=ascii_only) for row in rows]
    path.write_bytes((end.join(lines) + rng.choice(("", end))).encode(rng.choice(ENCODINGS[:4])))
    return _meant(names, rows, None)


WRITERS: dict[str, Callable[[Path, random.Random], list[Any]]] = {
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
    ".jsonl": _write_jsonl,
}

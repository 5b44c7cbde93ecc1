"""The first sheet of an .xlsx file, as the lines that its CSV would have."""

import datetime
import re
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

from . import MissingLibraryError, UserError

CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")
FORMULA = "f"
"""openpyxl's letter for it."""


ERRORS = re.compile(
    # Excel's, Google's and LibreOffice's; what German and French programs say; a column too narrow for its number.
    r"#(?:N/A(?: N/A)?|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|ERROR!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!"
    r"|BUSY!|PYTHON!|EXTERNAL!|GETTING_DATA|NV|BEZUG!|WERT!|ZAHL!|VALEUR!|NOM\?|NOMBRE!|NUL!)|Err:\d{3}|#{3,}"
)
"""What a spreadsheet shows where it has no value."""


def lines(file: Path | IO[bytes], name: str) -> list[tuple[int, list[str]]]:
    """Line numbers and cells; whole numbers stay whole, dates are ISO 8601, booleans TRUE and FALSE, errors as shown.

    Args:
        name: what errors call the file.

    Raises:
        MissingLibraryError: openpyxl is missing.
        UserError: damaged, locked by a password, or a formula without its value (only a spreadsheet program works out
            values).
        FileNotFoundError: it is not there.
    """
    try:
        from openpyxl import load_workbook
    except ModuleNotFoundError:
        raise MissingLibraryError(
            f"{name} needs the package openpyxl: run `pip install openpyxl`, or save the sheet as CSV UTF-8."
        ) from None
    try:
        with warnings.catch_warnings():  # of drop-down lists and the like, which it does not read
            warnings.simplefilter("ignore")
            values, formulas = (load_workbook(file, data_only=shown) for shown in (True, False))
        shown, typed = values.worksheets[0], formulas.worksheets[0]
        found: list[tuple[int, list[str]]] = []
        for number, (row, written) in enumerate(zip(shown.iter_rows(), typed.iter_rows(), strict=True), 1):
            for cell, source in zip(row, written, strict=True):
                if cell.value is None and source.data_type == FORMULA:
                    raise UserError(
                        f"{name}, cell {cell.coordinate}: the formula has no value yet; open the file in a spreadsheet "
                        "program and save it there."
                    )
            found.append((number, [_text(cell.value) for cell in row]))
        return found
    except (
        zipfile.BadZipFile,
        RuntimeError,  # zipfile: locked, or packed in a way that it does not know
        zlib.error,
        EOFError,
        KeyError,
        ArithmeticError,
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        SyntaxError,  # of XML, in either of the parsers that it may use
    ) as error:
        # openpyxl has no error of its own for what it cannot make sense of.
        raise UserError(f"{name} is damaged or no .xlsx file ({error}); save it again, or as CSV UTF-8.") from error


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime.datetime):
        return (value.date() if value.time() == datetime.time() else value).isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return _unescaped(str(value))


def _unescaped(text: str) -> str:
    """Excel writes a carriage return as `_x000D_`, and an underscore before such a code as `_x005F_`."""
    return CODE.sub(lambda code: chr(int(code[1], 16)), text)

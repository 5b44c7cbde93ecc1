"""Chromium's own setting of the same lines, as a second witness: what lies in its columns, where its lines break."""

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import numpy as np
from PIL import Image

FONT = "Noto Sans CJK KR"
SIZE = 48
BOX = 96
SAME = 6.0
"""Mean difference of 0..255 up to which two pictures of a letter are the same."""


@contextmanager
def page() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 4 * BOX, "height": BOX})
        browser.close()


def orientation(browser: Any, letter: str) -> str:
    """ "U" or "R", or "both" for a letter that looks the same either way."""
    cells = "".join(f"<div style='text-orientation:{how}'>{letter}</div>" for how in ("mixed", "upright", "sideways"))
    browser.set_content(
        "<body lang=ko style='margin:0;display:flex;background:#fff'>"
        f"<style>div{{writing-mode:vertical-rl;width:{BOX}px;"
        f'height:{BOX}px;line-height:{BOX}px;font:{SIZE}px/{BOX}px "{FONT}"}}</style>{cells}'
    )
    shot = np.asarray(Image.open(io.BytesIO(browser.screenshot())).convert("L"), np.float32)
    mixed, upright, sideways = (shot[:, number * BOX : (number + 1) * BOX] for number in range(3))
    as_upright, as_sideways = (float(np.abs(mixed - other).mean()) < SAME / 100 for other in (upright, sideways))
    return "both" if as_upright and as_sideways else "U" if as_upright else "R"


def segments(browser: Any, line: str, word_break: str) -> list[str]:
    """What stays together in a column of no width."""
    browser.set_content(
        f"<p lang=ko style='width:0;margin:0;font:20px \"{FONT}\";word-break:{word_break};white-space:normal'></p>"
    )
    tops = browser.evaluate(
        """line => {
            const p = document.querySelector('p'); p.textContent = line;
            const range = document.createRange(), found = [];
            for (let at = 0; at < line.length; at++) {
                range.setStart(p.firstChild, at); range.setEnd(p.firstChild, at + 1);
                const boxes = range.getClientRects();
                found.push(boxes.length ? boxes[0].top : null);
            }
            return found;
        }""",
        line,
    )
    units = line.encode("utf-16-le")
    last, rows = 0.0, []
    for at, top in enumerate(tops):
        last = last if top is None else top
        rows.append((last, units[2 * at : 2 * at + 2]))
    return [b"".join(unit for _, unit in group).decode("utf-16-le") for _, group in groupby(rows, lambda row: row[0])]

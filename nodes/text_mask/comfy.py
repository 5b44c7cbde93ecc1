"""One search for text: an engine, the recognisers where a rule must read, the rules, and how the mask is drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..ground import UserError
from ..host import folders
from ..host.api import io
from ..host.models import stamp
from ..host.progress import Progress, interruptibly
from . import regions
from .engines import comfy_engines
from .marking import shapes
from .marking.rules import Rules, any_word
from .regions import Region

LIST = "@"
"""Begins the name of a word list in ComfyUI's input folder."""


class Choice(Protocol):
    """Which regions are meant: `Rules`, or what another capability knows of its own text."""

    @property
    def need_text(self) -> bool:
        """Whether regions must be read."""
        ...

    @property
    def need_hangul(self) -> bool:
        """Whether it is an error if Hangul cannot be read."""
        ...

    def masked(self, region: Region, size: tuple[int, int]) -> bool:
        """Whether this region of a picture of `size` (width, height) is meant."""
        ...


@dataclass(frozen=True)
class FoundText:
    """What one picture holds."""

    regions: list[Region]
    masked: list[bool]
    """Which of the regions the rules chose."""
    mask: np.ndarray
    """`[H,W]` uint8, 0 or 1."""

    @property
    def count(self) -> int:
        """Regions that the rules chose."""
        return sum(self.masked)


class TextSearch:
    """Looks for text in one picture after the other."""

    def __init__(self, engine: str, rules: Choice | None, shape: str, grow: float) -> None:
        """
        Args:
            engine: one of `ENGINES`.
            rules: None where the caller chooses among `regions` itself; they are read then.
            shape, grow: as for `shapes.draw_mask`.

        Raises:
            UserError: the engine is not there.
            UserError: the rules name Hangul, and nothing reads it.
        """
        self.engine = interruptibly(comfy_engines.choose, engine)
        self._rules, self._shape, self._grow = rules, shape, grow
        hangul = rules is not None and rules.need_hangul
        self._reader = interruptibly(comfy_engines.choose_reader, hangul) if rules is None or rules.need_text else None
        if self._reader is not None and hangul and not self._reader.reads_hangul:
            raise UserError(
                "A rule asks for Hangul, which is found but cannot be read without the Korean recogniser: run "
                "`dancheong models get korean-ocr`, install Debian's tesseract-ocr-kor and `pip install pytesseract`, "
                "or choose Korean text by height or place instead."
            )

    @property
    def reads_hangul(self) -> bool:
        """Whether the text of regions is read, Hangul included."""
        return self._reader is not None and self._reader.reads_hangul

    @property
    def reader(self) -> str | None:
        """Who reads the text of regions; None where nobody does."""
        return self._reader.name if self._reader is not None else None

    def steps(self, height: int, width: int) -> int:
        """How far a picture of that size moves the progress bar."""
        return self.engine.steps(height, width)

    def regions(self, pixels: np.ndarray, progress: Progress) -> list[Region]:
        """All text of a picture `[H,W,3]` uint8 RGB, read where the rules need that."""

        def call(work: Any, *arguments: Any) -> Any:
            result = interruptibly(work, *arguments)
            progress.step()
            return result

        found = self.engine.detect(pixels, call)
        if self._reader is not None:
            found = [interruptibly(self._reader.read, pixels, region) for region in found]
        return found

    def mask(self, pixels: np.ndarray, chosen: list[Region]) -> np.ndarray:
        """`[H,W]` uint8, 0 or 1: some of these regions."""
        return interruptibly(shapes.draw_mask, pixels, chosen, self._shape, self._grow)

    def find(self, pixels: np.ndarray, progress: Progress) -> FoundText:
        """The text of a picture `[H,W,3]` uint8 RGB, and what the rules choose of it."""
        found, masked = self._chosen(pixels, progress)
        chosen = [region for region, is_masked in zip(found, masked, strict=True) if is_masked]
        return FoundText(found, masked, self.mask(pixels, chosen))

    def wanted(self, pixels: np.ndarray, progress: Progress) -> list[Region]:
        """The text of a picture `[H,W,3]` uint8 RGB that the rules choose."""
        return [region for region, is_masked in zip(*self._chosen(pixels, progress), strict=True) if is_masked]

    def _chosen(self, pixels: np.ndarray, progress: Progress) -> tuple[list[Region], list[bool]]:
        """All text, and whether the rules choose it."""
        found, size = self.regions(pixels, progress), (pixels.shape[1], pixels.shape[0])
        return found, [self._rules is not None and self._rules.masked(region, size) for region in found]

    def to_json(self, pixels: np.ndarray, found: FoundText) -> dict:
        """What one picture holds, for `regions.report`."""
        return regions.to_json(self.engine.name, self.reader, pixels.shape[1::-1], found.regions, found.masked)


def keep_input() -> io.String.Input:
    """The input `keep` of every node that searches for text."""
    return io.String.Input(
        "keep",
        default="",
        tooltip=(
            "Text that stays: words or a regular expression, several with | between them, or @list.txt, a file of the "
            "input folder with one word a line."
        ),
    )


def all_but(keep: str) -> Choice:
    """All text except what `keep` matches, as typed into that input."""
    return Rules(keep=expression(keep))


def expression(text: str) -> str:
    """What the user typed as words, as an expression, or as "@list.txt", a file of the input folder."""
    if not text.startswith(LIST):
        return text
    path = folders.input_file(text.removeprefix(LIST))
    try:
        return any_word(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UserError(f"{path.name} is not UTF-8 text ({error.reason}): save the word list as UTF-8.") from error


def search_stamp(*expressions: str | None) -> str | float:
    """The answer of `fingerprint_inputs` for a node that searches for text: changes with weights and word lists.

    Args:
        expressions: as typed for `keep` and `only`; None where they come by a link: which list they name is not
            known then, and the node runs every time.
    """
    if None in expressions:
        return float("nan")  # one of its own: ComfyUI takes one and the same for unchanged
    lists = [text.removeprefix(LIST) for text in expressions if text and text.startswith(LIST)]
    found = [path for path in map(folders.find_input, lists) if path is not None]
    return comfy_engines.weights_stamp() + stamp(*found)


def region_reader() -> Callable[[np.ndarray, Region], Region] | None:
    """The recognisers as a function of a picture `[H,W,3]` uint8 RGB and a region, which gives the region with what it
    says and how sure that is; None where rapidocr is not installed."""
    try:
        reader = interruptibly(comfy_engines.choose_reader)
    except ImportError:
        return None
    return lambda pixels, region: interruptibly(reader.read, pixels, region)


def region_readings() -> Callable[[np.ndarray, Region], list[Region]] | None:
    """The same with what each recogniser makes of it, the likeliest first."""
    try:
        reader = interruptibly(comfy_engines.choose_reader)
    except ImportError:
        return None
    return lambda pixels, region: interruptibly(reader.readings, pixels, region)


def line_reader() -> Callable[[np.ndarray, tuple[int, int, int, int]], str] | None:
    """The recognisers as one function of a picture and a box in it; None where rapidocr is not installed."""
    reader = region_reader()
    if reader is None:
        return None

    def read(pixels: np.ndarray, box: tuple[int, int, int, int]) -> str:
        left, top, right, bottom = box
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
        return reader(pixels, Region(corners, 1.0)).text or ""

    return read

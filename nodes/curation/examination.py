"""What can be said of an article's picture by looking at nothing but itself, in any process."""

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..ground import UserError
from ..news import BrokenPicture, Record, RefusedRow, read_picture
from .curation import Curation
from .fingerprints import fingerprint

if TYPE_CHECKING:
    from ..watermark import Unmark
    from .relevance import Relevance

ENDINGS = {"JPEG": ".jpg", "MPO": ".jpg", "JPEG2000": ".jp2"}
"""Of formats that are not called as their files end."""


@dataclass(frozen=True)
class Fit:
    """A picture that passed."""

    print_: int
    """Its fingerprint."""
    data: bytes
    ending: str
    """Of the file that `data` is, with its dot."""
    removed: str
    """The mark that was taken off, and what of one was left; "" where it carried none."""
    relevance: float | None
    """Cosine of picture and headline; None where no CLIP was given."""
    left: str = ""
    """What was like a mark and was left; "" where nothing was, or where a mark was taken off, which says it itself."""

    def without_marks(self, said: str, cleaned: bytes | None) -> "Fit":
        """The same with what `watermark.take_off` says and gives."""
        if cleaned is None:
            return dataclasses.replace(self, left=said)
        return dataclasses.replace(self, data=cleaned, ending=".png", removed=said)


def examined(curation: Curation, row: Record | RefusedRow) -> Fit | str:
    """The picture of a row as it will be kept, or why it is not fit.

    Raises:
        UserError: a mark is no learned mark, or a folder no CLIP.
    """
    if isinstance(row, RefusedRow):
        return row.reason
    fault = curation.standards.article_fault(row.topic, row.title, row.content)
    if fault:
        return fault
    try:
        data = row.read()
    except UserError as error:
        return str(error)
    return examination(curation)(row.title, data)


@lru_cache(1)
def examination(curation: Curation) -> "Examination":
    """What a process loads once, for all rows that it looks at."""
    return Examination(curation)


class Examination:
    """The rules of a curation, with the marks and the CLIP that they need."""

    def __init__(self, curation: Curation) -> None:
        """Load what is needed.

        Raises:
            UserError: a file is no learned mark, or a folder no CLIP.
        """
        self._standards = curation.standards
        self._unmark = unmark(curation) if curation.marks else None
        self._relevance = _relevance(curation.clip)

    def __call__(self, title: str, data: bytes) -> Fit | str:
        """The picture as it will be kept, or why it is not fit."""
        try:
            opened = read_picture(data)
        except BrokenPicture as error:
            return str(error)
        picture = opened.pixels
        fault = self._standards.file_fault(opened) or self._standards.picture_fault(picture)
        if fault:
            return fault
        cosine = self._relevance.score(picture, title) if self._relevance else None
        fault = None if cosine is None else self._standards.relevance_fault(cosine)
        if fault:
            return fault
        fit = Fit(fingerprint(picture), data, _ending(opened.format), "", cosine)
        return fit.without_marks(*self._unmark(picture, opened.profile)) if self._unmark else fit


def unmark(curation: Curation) -> "Unmark":
    """What takes the marks of a curation off.

    Raises:
        UserError: a file is no learned mark, or no inpainting network.
    """
    import torch  # which plain curation can do without

    from ..erase import Lama
    from ..watermark import Unmark

    torch.set_num_threads(1)  # others have work too, and the last bit may hang on it
    return Unmark(curation.marks, Lama(curation.lama) if curation.lama else None)


def _relevance(clip: Path | None) -> "Relevance | None":
    if clip is None:
        return None
    from .relevance import Relevance

    return Relevance(clip)


def _ending(name: str) -> str:
    return ENDINGS.get(name, f".{name.lower()}")

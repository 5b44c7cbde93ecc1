"""What a cluster's GPUs do of a curation: they compare pictures with headlines, and fill the places of marks.

A worker for each GPU has the networks; what leads to their work and what follows is done on cores.
"""

import dataclasses
import pickle
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..news import Record, RefusedRow, decode, read_picture
from .curation import Curation
from .examination import Fit, examined, unmark

if TYPE_CHECKING:
    from ..watermark import Unmark


def in_stages(rows: Any, curation: Curation, gpus: int, on_cores: dict[str, Any], where: dict[str, Any]) -> Any:
    """Ray Data's rows to their verdicts.

    Args:
        rows: each with a pickled row under "row".
        curation: with a CLIP or LaMa.
        gpus: of the cluster.
        on_cores: Ray's options for what needs none.
        where: Ray's options that keep work on some machines.
    """
    begun = rows.map(_begun, fn_args=(curation,), **on_cores, **where)
    found = begun.map(_Networks, fn_constructor_args=(curation,), num_gpus=1, concurrency=(1, gpus), **where)
    return found.map(_ended, fn_args=(curation,), **on_cores, **where)


def told(row: Record | RefusedRow, verdict: Fit | str) -> dict[str, bytes]:
    """What comes back: the picture in the verdict, if at all."""
    told = row if isinstance(row, RefusedRow) else dataclasses.replace(row, read=bytes)
    return {"verdict": pickle.dumps((told, verdict))}


def _begun(entry: dict[str, Any], curation: Curation) -> dict[str, bytes]:
    """All that needs no network; where LaMa fills, marks are found and no more."""
    row = pickle.loads(entry["row"])
    plain = dataclasses.replace(curation, clip=None, **({"marks": (), "lama": None} if curation.lama else {}))
    verdict, marks = examined(plain, row), None
    if curation.lama and isinstance(verdict, Fit):
        marks = _unmark(curation).find(decode(verdict.data))
    return {"begun": pickle.dumps((row, verdict, marks))}


class _Networks:
    """A worker with a GPU."""

    def __init__(self, curation: Curation) -> None:
        from ..erase import Lama
        from .relevance import Relevance

        self._standards = curation.standards
        self._relevance = Relevance(curation.clip, on_gpu=True) if curation.clip else None
        self._lama = Lama(curation.lama, on_gpu=True) if curation.lama else None

    def __call__(self, entry: dict[str, Any]) -> dict[str, bytes]:
        from ..watermark import fill

        row, verdict, marks = pickle.loads(entry["begun"])
        filled = None
        if isinstance(verdict, Fit):
            picture = decode(row.read())  # as it came: OpenCV may have filled in the verdict's
            if self._relevance:
                cosine = self._relevance.score(picture, row.title)
                fault = self._standards.relevance_fault(cosine)
                verdict = fault or dataclasses.replace(verdict, relevance=cosine)
            if self._lama and not isinstance(verdict, str):
                filled = fill(picture, marks, self._lama)
        return {"filled": pickle.dumps((row, verdict, marks, filled))}


def _ended(entry: dict[str, Any], curation: Curation) -> dict[str, bytes]:
    from ..watermark import take_off

    row, verdict, marks, filled = pickle.loads(entry["filled"])
    if filled is not None:
        opened = read_picture(verdict.data)
        verdict = verdict.without_marks(*take_off(opened.pixels, opened.profile, marks, filled))
    return told(row, verdict)


@lru_cache(1)
def _unmark(curation: Curation) -> "Unmark":
    """What a process loads once; it only finds."""
    return unmark(dataclasses.replace(curation, lama=None))

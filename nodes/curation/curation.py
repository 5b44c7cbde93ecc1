"""What `dancheong curate` makes an image folder of, and by which rules."""

import dataclasses
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .shards import FOLDER
from .standards import Standards


@dataclass(frozen=True)
class Curation:
    """What to curate and by which rules."""

    source: Path
    """A dataset in any layout that `news.records` reads."""
    out: Path
    """The dataset's folder; what is done stands in it too, so that a killed run goes on."""
    standards: Standards
    marks: tuple[Path, ...] = ()
    """Learned marks to un-blend where a picture carries one."""
    clip: Path | None = None
    """Folder of a CLIP in transformers' layout, to compare pictures with headlines."""
    workers: int = os.cpu_count() or 1
    """Processes at most, or on Ray cores of a Ray of this machine."""
    ray: str | None = None
    """A Ray cluster's address, "local" for one that is started for this run; None = processes do it."""

    form: str = FOLDER
    """An image folder, or shards: "webdataset" or "parquet"."""
    lama: Path | None = None
    """File of LaMa, which fills the places of marks; None = OpenCV does."""

    def settings(self) -> dict[str, Any]:
        """What decides the result: a folder made with anything else is not gone on with."""
        standards = dataclasses.asdict(self.standards)
        least = standards.pop("min_relevance")  # decides nothing where there is no CLIP
        return {
            "source": str(self.source.resolve()),
            "source_size": self.source.stat().st_size if self.source.is_file() else None,
            "standards": standards,
            "marks": [str(mark.resolve()) for mark in self.marks],
            "clip": str(self.clip.resolve()) if self.clip else None,
            "min_relevance": least if self.clip else None,
            **({"as": self.form} if self.form != FOLDER else {}),
            **({"lama": str(self.lama.resolve())} if self.lama else {}),
        }

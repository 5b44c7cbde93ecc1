"""A dataset on disk as what a topic is learned from: its pictures are encoded once and kept, not held in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import comfy.sd
import comfy.utils
import folder_paths

from ...ground import UserError
from ...host import images
from ...host.progress import Progress, check_interrupt
from ...news import Record, RefusedRow, count, read_picture, records, refusals
from ...training import LONGEST, LatentStore
from ...training.comfy import fingerprint
from .material import Encode, Material

STORES = "topic_latents"
"""Folder of the output folder where latents are kept: a folder for each dataset, size and VAE."""


@dataclass(frozen=True)
class Dataset:
    """What of a dataset is learned from."""

    path: Path
    stamp: str
    """Changes when the dataset does."""
    topics: frozenset[str]
    """Only rows of these, casefolded; empty for all."""
    side: int
    """px: pictures are cut to a square about their middle and brought to this size, as ImageScale does it."""

    def rows(self) -> Iterator[Record | RefusedRow]:
        """The rows that are asked for, and those that cannot be read."""
        for row in records(self.path):
            if isinstance(row, RefusedRow) or not self.topics or row.topic.casefold() in self.topics:
                yield row


def gather(dataset: Dataset, vae: comfy.sd.VAE, encode: Encode) -> Material:
    """The dataset's pictures as latents; what an earlier run has encoded is not encoded again.

    Raises:
        UserError: a dataset without two pictures that can be read; a full disk.
    """
    settings = {
        "dataset": dataset.stamp,
        "topics": sorted(dataset.topics),
        "side": dataset.side,
        "vae": fingerprint(list(vae.get_sd().values())),
    }
    name = f"{dataset.path.stem[:LONGEST]}_{fingerprint(repr(settings))}"
    store = LatentStore(Path(folder_paths.get_output_directory()) / STORES / name, settings)
    progress = Progress(count(dataset.path))
    progress.step(store.looked_at)
    try:
        for row in islice(dataset.rows(), store.looked_at, None):
            check_interrupt()
            _take(store, row, dataset.side, encode)
            progress.step()
    finally:
        store.close()
    refused = [RefusedRow(row, reason) for row, reason in store.refused]
    report = refusals(f"{dataset.path.name}: {len(store)} pictures of {store.looked_at} rows.", refused)
    if len(store) < 2:
        raise UserError(f"Expected two pictures or more to learn from. {report}")
    return Material(store, store.titles, [report])


def _take(store: LatentStore, row: Record | RefusedRow, side: int, encode: Encode) -> None:
    if isinstance(row, RefusedRow):
        store.refuse(row.row, row.reason)
        return
    try:
        picture = images.from_bytes(read_picture(row.read()).pixels)[None]
    except UserError as error:
        store.refuse(row.id, str(error))
        return
    whole = comfy.utils.common_upscale(picture.movedim(-1, 1), side, side, "lanczos", "center")
    store.add(row.id, row.title, encode(whole.movedim(1, -1)[0]))

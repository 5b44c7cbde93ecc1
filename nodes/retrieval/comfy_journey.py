"""Rows of the user's JourneyDB as ComfyUI's pictures and texts."""

import torch

from ..ground import UserError
from ..host import folders, models
from ..host.images import from_bytes
from ..host.progress import Progress
from ..news import BrokenPicture, RefusedRow, read_picture, refusals
from .journey import dataset, files
from .journey.record import Row


def read(name: str, start: int, count: int) -> tuple[list[tuple[Row, torch.Tensor]], str]:
    """Rows with their pictures `[1,H,W,3]`, in the order of the file, and what is told of them and of the others.

    Args:
        name: a file or folder of ComfyUI's input folder or of its datasets.
        start: lines that are skipped.

    Raises:
        UserError: no annotations are there, or not one row with its picture.
    """
    source = files.find(folders.dataset(name))
    found = dataset.some(source, start, count)
    rows = [each for each in found if isinstance(each, Row)]
    refused = {each.number: each.reason for each in found if isinstance(each, dataset.Refused)}
    # Shards come as they lie on the disk: a large one takes minutes, of which the bar moves by shares.
    progress, pictures = Progress(1), {}
    for row, data in dataset.with_pictures(source, rows, progress.part):
        try:
            if isinstance(data, str):
                raise BrokenPicture(data)
            pictures[row.number] = from_bytes(read_picture(data).pixels)[None]
        except BrokenPicture as error:
            refused[row.number] = str(error)
    progress.step()
    whole = [(row, pictures[row.number]) for row in rows if row.number in pictures]
    lost = sum(row.lost for row, _ in whole)
    first = f"{len(whole)} of {len(found)} lines read." + (f" {lost} questions lack something." if lost else "")
    told = refusals(first, [RefusedRow(f"line {number}", refused[number]) for number in sorted(refused)])
    if not whole:
        raise UserError(f"{told} Nothing is left to go on with: get the missing shards, or start elsewhere.")
    return whole, told


def fingerprint(name: str | None) -> str | float:
    """What `fingerprint_inputs` answers; pictures are not looked at, as there may be millions."""
    if name is None:
        return float("nan")
    try:
        source = files.find(folders.dataset(name))
    except UserError as error:
        return str(error)  # the node says so itself when it runs
    places = [place for place in source.places if place.is_dir()]
    return models.stamp(source.annotations) + repr([models.identity(place) for place in places])

"""Re-letter Text at work."""

# pyright: reportMissingParameterType=false

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from ...erase.comfy import check_filling, fill_masked
from ...ground import UserError
from ...host import images
from ...host.progress import Progress, interruptibly
from ...page.lettered import Lettered
from ...text_mask import Region, reported_regions
from ...text_mask.comfy import region_readings
from ..layer import lay
from ..wishes import ALL, PLACE_ONLY, Wish
from .measure import GIVEN, Measured, measured, unseen
from .painting import Layer
from .places import numbered, regions_of
from .reletter import Relettered, relettered
from .typed import Typed, typed_lines

HALF = 0.5
STEPS = 2
"""Of the progress bar, a line: measured, set."""
UNUSED = (255, 255, 255)
"""The colour of a node whose colour nobody has changed."""


def reletter_pictures(
    image: torch.Tensor, text: str, regions: str, mask: torch.Tensor | None, wish: Wish, filling: tuple[str, Any] | None
) -> tuple[torch.Tensor, torch.Tensor, str, Lettered | None]:
    """The outputs of Re-letter Text, from its inputs.

    Args:
        filling: method and model by which the old letters are erased; None lets them stand.

    Raises:
        UserError: lines, regions or mask that do not fit each other, or words that cannot be set.
    """
    if filling is not None:
        check_filling(*filling)
    pictures = images.pictures(image)
    lines = typed_lines(text, wish.fonts)
    places = _places(pictures, regions, mask, lines)
    reader = region_readings() if wish.match == ALL else None
    progress = Progress(sum(len(own) for _, own in places) * STEPS)
    result, layers, reports = images.working_copy(image), torch.zeros(*pictures.shape[:3], 4), []
    letters: list[Relettered] = []
    known = wish.fonts.values()
    for number, (picture, (found, own)) in enumerate(zip(pictures, places, strict=True)):
        pixels = images.bytes_as_seen(picture)
        seen = [_measured(pixels, found[at - 1], line, known, reader, progress) for at, line in own]
        if filling is not None:
            strength = torch.from_numpy(_old([one.measured for one in seen], pixels.shape[:2])).float()
            fill_masked(result[number], picture, strength, *filling)
        report = []
        for (at, line), one in zip(own, seen, strict=True):
            own_wish = wish if one.is_matched else replace(wish, match=PLACE_ONLY)
            done = interruptibly(relettered, at, line, one.measured, own_wish, pixels.shape[:2])
            _over(layers[number], done.layer)
            letters.append(done)
            report += [f"# Region {at}: {'; '.join([*one.notes, *done.notes])}.", done.line]
            progress.step()
        if wish.match == ALL and wish.colour != UNUSED and all(one.is_matched for one in seen):
            colour = "#{:02x}{:02x}{:02x}".format(*wish.colour)
            report.append(f"# {colour} is not used: 'colour' is for 'place only'. A line may say colour={colour}.")
        reports.append("\n".join([*report, *_left(len(found), [at for at, _ in own])]))
    lettered = _lettered(result, layers, letters) if len(pictures) == 1 else None
    lay(result, images.pictures(result), layers)
    if lettered is None:
        reports = [f"# Picture {at}\n{report}" for at, report in enumerate(reports, 1)]
        reports.append("# The output 'type' is empty: it holds the words of one picture.")
    return images.to_host(result), images.to_host(layers), "\n".join(reports), lettered


def _places(pictures, regions, mask, lines: list[Typed]):
    """For every picture its regions, and the lines by number."""
    reported = reported_regions(regions) if regions and regions.strip() else [None] * len(pictures)
    if len(reported) != len(pictures):
        raise UserError(f"Expected the regions of {len(pictures)} pictures, got those of {len(reported)}.")
    masks = [None] * len(pictures) if mask is None else list(images.masks_for(mask, pictures).numpy() > HALF)
    size = tuple(pictures.shape[1:3])
    found = [regions_of(one, area, size) for one, area in zip(reported, masks, strict=True)]
    return [(all_of, numbered(lines, all_of, chosen, size)) for all_of, chosen in found]


@dataclass(frozen=True)
class _Seen:
    measured: Measured
    is_matched: bool
    notes: list[str]


def _saying(region: Region, line: Typed) -> Region:
    """A region with what its line tells of the old words."""
    return replace(region, text=line.old, certainty=GIVEN) if line.old else region


def _measured(pixels: np.ndarray, region: Region, line: Typed, known, reader, progress: Progress) -> _Seen:
    """What a region's lettering looks like, and what is to be told of it."""
    region = _saying(region, line)
    found = interruptibly(measured, pixels, region, known, reader)
    progress.step()
    if found is None:
        note = "no letters part from their ground, so its place alone is matched"
        return _Seen(interruptibly(unseen, pixels, region), False, [note])
    notes = [f'it says "{found.seen.words}"'] if found.seen.words else []
    if not found.seen.liked:
        notes.append("its turn and height are those of its ink, as letters of no font lie on it")
    if not found.seen.words and line.old:
        notes.append(f'old="{line.old}" is not used, as in no font its letters lie on the old ones')
    elif not found.seen.words:
        notes.append('a line may tell what its old letters say: 2 old="Moonlight": Sea')
    return _Seen(found, True, notes)


def _old(found: list[Measured], size: tuple[int, int]) -> np.ndarray:
    """`[H,W]` bool: the old letterings."""
    mask = np.zeros(size, bool)
    for one in found:
        rows, columns = (
            slice(start, start + side) for start, side in zip((one.top, one.left), one.old.shape, strict=True)
        )
        mask[rows, columns] |= one.old
    return mask


def _lettered(result: torch.Tensor, layers: torch.Tensor, letters: list[Relettered]) -> Lettered:
    """The lines as outlines, beside the one picture that they are set on."""
    under = torch.zeros_like(layers[0])
    for line in letters:
        _over(under, line.under)
    shapes = tuple(shape for line in letters for shape in line.shapes)
    return Lettered(images.pictures(result).clone(), under, layers[0], shapes)


def _over(layer: torch.Tensor, line: Layer) -> None:
    """Lay a line over those that are there, in place; straight alpha."""
    place = layer[line.rows, line.columns]
    above = torch.from_numpy(line.rgba)
    alpha = above[..., 3:] + place[..., 3:] * (1 - above[..., 3:])
    colours = above[..., :3] * above[..., 3:] + place[..., :3] * place[..., 3:] * (1 - above[..., 3:])
    place[..., :3] = torch.where(alpha > 0, colours / alpha.clamp(min=1e-6), 0.0)
    place[..., 3:] = alpha


def _left(count: int, named: list[int]) -> list[str]:
    """A word about the regions that no line names."""
    left = [str(number) for number in range(1, count + 1) if number not in named]
    return [f"# Not named, and left as they are: {', '.join(left)}."] if left else []

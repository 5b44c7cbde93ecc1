"""A folder of stories as what is learned from: its pictures are encoded once and kept, not held in memory."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import comfy.sd
import folder_paths
import torch

from ...ground import UserError, scan
from ...host import images
from ...host.models import stamp
from ...host.progress import Progress, check_interrupt
from ...news import RefusedRow, refusals
from ...training import LONGEST, LatentStore
from ...training.comfy import fingerprint
from ..comfy_references import GREY
from ..comfy_references import encode as conditioned
from ..stories import Story, stories

STORES = "story_latents"
"""Folder of the output folder where latents are kept: a folder for each dataset, size and VAE."""
LEAST = 2
"""Stories; one is only measured."""
KEPT_TEXTS = 4000
"""Texts whose states are kept: 0.9 GB of Stable Diffusion 1.5's."""


def gather(path: Path, vae: comfy.sd.VAE, side: int, encode: Callable[[torch.Tensor], torch.Tensor]) -> LatentStore:
    """Stories as latents, one `[frames, 2, C, h, w]` each; what an earlier run has encoded is not encoded again.

    The first of the two is the picture as a reference, the second as what is to be drawn: StoryGen's two ranges. A
    store's titles are the captions, a line each.

    Args:
        side: px; pictures are brought to this size without a crop, as in StoryGen.
        encode: `[B,H,W,3]` in 0..1 to latents `[B,C,h,w]`, scaled as the model has them.

    Raises:
        UserError: no folder of stories, or fewer than two that can be read; a full disk.
    """
    settings = {"stories": stamped(path), "side": side, "vae": fingerprint(list(vae.get_sd().values()))}
    name = f"{path.name[:LONGEST]}_{fingerprint(repr(settings))}"
    store = LatentStore(Path(folder_paths.get_output_directory()) / STORES / name, settings)
    found = list(stories(path))
    progress = Progress(len(found))
    progress.step(store.looked_at)
    try:
        for story in found[store.looked_at :]:
            check_interrupt()
            _take(store, story, side, encode)
            progress.step()
    finally:
        store.close()
    if len(store) < LEAST:
        told = told_of(path, store)
        raise UserError(f"Expected two stories or more to learn from. {told}")
    return store


def told_of(path: Path, store: LatentStore) -> str:
    """What became of the stories of a folder."""
    refused = [RefusedRow(row, reason) for row, reason in store.refused]
    return refusals(f"{path.name}: {len(store)} of {store.looked_at} stories can be learned from.", refused)


def stamped(path: Path) -> str:
    """Changes when a file of the folder does."""
    return stamp(*(place / name for place, names in sorted(scan.walk(path)) for name in names))


def null(side: int, encode: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """The latents of "no reference": [C, h, w]."""
    return encode(torch.full((1, side, side, 3), GREY))[0]


def saying(clip: comfy.sd.CLIP) -> Callable[[str], torch.Tensor]:
    """What gives the states of a text, [1, tokens, width]; each text is encoded once."""

    @lru_cache(KEPT_TEXTS)
    def states_of(text: str) -> torch.Tensor:
        with torch.inference_mode():
            found = conditioned(clip, text)[0][0]
        return found.clone().float().cpu()

    return states_of


def _take(
    store: LatentStore, story: Story | RefusedRow, side: int, encode: Callable[[torch.Tensor], torch.Tensor]
) -> None:
    if isinstance(story, RefusedRow):
        store.refuse(story.row, story.reason)
        return
    frames = []
    try:
        for frame in story.frames:
            picture = images.to_size(images.from_bytes(frame.pixels())[None], side, side)
            # A reference stays in 0 .. 1 where the VAE expects -1 .. 1, as StoryGen was trained.
            frames.append(encode(torch.cat([(picture + 1) / 2, picture])))
            check_interrupt()
    except UserError as error:
        store.refuse(story.name, str(error))
        return
    store.add(story.name, "\n".join(frame.caption for frame in story.frames), torch.stack(frames))

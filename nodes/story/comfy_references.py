"""The pictures before, each with what it shows: what the next picture looks at."""

from dataclasses import dataclass
from typing import Any

import torch

from ..ground import UserError
from ..host import images
from .captions import captions
from .stage import MOST

AS_TRAINED, NORMALISED = "as trained", "normalised"
RANGES = (AS_TRAINED, NORMALISED)
"""StoryGen was trained with references of 0 .. 1 where the VAE expects -1 .. 1, and draws with them like that; its
"no reference" is 0, which is mid-grey to the VAE. Normalised are references as the VAE expects them."""
GREY = 0.5


@dataclass(frozen=True)
class References:
    """Pictures and captions, the oldest first."""

    vae: Any
    pictures: torch.Tensor
    """`[N,H,W,3]` in 0..1, of any size."""
    captions: list[Any]
    """CONDITIONING of each."""
    null: Any
    """CONDITIONING of "no reference"."""
    range: str
    stage: str

    def latents(self, height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
        """What stands for no reference `[1,C,h,w]`, and the references `[N,C,h,w]`, encoded at this many px.

        Pictures of another size are brought to it without a crop, as in StoryGen.
        """
        pictures = images.to_size(self.pictures, height, width)
        if self.range == AS_TRAINED:
            pictures = (pictures + 1) / 2  # ComfyUI's VAE takes it back to 0 .. 1
        encoded = self.vae.encode(torch.cat([torch.full_like(pictures[:1], GREY), pictures]))
        return encoded[:1], encoded[1:]


def references(
    vae: Any, pictures: torch.Tensor, texts: str, null: str, clip: Any, range: str, stage: str
) -> References:
    """References from pictures and a line of text for each.

    Raises:
        UserError: another number of lines than of pictures, or more than ten pictures.
    """
    lines = captions(texts)
    if len(lines) != len(pictures):
        raise UserError(
            f"Expected a line of captions for each of {len(pictures)} pictures, got {len(lines)} (empty lines do not "
            "count): write one for each, the oldest first."
        )
    if len(pictures) > MOST:
        raise UserError(
            f"Expected at most {MOST} references, got {len(pictures)}: keep the newest; StoryGen learned from up to 3."
        )
    return References(vae, opaque(pictures), [encode(clip, line) for line in lines], encode(clip, null), range, stage)


def opaque(pictures: torch.Tensor) -> torch.Tensor:
    """`[N,H,W,3]`; what is transparent is black, as the cut-out things are that StoryGen learned from."""
    regular = images.pictures(pictures)
    return regular[..., :3] * regular[..., 3:] if regular.shape[-1] == 4 else images.rgb(regular)


def encode(clip: Any, text: str) -> Any:
    """CONDITIONING of a text."""
    return clip.encode_from_tokens_scheduled(clip.tokenize(text))

"""Upscale models from files to what ComfyUI's own loader gives."""

from dataclasses import dataclass
from pathlib import Path

from ..ground import UserError
from ..host import memory
from . import model_file
from .network import UpscaleModel
from .weights import Weights, blend, unused

WORDS = 200
"""Characters of what spandrel says, which may name hundreds of tensors."""


@dataclass(frozen=True)
class Loaded:
    """A model, and how it was read."""

    model: UpscaleModel
    """What every node for UPSCALE_MODEL takes."""
    notes: tuple[str, ...]
    """Sentences that a user should know."""


def load(path: Path, other: Path | None, strength: float) -> Loaded:
    """A model from a file.

    Args:
        path: any file that spandrel knows, or one of an ncnn pair; read without running anything in it.
        other: the same model trained to keep noise, blended in by `1 - strength`.

    Raises:
        UserError: damaged, unknown, for something else, a discriminator, or no pair.
    """
    weights, notes = model_file.read(path)
    if other is not None:
        weak, more = model_file.read(other)
        weights, notes = blend(weights, weak, strength, (path.name, other.name)), (*notes, *more)
    model = _model(weights, path.name)
    left = unused(weights, model.model)
    if left:
        notes = (*notes, f"Not used are {len(left)} tensors that the network does not have, such as {left[0]}.")
    return Loaded(model, notes)


def _model(weights: Weights, name: str) -> UpscaleModel:
    from spandrel import ImageModelDescriptor, ModelLoader

    try:
        model = ModelLoader().load_from_state_dict(dict(weights))
    except Exception as error:  # it reads sizes off whatever tensors there are, and fails in as many ways
        said = " ".join(f"{type(error).__name__}: {error}".split())[:WORDS]
        raise UserError(
            f"{name} is no upscale model that spandrel knows, or an incomplete one ({said}): take one such as "
            "RealESRGAN_x4plus."
        ) from error
    if not isinstance(model, ImageModelDescriptor):
        raise UserError(
            f"{name} is a model for {model.purpose}, not for enlarging: take one such as RealESRGAN_x4plus."
        )
    found: UpscaleModel = model.float().eval()
    found.patcher = memory.patcher(found.model)
    return found

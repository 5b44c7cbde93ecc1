"""Upscale models from files to what ComfyUI's own loader gives."""

from pathlib import Path

from ..ground import UserError
from ..ground.tensor_file import read_tensors
from ..host import memory
from .network import UpscaleModel
from .weights import Weights, blend, unwrapped


def load(path: Path, other: Path | None, strength: float) -> UpscaleModel:
    """A model that every node for UPSCALE_MODEL takes.

    Args:
        path: any file that spandrel knows; read without running anything in it.
        other: the same model trained to keep noise, blended in by `1 - strength`.

    Raises:
        UserError: damaged, unknown, for something else, a discriminator, or no pair.
    """
    weights = _read(path)
    if other is not None:
        weights = blend(weights, _read(other), strength, (path.name, other.name))
    return _model(weights, path.name)


def _read(path: Path) -> Weights:
    content, _ = read_tensors(path)
    if not isinstance(content, dict):
        raise UserError(f"{path.name} holds no weights: get the model again.")
    return unwrapped(content, path.name)


def _model(weights: Weights, name: str) -> UpscaleModel:
    from spandrel import ImageModelDescriptor, ModelLoader

    try:
        model = ModelLoader().load_from_state_dict(dict(weights))
    except Exception as error:  # it reads sizes off whatever tensors there are, and fails in as many ways
        raise UserError(
            f"{name} is no upscale model that spandrel knows, or an incomplete one ({type(error).__name__}): "
            "take one such as RealESRGAN_x4plus."
        ) from error
    if not isinstance(model, ImageModelDescriptor):
        raise UserError(
            f"{name} is a model for {model.purpose}, not for enlarging: take one such as RealESRGAN_x4plus."
        )
    found: UpscaleModel = model.float().eval()
    found.patcher = memory.patcher(found.model)
    return found

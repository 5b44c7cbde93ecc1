"""Each frame of a storyboard reads its own caption, and all read the whole story: text attention by place.

Where a network has text attention (Stable Diffusion 1.5, SDXL), the tokens of all captions and of the whole story are
one CONDITIONING, and every pixel attends to those of its frame and to the whole story, weighed:
(1 - weight) * local + weight * whole. It is a hook on that CONDITIONING, so that negative prompts and other MODELs are
as ever. Any other network gets a CONDITIONING for each frame under its mask, and one for the whole.
"""

from collections.abc import Callable
from typing import Any

import comfy.hooks
import torch
from comfy.ldm.modules.attention import optimized_attention
from comfy.model_patcher import ModelPatcher
from comfy.patcher_extension import WrappersMP

from ..ground import UserError
from .board import Board
from .comfy_norms import Drawing

KEY = "dancheong_storyboard"
BLOCKS = [(kind, number) for kind, count in (("input", 12), ("middle", 2), ("output", 12)) for number in range(count)]
"""More than any of these networks has; what is not there is never asked."""


class FrameAttention:
    """Text attention of a storyboard, in the place of the network's."""

    def __init__(self, board: Board, lengths: list[int], weight: float) -> None:
        """
        Args:
            lengths: tokens of each caption, then of the whole story.
            weight: of the whole story, 0..1.
        """
        self._board, self._lengths, self._weight = board, lengths, weight

    def __call__(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: dict[str, Any]) -> torch.Tensor:
        """
        Args:
            q: `[B,height * width,C]` of the canvas at this level.
            k, v: `[B,tokens,C]`.
        """
        board, heads = self._board, options["n_heads"]
        height, width = options["activations_shape"][-2:]
        *captions, whole = zip(k.split(self._lengths, 1), v.split(self._lengths, 1), strict=True)
        told = optimized_attention(q, *whole, heads).unflatten(1, (height, width))
        pixels, result = q.unflatten(1, (height, width)), told.clone()
        for frame, caption in enumerate(captions):
            place = (slice(None), *board.place(frame, (height, width)))
            own = pixels[place]
            local = optimized_attention(own.flatten(1, 2), *caption, heads).unflatten(1, own.shape[1:3])
            result[place] = torch.lerp(local, told[place], self._weight)
        return result.flatten(1, 2)


def conditioning(model: ModelPatcher, clip: Any, board: Board, whole: str, weight: float) -> list[Any]:
    """The positive CONDITIONING of a board.

    Args:
        whole: the whole story; "" for all captions one after the other.
    """
    told = [_encoded(clip, caption) for caption in board.captions]
    story = _encoded(clip, whole.strip() or " ".join(board.captions))
    if not has_text_attention(model):
        return _by_masks(board, told, story, weight)
    states, extra = story[0]
    tokens = [*(cond[0][0] for cond in told), states]
    attention = FrameAttention(board, [one.shape[1] for one in tokens], weight)
    replaced: Any = {"patches_replace": {"attn2": dict.fromkeys(BLOCKS, attention)}}
    hook = comfy.hooks.TransformerOptionsHook(replaced, comfy.hooks.EnumHookScope.HookedOnly)
    hooks = comfy.hooks.HookGroup()
    hooks.add(hook)
    return [[torch.cat(tokens, 1), {**extra, "hooks": hooks}]]


def for_board(model: ModelPatcher, board: Board) -> ModelPatcher:
    """A MODEL for this board alone: its noise is shared and its frames are normalised apart, and captions are read.

    Raises:
        UserError: another node has put itself in the place of the MODEL's text attention.
    """
    _check_own(model.model_options)
    patched, drawing = model.clone(), Drawing(board)
    patched.remove_wrappers_with_key(WrappersMP.OUTER_SAMPLE, KEY)
    patched.add_wrapper_with_key(WrappersMP.OUTER_SAMPLE, KEY, _sampling(board, drawing))
    patched.remove_wrappers_with_key(WrappersMP.DIFFUSION_MODEL, KEY)
    patched.add_wrapper_with_key(WrappersMP.DIFFUSION_MODEL, KEY, drawing)
    return patched


def _sampling(board: Board, drawing: Drawing) -> Callable[..., Any]:
    def sample(executor: Any, noise: torch.Tensor, *rest: Any, **named: Any) -> Any:
        _check_own(executor.class_obj.model_options)  # a node may have come after this one
        height, width = noise.shape[-2:]
        if height * board.columns * board.width != width * board.rows * board.height:
            raise UserError(
                f"Expected the LATENT of this storyboard, {board.columns * board.width} x "
                f"{board.rows * board.height} px, got one of {width} x {height} cells: connect Storyboard's to the "
                "sampler."
            )
        cell = _deepest(executor.class_obj.model_patcher.model)
        if height % (board.rows * cell) or width % (board.columns * cell):
            raise UserError(
                f"Expected frames in steps of {cell} cells, as this MODEL halves them, got a LATENT of {width} x "
                f"{height} cells for {board.columns} x {board.rows} frames: enlarge it by a factor that fits."
            )
        drawing.size = (height, width)
        return executor(mixed(board, noise) if board.shared_noise else noise, *rest, **named)

    return sample


def _deepest(model: Any) -> int:
    """Cells of a LATENT that a UNet sees as one at its deepest level."""
    return 2 ** (len(model.model_config.unet_config.get("channel_mult", [1])) - 1)


def _check_own(model_options: dict[str, Any]) -> None:
    """What replaces text attention in a MODEL would win over what does in a CONDITIONING."""
    if model_options["transformer_options"].get("patches_replace", {}).get("attn2"):
        raise UserError(
            "Expected a MODEL whose text attention is its own, got one in which another node has replaced it, such as "
            "IPAdapter: leave that node out, or draw without Storyboard Attention."
        )


def mixed(board: Board, noise: torch.Tensor) -> torch.Tensor:
    """Noise `[B,C,h,w]` of which every frame has a share of the first frame's; it stays normal."""
    size = noise.shape[-2:]
    first = noise[(..., *board.place(0, size))]
    result = noise.clone()
    for frame in range(1, board.frames):
        place = (..., *board.place(frame, size))
        result[place] = board.shared_noise**0.5 * first + (1 - board.shared_noise) ** 0.5 * noise[place]
    return result


def has_text_attention(model: ModelPatcher) -> bool:
    """Whether a network attends to its text, as Stable Diffusion's do."""
    network: Any = model.model
    return "transformer_depth" in network.model_config.unet_config


def _by_masks(board: Board, told: list[Any], story: list[Any], weight: float) -> list[Any]:
    """Every frame's caption where the frame is, and the whole story everywhere; what weighs nothing is left out."""
    found = [[states, {**extra, "strength": weight}] for states, extra in story] if weight else []
    for frame, cond in enumerate(told if weight < 1 else []):
        mask = torch.zeros(1, board.rows * board.height, board.columns * board.width)
        mask[0][board.place(frame, mask.shape[1:])] = 1
        placed = {"mask": mask, "set_area_to_bounds": False, "mask_strength": 1 - weight}
        found += [[states, {**extra, **placed}] for states, extra in cond]
    return found


def _encoded(clip: Any, text: str) -> list[Any]:
    return clip.encode_from_tokens_scheduled(clip.tokenize(text))

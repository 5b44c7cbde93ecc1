"""DiffSTE's network as a task of the training loop, by the recipe that its authors published.

What learns are the UNet, both branches of it, and the characters; text encoder and VAE stay. The loss is the squared
error of the predicted noise, five times as heavy inside the mask; AdamW without weight decay, gradients clipped at 3.
What comes out is a file in the public layout, which Load DiffSTE reads. It needs the extra `train` (diffusers, for
the noise). `text_edit_words.py` shows it at work.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from comfy.ldm.modules.attention import attention_pytorch
from diffusers import DDIMScheduler
from safetensors.torch import save_file

from ..nodes.training import Plan

INSIDE = 5.0
CLIP_NORM = 3.0
QUIET = 0.1
TIMES = 1000
# ComfyUI's default attention on a CPU saves memory by recomputing, which training pays twice.
PLAIN = {"optimized_attention_override": lambda _attention, *args, **kwargs: attention_pytorch(*args, **kwargs)}


@dataclass(frozen=True)
class Examples:
    """A batch, as the VAE and the text encoder give it."""

    latent: torch.Tensor
    """`[B,4,h,w]`, the picture at unit scale."""
    hole: torch.Tensor
    """`[B,4,h,w]`, the same with the masked area grey."""
    mask: torch.Tensor
    """`[B,1,h,w]`, 1 where the word stands."""
    text: torch.Tensor
    """`[B,20,width]`, the instructions."""
    characters: torch.Tensor
    """`[B,20]` ids of the words' characters."""


class Editing:
    """The task: the noise of a picture, told by its instruction and its word's characters.

    Args:
        editor: a `TextEditor` of float32 weights; its network learns in place.
        examples: a batch of whatever is drawn from a generator.
    """

    def __init__(self, editor, examples: Callable[[torch.Generator], Examples]) -> None:
        self.network = editor.model.model.diffusion_model
        self.characters = torch.nn.Parameter(editor.characters.clone())
        self.positions = torch.nn.Parameter(editor.positions.clone())
        self.network.requires_grad_(True).train()
        self.learned = {
            **{f"unet.{name}": value for name, value in self.network.named_parameters()},
            "characters": self.characters,
            "positions": self.positions,
        }
        self.identity = "DiffSTE"
        self._examples = examples
        self._noises = DDIMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False
        )

    def loss(self, chance: torch.Generator) -> torch.Tensor:
        batch = self._examples(chance)
        noise = torch.randn(batch.latent.shape, generator=chance)
        times = torch.randint(0, TIMES, (len(noise),), generator=chance)
        given = torch.cat([self._noises.add_noise(batch.latent, noise, times), batch.mask, batch.hole], dim=1)
        told = self.characters[batch.characters] + self.positions
        predicted = self.network(given, times, batch.text, transformer_options=dict(PLAIN), characters=told)
        return ((1 + (INSIDE - 1) * batch.mask) * (predicted - noise) ** 2).mean()

    def measure(self) -> dict[str, float]:
        """The loss of batches that are always the same."""
        with torch.no_grad():
            losses = [self.loss(torch.Generator().manual_seed(number)).item() for number in range(4)]
        return {"loss": sum(losses) / len(losses)}


def plan(steps: int, rate: float) -> Plan:
    """The recipe's: the rate rises over the first tenth and falls to 0."""
    return Plan(steps, rate, warm_up=steps // 10, clip=CLIP_NORM, measure_every=max(steps // 12, 1))


def quiet(network: torch.nn.Module) -> None:
    """Random weights as training starts from: every residual whispers, and the first prediction is 0."""
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if name.endswith("proj_out.weight") or ".out_layers.3.weight" in name:
                weight.mul_(QUIET)
            elif name.startswith("out.2."):
                weight.zero_()


def save(editor, trained: Editing, source: dict[str, torch.Tensor], path: Path) -> None:
    """Write the trained editor under the public names, with text encoder and VAE of `source`, the file it began as."""
    from ..nodes.text_edit import checkpoint, comfy_unet

    network = trained.network.state_dict()
    tensors = {name: tensor for name, tensor in source.items() if not name.endswith("position_ids")}
    for public, native in comfy_unet.native_names(editor.sizes).items():
        if native in network:
            tensors[checkpoint.UNET + public] = network[native]
    tensors["char_embedder.char_embedding.weight"] = trained.characters.detach()
    tensors["char_embedder.position_embedding.weight"] = trained.positions.detach()
    stated = {name: repr(getattr(editor.sizes, name)) for name in checkpoint.SETTINGS}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, stated)

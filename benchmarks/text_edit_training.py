"""A small trainer for DiffSTE's network, by the recipe that its authors published.

Trained are the UNet, both branches of it, and the characters; text encoder and VAE stay. The loss is the squared
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

INSIDE = 5.0
CLIP_NORM = 3.0
QUIET = 0.1
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


@dataclass(frozen=True)
class Trained:
    """What was learned beside the network, which is trained in place."""

    characters: torch.Tensor
    positions: torch.Tensor


def train(
    editor, examples: Callable[[], Examples], steps: int, rate: float, report: Callable[[int, float], None]
) -> Trained:
    """Train an editor's network in place.

    Args:
        editor: a `TextEditor` of float32 weights.
        examples: gives the next batch.
        rate: largest learning rate; it rises over the first steps and falls to 0.
        report: called with the step and the running mean of the loss.
    """
    network = editor.model.model.diffusion_model
    characters = torch.nn.Parameter(editor.characters.clone())
    positions = torch.nn.Parameter(editor.positions.clone())
    weights = [*network.parameters(), characters, positions]
    network.requires_grad_(True).train()
    optimizer = torch.optim.AdamW(weights, rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.1)
    noises = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False)
    mean = 0.0
    for step in range(1, steps + 1):
        batch = examples()
        noise = torch.randn_like(batch.latent)
        times = torch.randint(0, 1000, (len(noise),))
        given = torch.cat([noises.add_noise(batch.latent, noise, times), batch.mask, batch.hole], dim=1)
        told = characters[batch.characters] + positions
        predicted = network(given, times, batch.text, transformer_options=dict(PLAIN), characters=told)
        loss = ((1 + (INSIDE - 1) * batch.mask) * (predicted - noise) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, CLIP_NORM)
        optimizer.step()
        schedule.step()
        share = max(0.02, 1 / step)
        mean += share * (loss.item() - mean)
        report(step, mean)
    network.requires_grad_(False).eval()
    return Trained(characters.detach(), positions.detach())


def quiet(network: torch.nn.Module) -> None:
    """Random weights as training starts from: every residual whispers, and the first prediction is 0."""
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if name.endswith("proj_out.weight") or ".out_layers.3.weight" in name:
                weight.mul_(QUIET)
            elif name.startswith("out.2."):
                weight.zero_()


def save(editor, trained: Trained, source: dict[str, torch.Tensor], path: Path) -> None:
    """Write the trained editor under the public names, with text encoder and VAE of `source`, the file it began as."""
    from ..nodes.text_edit import checkpoint, comfy_unet

    network = editor.model.model.diffusion_model.state_dict()
    tensors = {name: tensor for name, tensor in source.items() if not name.endswith("position_ids")}
    for public, native in comfy_unet.native_names(editor.sizes).items():
        if native in network:
            tensors[checkpoint.UNET + public] = network[native]
    tensors["char_embedder.char_embedding.weight"] = trained.characters
    tensors["char_embedder.position_embedding.weight"] = trained.positions
    stated = {name: repr(getattr(editor.sizes, name)) for name in checkpoint.SETTINGS}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, stated)

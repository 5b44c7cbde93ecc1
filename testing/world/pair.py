"""The world's CLIP: both halves, made in four minutes of one core and kept in a byte a weight.

In the layout of transformers, which Load Korean CLIP reads the words' half of, and ComfyUI's own CLIP_VISION the other.
"""

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from dancheong.nodes.training import Outcome, Plan, train
from safetensors.torch import load_file, save_file

from . import captions, packed, text
from .drawing import SIDE, draw
from .matching import Matching, Shown, ready
from .scene import STYLES, TOPICS, Scene, scenes

KEPT = Path(__file__).parent / "kept_pair"
"""What `python -m benchmarks retrieval_world --write` learned."""
SHOWN, UNSEEN, CODED = 8000, 240, 300
UNSEEN_PICTURES = 1_000_000
"""Where the seeds of pictures begin that are only measured."""
WIDTH, PATCH, LAYERS = 64, 8, 2
FAINT = 1e-3
"""Of the largest component: what is fainter stays faint."""
MARKED = 0.3
"""Share of pictures that carry a topic."""
PLAN = Plan(steps=3300, learning_rate=2.5e-3, warm_up=40, average=0.98, measure_every=100, save_every=50)


def make(folder: Path, seed: int, on_step: Callable[[Outcome], None]) -> Outcome:
    """Learn, or go on where an earlier call with this folder was stopped; `kept` in it holds the outcome.

    Args:
        seed: of the first weights, of the scenes and of all that is drawn by chance.
    """
    from transformers import CLIPTokenizer

    kept = folder / "kept"
    chance = random.Random(seed)
    shown = pictures(some(chance, SHOWN, False), seed)
    unseen = pictures(some(chance, UNSEEN, True), UNSEEN_PICTURES)
    text.tokenizer(kept, [line for seen in shown.seen for line in captions.sentences(seen)])
    model = clip(kept, seed)
    whiten(model.vision_model.embeddings, shown.pixels[:CODED])
    task = Matching(model, CLIPTokenizer.from_pretrained(kept), shown, unseen)
    try:
        return train(task, replace(PLAN, seed=seed), folder / "state.safetensors", on_step)
    finally:
        save_file(packed.pack(model.state_dict()), kept / "model.safetensors")
        model.config.to_json_file(kept / "config.json")


def write(folder: Path, kept: Path = KEPT) -> torch.nn.Module:
    """The kept CLIP as a folder that Load Korean CLIP reads, in float32; returns its CLIPModel."""
    from transformers import CLIPConfig, CLIPModel

    model = CLIPModel(CLIPConfig.from_pretrained(kept)).eval()
    model.load_state_dict(packed.unpack(load_file(kept / "model.safetensors")))
    shutil.copytree(kept, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    save_file(model.state_dict(), folder / "model.safetensors")
    return model


def some(chance: random.Random, count: int, held_out: bool) -> list[Scene]:
    """Scenes of one thing in every style, some of them marked."""
    found = scenes(chance, count, held_out, topics=TOPICS, topic=MARKED)
    return [replace(scene, style=chance.choice((None, *STYLES))) for scene in found]


def pictures(found: list[Scene], seed: int) -> Shown:
    """Draws every scene once."""
    drawn = np.stack([draw(scene, seed + number) for number, scene in enumerate(found)])
    return Shown(torch.from_numpy(drawn), [captions.seen(scene) for scene in found])


def clip(folder: Path, seed: int) -> torch.nn.Module:
    """A CLIPModel with random weights for the tokenizer in a folder."""
    from transformers import CLIPConfig, CLIPModel

    words = text.encoder(folder, seed).config.to_dict()
    vision = {"hidden_size": WIDTH, "intermediate_size": 2 * WIDTH, "num_hidden_layers": LAYERS,
              "num_attention_heads": 4, "image_size": SIDE, "patch_size": PATCH}  # fmt: skip
    torch.manual_seed(seed)
    return CLIPModel(CLIPConfig(text_config=words, vision_config=vision, projection_dim=WIDTH))


def whiten(embeddings: torch.nn.Module, pixels: torch.Tensor) -> None:
    """Let the vision half begin with principal components of equal spread, each of its patches at a place of its own.

    A shape is said by the edges of its patches, which are faint beside the ground, and random weights keep them so.
    """
    patches = torch.nn.functional.unfold(ready(pixels), PATCH, stride=PATCH).transpose(1, 2).flatten(0, 1).double()
    mean = patches.mean(0)
    values, vectors = (part.flip(-1) for part in torch.linalg.eigh(torch.cov((patches - mean).T)))
    basis = (vectors[:, :WIDTH] / (values[:WIDTH] + FAINT * values[0]).sqrt()).T
    # An eigenvector may as well be its opposite: the largest part is made positive, so that every machine has the same.
    basis *= basis.gather(1, basis.abs().argmax(1, keepdim=True)).sign()
    places = embeddings.position_embedding.weight
    with torch.no_grad():
        embeddings.patch_embedding.weight.copy_(basis.view(WIDTH, 3, PATCH, PATCH))
        torch.nn.init.normal_(places, std=0.5)
        places[1:] -= (basis @ mean).float()

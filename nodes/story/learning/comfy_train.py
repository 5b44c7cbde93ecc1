"""Learn StoryGen's image attention for a MODEL, and keep it as Load StoryGen reads it."""

from dataclasses import dataclass
from pathlib import Path

import comfy.sd
import folder_paths
import torch
from comfy.model_patcher import ModelPatcher
from safetensors.torch import save

from ...ground.whole_file import write_whole
from ...host.progress import interruptible_layers
from ...training import Plan, named
from ...training.comfy import Denoiser, check_parts, encoding, fingerprint, run
from .. import weights
from ..comfy_attention import Block, ImageAttention
from ..comfy_load import StoryGen, apply, block_of, fitting, load
from ..weights import IMAGE, MATRICES, NORM, SELF, Weights, public
from . import comfy_dataset
from .comfy_task import StoryTask
from .lesson import LEVELS, Lesson, told

STATES = "story_runs"
"""Folder of the output folder where runs keep their state."""
TRAINED = "trained"
"""Folder of models/storygen where runs leave what they learned."""
WARM_UP = 0.02
"""Share of the steps over which the learning rate rises."""
LOOKS = 10
"""Times that a run measures and saves itself."""


@dataclass(frozen=True)
class Learned:
    """A StoryGen, and how it was learned."""

    storygen: StoryGen
    losses: list[float]
    """Of every step."""
    report: list[str]


def lesson(
    steps: int, learning_rate: float, batch_size: int, seed: int, stage: str, noise: str, held_out: float
) -> Lesson:
    """What the inputs of the node ask for."""
    every = max(1, steps // LOOKS)
    plan = Plan(steps, learning_rate, round(WARM_UP * steps), measure_every=every, save_every=every, seed=seed)
    return Lesson(plan, batch_size, stage, LEVELS[noise], held_out)


def learn(
    model: ModelPatcher,
    clip: comfy.sd.CLIP,
    vae: comfy.sd.VAE,
    path: Path,
    side: int,
    lesson: Lesson,
    root: Path,
    name: str,
    storygen: StoryGen | None = None,
    resume: str = "",
) -> Learned:
    """Learn image attention; model, clip and vae stay bit-identical.

    A run that ends before its end, by an interrupt or an error, leaves its best so far, too.

    Args:
        path: a folder of stories.
        root: a folder of StoryGen files, for what is learned.
        storygen: to begin with; None for the published beginning, the MODEL's own self-attention.
        resume: the name of a run to go on with.

    Raises:
        UserError: no Stable Diffusion 1.5; stories that cannot be learned from; what `train` refuses.
    """
    states, results = Path(folder_paths.get_output_directory()) / STATES, root / TRAINED
    called = named(states, results, name.strip() or path.name, resume.strip())
    places = fitting(model, storygen.weights if storygen else None)
    with torch.inference_mode(False):
        encode, states_of = encoding(model, vae), comfy_dataset.saying(clip)
        null = comfy_dataset.null(side, encode)
        check_parts(model, states_of(""), null)
        based = apply(model, storygen) if storygen else model
        denoiser = Denoiser(based)
        blocks = storygen.weights.blocks if storygen else _beginning(model, places)
        learner = load(called, Weights(blocks, lesson.stage, ()), lesson.stage, torch.float32)
        attentions: dict[Block, tuple[str, ImageAttention]] = {
            block_of(native): (place, learner.image_attention(place).to(denoiser.device))
            for place, native in places.items()
        }
        store = comfy_dataset.gather(path, vae, side, encode)
        captions = [text.split("\n") for text in store.titles]
        begun = [tensor for parts in blocks.values() for tensor in parts.values()]
        told_first = [states_of(captions[0][0])]
        job = fingerprint(repr(lesson), repr(captions), store, told_first, denoiser.fingerprint, begun)
        task = StoryTask(
            denoiser,
            attentions,
            model.model_options["transformer_options"].get("patches", {}),
            store,
            captions,
            null,
            states_of,
            lesson,
            f"story {job}",
        )
        file = results / f"{called}.safetensors"

        def keep(steps: int) -> str:
            _write(file, blocks, task.learned, lesson.stage, steps)
            return f"{TRAINED}/{file.name}"

        # A step at 512 px takes minutes on a CPU.
        with interruptible_layers(denoiser.network):
            outcome = run(task, lesson.plan, states / file.name, keep)
        kept = keep(outcome.best_step)
    report = told(len(captions), sum(map(len, captions)), task.unseen, outcome)
    report += [comfy_dataset.told_of(path, store), f"Kept in models/storygen as {kept}."]
    return Learned(load(kept, weights.read(file), None), outcome.losses, report)


def _beginning(model: ModelPatcher, places: dict[str, str]) -> dict[str, dict[str, torch.Tensor]]:
    """As published: image attention begins as the self-attention of its block, its norm as that one's.

    The weights are those below LoRAs, which stay on the MODEL.
    """
    base = model.get_key_patches("diffusion_model.")
    blocks: dict[str, dict[str, torch.Tensor]] = {}
    for place, native in places.items():
        parts = {f"{kind}.{name}": f"attn1.{name}" for kind in (SELF, IMAGE) for name in (*MATRICES, "to_out.0.bias")}
        parts |= {f"{NORM}.{name}": f"norm1.{name}" for name in ("weight", "bias")}
        blocks[place] = {}
        for name, origin in parts.items():
            weight, read = base[f"diffusion_model.{native}.transformer_blocks.0.{origin}"][0]
            kept = read(weight.to("cpu", torch.float32, copy=True), inplace=True)
            blocks[place][name] = kept.detach().to(weight.dtype)
    return blocks


def _write(
    file: Path,
    blocks: dict[str, dict[str, torch.Tensor]],
    learned: dict[str, torch.nn.Parameter],
    stage: str,
    steps: int,
) -> None:
    """What Load StoryGen reads; in the precision of the MODEL's own weights."""
    own = {public(place, name): tensor for place, parts in blocks.items() for name, tensor in parts.items()}
    own |= {name: value.detach().cpu().to(own[name].dtype) for name, value in learned.items()}
    whole = {name: tensor.contiguous() for name, tensor in own.items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, save(whole, {"format": "pt", "stage": stage, "steps": str(steps)}))

"""Learn a LoRA on storyboards for a MODEL, and keep it as Load LoRA reads it."""

from dataclasses import dataclass
from pathlib import Path

import comfy.sd
import folder_paths
import torch
from comfy.model_patcher import ModelPatcher
from safetensors.torch import save

from ...ground import UserError
from ...ground.whole_file import write_whole
from ...host.progress import interruptible_layers
from ...story import comfy as story
from ...training import Outcome, Plan, named
from ...training.comfy import Denoiser, check_parts, encoding, fingerprint, run
from .. import comfy_attention
from .comfy_lora import LoRA
from .comfy_task import BoardTask, Lesson

STATES, TRAINED = "storyboard_runs", "trained"
"""Folder of the output folder where runs keep their state; folder of models/loras for what they learned."""
WARM_UP, LOOKS = 0.05, 10
"""Share of the steps over which the learning rate rises; times that a run measures and saves itself."""


@dataclass(frozen=True)
class Learned:
    """A LoRA, and how it was learned."""

    lora: dict[str, torch.Tensor]
    losses: list[float]
    """Of every step."""
    report: list[str]


def lesson(
    steps: int, learning_rate: float, batch_size: int, seed: int, frames: int, columns: int, rank: int,
    global_weight: float, held_out: float,
) -> Lesson:  # fmt: skip
    """What the inputs of the node ask for."""
    every = max(1, steps // LOOKS)
    plan = Plan(steps, learning_rate, round(WARM_UP * steps), measure_every=every, save_every=every, seed=seed)
    return Lesson(plan, batch_size, frames, min(columns, frames), rank, global_weight, held_out)


def learn(
    model: ModelPatcher,
    clip: comfy.sd.CLIP,
    vae: comfy.sd.VAE,
    path: Path,
    side: int,
    lesson: Lesson,
    root: Path,
    name: str,
    resume: str = "",
) -> Learned:
    """Learn a LoRA; model, clip and vae stay bit-identical.

    A run that ends before its end, by an interrupt or an error, leaves its best so far, too.

    Args:
        path: a folder of stories.
        root: a folder of LoRAs, for what is learned.
        resume: the name of a run to go on with.

    Raises:
        UserError: a network without text attention; stories that cannot be learned from; what `train` refuses.
    """
    settings = model.model.model_config.unet_config
    if not comfy_attention.has_text_attention(model) or settings.get("adm_in_channels"):
        raise UserError(
            f"Expected a MODEL of Stable Diffusion 1 or 2, got {type(model.model.model_config).__name__}: a storyboard "
            "LoRA is learned for those."
        )
    states, results = Path(folder_paths.get_output_directory()) / STATES, root / TRAINED
    called = named(states, results, name.strip() or path.name, resume.strip())
    with torch.inference_mode(False):
        encode, states_of = encoding(model, vae), story.saying(clip)
        check_parts(model, states_of(""), story.null(side, encode))
        store = story.gather(path, vae, side, encode)
        captions = [text.split("\n") for text in store.titles]
        long = sum(len(lines) >= lesson.frames for lines in captions)
        if long < 2:
            raise UserError(
                f"Expected two stories or more with {lesson.frames} pictures each, got {long}: choose fewer frames, or "
                "add stories."
            )
        denoiser = Denoiser(model)
        told_first = [states_of(captions[0][0])]
        job = fingerprint(repr(lesson), repr(captions), store, told_first, denoiser.fingerprint)
        lora = LoRA(denoiser.network, lesson.rank, lesson.plan.seed)
        task = BoardTask(denoiser, lora, store, captions, states_of, side, lesson, f"storyboard {job}")
        file = results / f"{called}.safetensors"

        def keep(steps: int) -> str:
            write_whole(file, save(lora.tensors(), {"format": "pt", "steps": str(steps)}))
            return f"{TRAINED}/{file.name}"

        # A step at 512 px takes minutes on a CPU.
        with interruptible_layers(denoiser.network):
            outcome = run(task, lesson.plan, states / file.name, keep)
        kept = keep(outcome.best_step)
    report = [*_told(long, task.unseen, outcome), story.told_of(path, store), f"Kept in models/loras as {kept}."]
    return Learned(lora.tensors(), outcome.losses, report)


def _told(stories: int, unseen: int, outcome: Outcome) -> list[str]:
    """Whether it helped, by the stories that were held out."""
    first = outcome.figures[0]["loss"]
    best = next(entry for entry in outcome.figures if entry["step"] == outcome.best_step)["loss"]
    lines = [
        f"{stories} stories that fill a board; the best of {outcome.step} steps was step {outcome.best_step}.",
        f"Error on boards of {unseen} held-out stories: {best:.4f} with the LoRA, {first:.4f} without.",
    ]
    if best >= first:
        lines.append("Training did not help: try more stories, more steps, or another learning rate.")
    return lines

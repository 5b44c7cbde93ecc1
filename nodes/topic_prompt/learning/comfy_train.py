"""From pictures and their titles to a topic: what Train Topic Prompt does."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import comfy.sd
import folder_paths
import numpy as np
import torch
from comfy.model_patcher import ModelPatcher

from ...ground import UserError
from ...host.progress import Progress, interruptible_layers
from ...korean_clip import origin_of
from ...training import Plan, named
from ...training.comfy import Denoiser, encoding, fingerprint, run
from .. import save_file
from ..topic_file import Topic
from . import runs
from .comfy_encoder import LearningEncoder
from .comfy_task import TopicTask
from .lesson import Lesson, told
from .material import Encode, Material

WARM_UP = 0.05
"""Share of the steps over which the learning rate rises."""
LOOKS = 10
"""Times that a run measures itself, shows a picture and saves itself."""
log = logging.getLogger("dancheong")


@dataclass(frozen=True)
class Learned:
    """A topic, and how it was learned."""

    topic: Topic
    losses: list[float]
    """Of every step."""
    report: list[str]


def lesson(
    topic: str,
    vectors: int,
    steps: int,
    learning_rate: float,
    batch_size: int,
    seed: int,
    init_text: str,
    caption_dropout: float,
    held_out: float,
) -> Lesson:
    """What the inputs of the node ask for.

    Raises:
        UserError: a topic without a name.
    """
    name = topic.strip()
    if not name:
        raise UserError("The topic has no name: say in a word or two what it is about.")
    every = max(1, steps // LOOKS)
    plan = Plan(steps, learning_rate, round(WARM_UP * steps), measure_every=every, save_every=every, seed=seed)
    return Lesson(name, vectors, init_text.strip() or name, plan, batch_size, caption_dropout, held_out)


def learn(
    model: ModelPatcher,
    clip: comfy.sd.CLIP,
    vae: comfy.sd.VAE,
    gather: Callable[[Encode], Material],
    lesson: Lesson,
    root: Path,
    resume: str = "",
) -> Learned:
    """Learn a topic; model, clip and vae stay bit-identical.

    A run that ends before its end, by an interrupt or an error, leaves its best so far, too.

    Args:
        gather: gives what to learn from.
        root: a folder of embeddings, for the topic; the state of the run goes into the output folder: see `runs.py`.
        resume: the name of a run to go on with.

    Raises:
        UserError: models that do not belong together; what `gather` and `train` refuse.
    """
    states, topics = Path(folder_paths.get_output_directory()) / runs.STATES, root / runs.TOPICS
    name = named(states, topics, lesson.topic, resume.strip())
    path = topics / f"{name}.safetensors"
    with torch.inference_mode(False):
        encoder = LearningEncoder(clip)
        _check_model(model, encoder)
        encode = encoding(model, vae)
        material = gather(lambda image: encode(image[None, ..., :3])[0])
        denoiser = Denoiser(model)
        dataset = fingerprint(repr(material.titles), material.latents)
        job = fingerprint(repr(lesson), dataset, denoiser.fingerprint, encoder.fingerprint)
        identity = f"topic {lesson.topic} {job}"
        task = TopicTask(denoiser, encoder, material.latents, material.titles, lesson, identity)
        facts = {"topic": lesson.topic, "first_words": lesson.first, "base": denoiser.fingerprint, "dataset": dataset}
        if origin := origin_of(clip):
            facts |= {"text_encoder": origin.text_encoder, "tokenizer": origin.tokenizer}

        def keep(steps: int) -> Topic:
            topic = Topic(path, task.vectors().detach().cpu(), "clip_l", facts | {"steps": str(steps)})
            save_file.replace(path, topic.vectors, topic.metadata)
            return topic

        # A step at 512 px takes half a minute on a CPU.
        with interruptible_layers(denoiser.network):
            outcome = run(
                task,
                lesson.plan,
                states / path.name,
                lambda steps: f"embedding:{runs.TOPICS}/{keep(steps).path.stem}",
                lambda: _shown(vae, model, task.sample()),
            )
        report = [*told(lesson, task, outcome), *material.notes, f"Kept as embedding:{runs.TOPICS}/{name}."]
        return Learned(keep(outcome.best_step), outcome.losses, report)


def given(images: list[torch.Tensor], titles: list[str]) -> Callable[[Encode], Material]:
    """Pictures and titles that are at hand.

    Args:
        images: [H, W, C] each, of any sizes.
        titles: one a picture.

    Raises:
        UserError: they do not belong together, or cannot be learned from.
    """
    _check(images, titles)

    def gather(encode: Encode) -> Material:
        progress = Progress(len(images))
        latents = []
        for image in images:
            latents.append(encode(image))
            progress.step()
        return Material(latents, titles, [])

    return gather


def _check(images: list[torch.Tensor], titles: list[str]) -> None:
    if len(images) < 2:
        came = "one came" if images else "none came"
        raise UserError(f"Expected two pictures or more, one of them to judge by, but {came}: give 20 and more.")
    if len(titles) != len(images):
        raise UserError(
            f"{len(images)} pictures came with {len(titles)} titles: give each picture its title, an empty one "
            "where it has none."
        )
    for number, image in enumerate(images, 1):
        if not torch.isfinite(image).all():
            raise UserError(f"Picture {number} holds values that are not numbers: leave it out or make it anew.")


def _check_model(model: ModelPatcher, encoder: LearningEncoder) -> None:
    settings = model.model.model_config.unet_config
    listens, width = settings.get("context_dim"), encoder.table.shape[1]
    if listens != width:
        raise UserError(
            f"The model listens to vectors of width {listens}, this CLIP makes vectors of width {width}: take the CLIP "
            "that belongs to the model, or a Korean one made for it."
        )
    sees, channels = settings["in_channels"], model.model.latent_format.latent_channels
    if sees != channels:
        raise UserError(
            f"The model wants {sees} channels, a picture has {channels}: an inpainting or edit model learns no topic; "
            "take the plain one."
        )


def _shown(vae: comfy.sd.VAE, model: ModelPatcher, latent: torch.Tensor) -> np.ndarray:
    with torch.inference_mode():
        picture = vae.decode(model.model.process_latent_out(latent))[0]
    return (picture.clamp(0, 1) * 255).round().byte().cpu().numpy()

"""A prompt as its writer means it: what ComfyUI would leave out without a word is put right, told, or an error."""

import math
import re

import comfy.sd
import torch

from ..ground import UserError
from . import topic_file
from .brackets import escape_lone, wide_weights
from .calls import SIGN, escape, set_apart
from .comfy_embeddings import Embeddings, is_same
from .comfy_encode import segments, sole_tokenizer
from .josa import place_particles
from .prompt import PLACEHOLDER, compose
from .topic_file import Topic

FOREIGN = re.compile(r"<(?:lora|lyco|hypernet):[^<>]*>|\bBREAK\b|\bAND\b")
"""What other programs' prompts do more with than to read it."""
HEAVIEST = 10.0
"""Beyond it nothing is left of a picture; such weights are times of day and sports results in brackets."""


def meant(clip: comfy.sd.CLIP, text: str, topic: Topic | None, position: str, strength: float) -> tuple[str, list[str]]:
    """The prompt with a topic in its place, for CLIP Text Encode too, and what there is to tell of it.

    Args:
        position, strength: as `prompt.compose`.

    Raises:
        UserError: an embedding that cannot be what the prompt calls, or a weight that is no number.
    """
    embeddings = Embeddings(_folders(clip))
    wide = wide_weights(text)
    text, notes = _with_partners(text)
    notes += [f"{weight} is read as letters: a weight is written with ( and : and )." for weight in wide]
    topics: dict[str, Topic] = {}
    if topic is not None:
        name = embeddings.name_of(topic.path)
        topics[name] = topic
        text = compose(text, name, position, strength)
    if PLACEHOLDER in text:
        notes.append(
            f"{PLACEHOLDER} is read as letters: a topic goes there where one is connected and position is replace."
        )
    calls = set_apart(text, embeddings.find)
    placed, glued = place_particles(calls.text)
    if placed != text:
        notes.append("Particles were put where they are meant; the prompt output shows how.")
    notes += [f"{changed}, as ComfyUI would not find it." for changed in calls.changed]
    notes += [f"{word} behind a bracket stays a word of its own: it is no particle." for word in glued]
    notes += [_missing(name, embeddings) for name in calls.missing]
    if foreign := FOREIGN.findall(placed):
        notes.append(f"{', '.join(dict.fromkeys(foreign))}: read as letters, ComfyUI's prompts have no such syntax.")
    for name in dict.fromkeys(calls.used):
        files = embeddings.files(name)
        used = topics.get(name) or topic_file.read(files[0])
        _check_width(used, clip)
        _check_vectors(used, clip, name)
        if others := [str(file) for file in files if not is_same(file, files[0])]:
            notes.append(f"{SIGN}{name} is {files[0]}, and {', '.join(others)} on another day: rename one of them.")
    return placed, notes + _odd_weights(placed)


def _folders(clip: comfy.sd.CLIP) -> list[str]:
    """Where a CLIP's tokenizer looks for embeddings; none where it was made without."""
    folders = sole_tokenizer(clip).embedding_directory or []
    return [folders] if isinstance(folders, str) else list(folders)


def _with_partners(text: str) -> tuple[str, list[str]]:
    whole = escape_lone(text)
    told = "A bracket without a partner was read as a letter; the prompt output shows it with a backslash."
    return whole, [] if whole == text else [told]


def _missing(name: str, embeddings: Embeddings) -> str:
    near = embeddings.like(name)
    return f"There is no embedding {name!r}: nothing stands for it." + (f" Was {near} meant?" if near else "")


def _check_width(topic: Topic, clip: comfy.sd.CLIP) -> None:
    width, taken = topic.vectors.shape[1], sole_tokenizer(clip).embedding_size
    if width != taken:
        raise UserError(
            f"The topic {topic.path.name} has vectors of width {width}, this CLIP takes {taken}: it was learned "
            "against another text encoder, choose that one."
        )


def _check_vectors(topic: Topic, clip: comfy.sd.CLIP, name: str) -> None:
    """That ComfyUI puts in the vectors of this file, by what its own tokenizer gives for the name."""
    try:
        tokens = [token for chunk in clip.tokenize(SIGN + escape(name))["l"] for token, *_ in chunk]
    except Exception as error:  # what its reader does not expect raises errors of every kind
        raise UserError(_unlike(topic)) from error
    vectors = [token.float() for token in tokens if isinstance(token, torch.Tensor)]
    if not vectors or not torch.equal(torch.stack(vectors), topic.vectors):
        raise UserError(_unlike(topic))


def _unlike(topic: Topic) -> str:
    return (
        f"ComfyUI reads other values than {topic.path.name} holds ({topic.layout}), or the file was replaced since it "
        "was loaded: load it anew, or save its table as .safetensors."
    )


def _odd_weights(text: str) -> list[str]:
    """
    Raises:
        UserError: a weight that makes every value of the conditioning NaN.
    """
    told: list[str] = []
    for words, weight in segments(text):
        if not math.isfinite(weight):
            raise UserError(
                f"Expected a number as the weight of {words!r}, got {weight}: write it, or a word behind it."
            )
        if abs(weight) > HEAVIEST:
            told.append(f"{words!r} weighs {weight:g}: where that is no weight, write \\( and \\) for brackets.")
    return told

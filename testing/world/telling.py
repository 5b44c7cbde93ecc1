"""How right the nodes are that tell what a picture says, by the world's CLIP: pictures of known scenes, and shares."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from . import captions
from .drawing import draw
from .scene import Scene

ASKED = ("colour", "shape", "ground", "style")
"""What an inverted prompt must name, and nothing else of its kind."""
MOST = {"greedy": 12, "fast": 6}
"""Phrases of Invert Prompt by its mode: what the node begins with; and, as only greedy ends by itself, as many as can
be said of a picture without a topic."""
THRESHOLD = 1.0
"""Of Check Prompt, which begins with it."""

Lists = Callable[..., Any]
"""Runs a node and gives the lists that come out."""


def pictures(found: list[Scene], seed: int) -> torch.Tensor:
    """As IMAGE: float [N, 64, 64, 3]."""
    drawn = np.stack([draw(scene, seed + number) for number, scene in enumerate(found)])
    return torch.from_numpy(drawn).float() / 255


def inversion(
    lists: Lists, halves: dict[str, Any], found: list[Scene], image: torch.Tensor, mode: str
) -> dict[str, float]:
    """Share of pictures whose prompt says each kind right: the one phrase, and no other of its kind.

    Greedy is asked about all, fast about those without a topic.
    """
    places = [place for place, scene in enumerate(found) if mode == "greedy" or scene.topic is None]
    image, found = image[places], [found[place] for place in places]
    prompts, _ = lists(
        "DancheongInvertPrompt", image=image, **halves, phrases="\n".join(captions.bank(*captions.PHRASES)),
        caption="", mode=mode, most=MOST[mode],
    )  # fmt: skip
    right: dict[str, list[bool]] = {kind: [] for kind in captions.PHRASES}
    for prompt, scene in zip(prompts, found, strict=True):
        said, seen = {*prompt.split(", ")}, captions.seen(scene)
        for kind, phrases in captions.PHRASES.items():
            right[kind].append(said & {*phrases.values()} == ({phrases[seen[kind]]} if kind in seen else set()))
    right["all four"] = [all(right[kind][place] for kind in ASKED) for place in range(len(found))]
    return {kind: float(np.mean(each)) for kind, each in right.items()}


def styles(lists: Lists, halves: dict[str, Any], found: list[Scene], image: torch.Tensor) -> dict[str, float]:
    """Recall@1: of styles among styles and topics, of pictures without a topic; and of each kind among its own."""
    unmarked = [place for place, scene in enumerate(found) if scene.topic is None]
    marked = [place for place, scene in enumerate(found) if scene.topic is not None]
    given = {**halves, "styles": "\n".join(captions.bank("style", "topic")), "top": 1}
    overall, _ = lists("DancheongFindStyle", image=image[unmarked], scope="overall", **given)
    each, _ = lists("DancheongFindStyle", image=image, scope="per category", **given)
    style, topic = zip(*(row.split(", ") for row in each), strict=True)

    def recall(kind: str, said: dict[int, str]) -> float:
        return float(
            np.mean([said[place] == captions.PHRASES[kind][captions.seen(found[place])[kind]] for place in said])
        )

    return {
        "style, overall": recall("style", dict(zip(unmarked, overall, strict=True))),
        "style, per category": recall("style", dict(enumerate(style))),
        "topic, per category": recall("topic", {place: topic[place] for place in marked}),
    }


def checks(
    lists: Lists, halves: dict[str, Any], found: list[Scene], image: torch.Tensor, seed: int
) -> dict[str, float]:
    """Of prompts in which one word is wrong: how many lose it and nothing else, how many keep it, or lose another."""
    chance = random.Random(seed)
    only, kept, more = [], [], []
    for scene, picture in zip(found, image, strict=True):
        said, wrong = captions.one_wrong(captions.seen(scene), chance)
        (left,), (removed,), _ = lists(
            "DancheongCheckPrompt", image=picture[None], prompt=", ".join(said), **halves,
            threshold=THRESHOLD,
        )  # fmt: skip
        gone = set(filter(None, removed.split(", ")))
        only.append(gone == {wrong} and wrong not in left.split(", "))
        kept.append(wrong not in gone)
        more.append(bool(gone - {wrong}))
    named = {"the wrong word alone went": only, "the wrong word stayed": kept, "another word went": more}
    return {name: float(np.mean(each)) for name, each in named.items()}

"""What can be seen in the world: one or two things on a ground, perhaps marked by a topic or drawn in a style."""

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

WORDS = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))
COLOURS, GROUNDS, SHAPES, SIZES, PLACES, TOPICS, MARKS, STYLES = (
    tuple(WORDS[kind]) for kind in ("colour", "ground", "shape", "size", "place", "topic", "mark", "style")
)


@dataclass(frozen=True)
class Thing:
    """A flat figure; its words are keys of words.json."""

    colour: str
    shape: str
    size: str
    place: str


@dataclass(frozen=True)
class Scene:
    """One thing, or two of which the first stands at the left and the second at the right."""

    ground: str
    things: tuple[Thing, ...]
    topic: str | None = None
    """Seen by its mark, and said in no sentence but that of `marks`; a mark that is no topic's is here by its name."""
    style: str | None = None

    @property
    def mark(self) -> str | None:
        """What is laid over the picture."""
        return WORDS["topic"][self.topic]["mark"] if self.topic in TOPICS else self.topic

    @property
    def held_out(self) -> bool:
        """One in five combinations is never shown in training: its sentence is new, each of its words is known."""
        words = " ".join((self.ground, *(" ".join(vars(thing).values()) for thing in self.things)))
        return hashlib.sha256(words.encode()).digest()[0] < 51


def singles() -> Iterator[Scene]:
    """Every scene of one thing, 720 of them: a thing never has its ground's colour."""
    for ground, colour, shape, size, place in product(GROUNDS, COLOURS, SHAPES, SIZES, PLACES):
        if colour != ground:
            yield Scene(ground, (Thing(colour, shape, size, place),))


def some_scene(chance: random.Random, two: float = 0.0, topics: tuple[str, ...] = (), topic: float = 0.15) -> Scene:
    """A scene by chance.

    Args:
        two: share of scenes with two things, of different colours.
        topics: what `topic` of the scenes carry.
    """
    ground = chance.choice(GROUNDS)
    colours = chance.sample([colour for colour in COLOURS if colour != ground], 2)
    places = ("left", "right") if chance.random() < two else (chance.choice(PLACES),)
    things = tuple(
        Thing(colour, chance.choice(SHAPES), chance.choice(SIZES), place)
        for colour, place in zip(colours, places, strict=False)
    )
    scene = Scene(ground, things)
    return replace(scene, topic=chance.choice(topics)) if topics and chance.random() < topic else scene


def scenes(chance: random.Random, count: int, held_out: bool, **by: float | tuple[str, ...]) -> list[Scene]:
    """`count` scenes by chance, all of them held out of training, or none."""
    found: list[Scene] = []
    while len(found) < count:
        scene = some_scene(chance, **by)
        if scene.held_out == held_out:
            found.append(scene)
    return found

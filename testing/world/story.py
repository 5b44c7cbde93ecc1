"""Stories of four pictures whose hero keeps colour and shape while ground, place and size change."""

import random
from dataclasses import dataclass

from .scene import COLOURS, GROUNDS, PLACES, SHAPES, SIZES, Scene, Thing
from .sentence import sentence

FRAMES = 4


@dataclass(frozen=True)
class Story:
    """Four scenes of one thing."""

    scenes: tuple[Scene, ...]

    def lines(self, language: str, order: int = 0) -> tuple[str, ...]:
        """The first line names the hero's colour and shape, the later ones call it the hero."""
        return tuple(sentence(scene, language, order, hero=number > 0) for number, scene in enumerate(self.scenes))


def some_story(chance: random.Random) -> Story:
    """A story by chance; no two pictures in a row are on the same ground."""
    colour, shape = chance.choice(COLOURS), chance.choice(SHAPES)
    scenes: list[Scene] = []
    for _ in range(FRAMES):
        ground = chance.choice(
            [name for name in GROUNDS if name != colour and (not scenes or name != scenes[-1].ground)]
        )
        scenes.append(Scene(ground, (Thing(colour, shape, chance.choice(SIZES), chance.choice(PLACES)),)))
    return Story(tuple(scenes))

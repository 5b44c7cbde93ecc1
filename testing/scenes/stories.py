"""Stories of the small world as a user keeps them: a folder for each, with pictures and `captions.txt`."""

import random
from pathlib import Path

from PIL import Image

from ..world.drawing import draw
from ..world.story import Story, some_story


def write(folder: Path, count: int = 3, seed: int = 6) -> None:
    """Some stories of four pictures by chance."""
    chance = random.Random(seed)
    for number in range(count):
        keep(folder / f"tale {number + 1}", some_story(chance), 10 * number, order=number)


def keep(folder: Path, story: Story, seed: int, order: int = 0) -> None:
    """One story.

    Args:
        seed: of its first picture; the others count on.
        order: of the words in its captions.
    """
    folder.mkdir(parents=True)
    for frame, scene in enumerate(story.scenes):
        Image.fromarray(draw(scene, seed + frame)).save(folder / f"{frame + 1}.png")
    (folder / "captions.txt").write_text("\n".join(story.lines("en", order)), encoding="utf-8")

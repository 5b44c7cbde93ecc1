"""StoryGen's two stages: how much noise stands on each picture that the next one looks at.

StoryGen (Liu and others, "Intelligent Grimm", CVPR 2024; the pipeline of its public repository) looks at the pictures
before through a little noise, a tenth of what the new one has left. Drawing one after the other it counts, the oldest
gets the most; with several pictures at once all get the same.
"""

from pathlib import Path

from .layout import UNET

AUTO_REGRESSIVE, MULTI_IMAGE = "auto-regressive", "multi-image"
STAGES = (AUTO_REGRESSIVE, MULTI_IMAGE)
SHARE = 10
MOST = 10
"""References whose noise stays within the 1,000 timesteps, the first of 0 .. 99 being that of the newest."""
TRAINED = 3
PUBLISHED = {"coco": MULTI_IMAGE, "storysalon": AUTO_REGRESSIVE}
"""What stands in the names of the published folders -> what those weights learned."""


def timesteps(t: int, count: int, stage: str) -> list[int]:
    """The timestep of each reference, the oldest first, where the picture that is drawn is at `t` of 0 .. 999."""
    share = t // SHARE
    return [share * (count - number if stage == AUTO_REGRESSIVE else 1) for number in range(count)]


def published(path: Path) -> str | None:
    """The stage that a published file is known for, by its name or its checkpoint's folder; None for any other."""
    names = [path.name.lower()] + ([path.parents[1].name.lower()] if path.parent.name == UNET else [])
    return next((stage for name in names for word, stage in PUBLISHED.items() if word in name), None)

"""A piece of text in a picture, as every engine reports it."""

import json
import re
from dataclasses import dataclass

import numpy as np

HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


@dataclass(frozen=True)
class Region:
    """One line or word."""

    polygon: np.ndarray
    """`[4,2]` float32, (x, y) in px, clockwise from the text's own top left."""
    score: float
    """The detector's confidence, 0..1. It does not tell pseudo-text from text."""
    text: str | None = None
    """What the recogniser read; None where nobody asked it, "" where it could read nothing."""
    certainty: float = 0.0
    """How sure the recogniser is of the text, 0..1; 0 where no recogniser was asked."""

    @property
    def sides(self) -> tuple[float, float]:
        """Width and height of the quad in px, each the mean of two sides."""
        sides = np.linalg.norm(self.polygon - np.roll(self.polygon, -1, axis=0), axis=1)
        return float(sides[0] + sides[2]) / 2, float(sides[1] + sides[3]) / 2

    @property
    def height(self) -> float:
        """Text height in px: the quad's shorter side, so that vertical text counts by its letters too."""
        return min(self.sides)


def to_json(engine: str, reader: str | None, size: tuple[int, int], regions: list[Region], masked: list[bool]) -> dict:
    """One picture's regions for the node's STRING output; `size` is (width, height) in px."""
    return {
        "engine": engine,
        "reader": reader,
        "width": size[0],
        "height": size[1],
        "regions": [
            {
                "polygon": [[round(float(x), 1), round(float(y), 1)] for x, y in region.polygon],
                "height": round(region.height, 1),
                "score": round(region.score, 3),
                "text": region.text,
                "masked": chosen,
            }
            for region, chosen in zip(regions, masked, strict=True)
        ],
    }


def report(pictures: list[dict]) -> str:
    """The pictures' regions as one JSON text, Korean left readable."""
    return json.dumps(pictures, ensure_ascii=False)

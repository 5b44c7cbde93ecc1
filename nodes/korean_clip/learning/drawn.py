"""What pictures that were drawn from Korean sentences show, asked of a CLIP that knows pictures and English.

It is held against the English sentence, so that no encoder judges itself (CLIPScore, arXiv 2104.08718, without its
factor).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from ...ground import UserError, scan
from ...news import BrokenPicture, decode

ENDINGS = (".png", ".jpg", ".jpeg", ".webp")


class Clip(Protocol):
    """Pictures and words in one space."""

    def picture(self, picture: np.ndarray) -> np.ndarray:
        """`[D]` of length 1, of a picture `[H,W,3]` uint8."""
        ...

    def texts(self, texts: list[str]) -> np.ndarray:
        """`[N,D]`, each of length 1."""
        ...


@dataclass(frozen=True)
class Drawn:
    """For each encoder a folder of what was drawn with it, a picture of each Korean sentence; and who looks at them."""

    folders: tuple[Path, ...]
    clip: Clip

    def paths(self, encoders: int, count: int) -> list[list[Path]]:
        """The pictures of each folder in the order of their names, 2 before 10.

        Args:
            count: sentences.

        Raises:
            UserError: folders or pictures are not as many as they should be.
        """
        if len(self.folders) != encoders:
            raise UserError(
                f"{len(self.folders)} folders of pictures came for {encoders} encoders: give one --pictures for each "
                "--encoder, in their order."
            )
        return [_pictures(folder, count) for folder in self.folders]

    def figures(self, paths: list[Path], english: list[str], tell: Callable[[int], None]) -> dict[str, float]:
        """How near pictures are to their sentences, and how often the nearest of all is their own.

        Args:
            paths: of a picture of each sentence.
            tell: is told how many pictures were looked at.

        Raises:
            UserError: a picture is broken.
        """
        seen: list[np.ndarray] = []
        for number, path in enumerate(paths, 1):
            try:
                seen.append(self.clip.picture(decode(path.read_bytes())))
            except (BrokenPicture, OSError) as error:
                raise UserError(f"{path} cannot be read ({error}): draw it again.") from error
            tell(number)
        like, own = np.stack(seen) @ self.clip.texts(english).T, np.arange(len(paths))
        return {
            "cosine of pictures": round(float(like.diagonal().mean()), 4),
            "R@1 picture to English": round(float((like.argmax(1) == own).mean()), 4),
            "R@1 English to picture": round(float((like.argmax(0) == own).mean()), 4),
        }


def _pictures(folder: Path, count: int) -> list[Path]:
    # macOS puts a file `._1.png` beside 1.png on foreign disks.
    found = [path for path in scan.files(folder) if path.suffix.lower() in ENDINGS and path.name[0] != "."]
    if len(found) != count:
        raise UserError(
            f"{folder} holds {len(found):,} pictures ({', '.join(ENDINGS)}), {count:,} pairs are judged: draw one "
            "picture of each Korean sentence, named by its number."
        )
    return sorted(found, key=lambda path: scan.natural(path.name))

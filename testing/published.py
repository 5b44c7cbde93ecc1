"""The pack as it is handed out: the archive of ComfyUI's registry, and the wheel."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).resolve().parent.parent


def tracked(*folders: str) -> list[str]:
    """The files of this checkout that git tracks, or would take; of these folders, or of all."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def sources(target: Path) -> Path:
    """A copy of the tracked files in `target`, so that nothing that was built here before gets in."""
    for name in tracked():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes((ROOT / name).read_bytes())
    return target


def wheel(workspace: Path) -> Path:
    """The wheel, built as an installer builds it: the source distribution first, then the wheel from that.

    Args:
        workspace: an empty folder.
    """
    _run(find_uv_bin(), "build", "--quiet", "--out-dir", workspace / "dist", sources(workspace / "source"))
    return next((workspace / "dist").glob("*.whl"))


def archive(workspace: Path, target: Path) -> str:
    """What the registry would hand out, validated and packed by comfy-cli and unpacked into `target`; what it said.

    Args:
        workspace: an empty folder.
    """
    source = sources(workspace / "source")
    comfy = Path(sys.executable).with_name("comfy")
    # comfy-cli keeps its settings in the home folder, and asks about them.
    environment = {**os.environ, "HOME": str(workspace), "USERPROFILE": str(workspace), "DO_NOT_TRACK": "1"}
    _run("git", "init", "--quiet", cwd=source)
    _run("git", "add", "--all", cwd=source)  # comfy-cli packs what git tracks
    said = _run(comfy, "--skip-prompt", "node", "validate", cwd=source, env=environment)
    said += _run(comfy, "--skip-prompt", "node", "pack", cwd=source, env=environment)
    with zipfile.ZipFile(source / "node.zip") as packed:
        packed.extractall(target)
    return said


def _run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    finished = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    if finished.returncode:
        raise RuntimeError(finished.stdout + finished.stderr)
    return finished.stdout + finished.stderr

"""The package as the registry would hand it out, through comfy-test's static levels.

`.venv/bin/python benchmarks/published.py`

comfy-test is installed into an environment of its own, which is thrown away. Its level "coverage" is left out: 0.4.15
looks for NODE_CLASS_MAPPINGS and finds no node in a pack of the V3 interface; tests/nodes/test_schemas.py has our own.
"""

import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEVELS = ("syntax", "warnings", "hazards")


def pack(target: Path, workspace: Path) -> str:
    """Validate and pack what is tracked, or about to be, and unpack it into `target`; what comfy-cli said.

    Args:
        workspace: an empty folder for a copy of the sources.
    """
    comfy = Path(sys.executable).with_name("comfy")
    quiet = {**os.environ, "HOME": str(workspace.parent), "DO_NOT_TRACK": "1"}

    def run(*command: str | Path) -> str:
        finished = subprocess.run(command, cwd=workspace, capture_output=True, text=True, env=quiet)
        if finished.returncode:
            raise RuntimeError(finished.stdout + finished.stderr)
        return finished.stdout + finished.stderr

    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in names:
        if name and (ROOT / name).is_file():
            (workspace / name).parent.mkdir(parents=True, exist_ok=True)
            (workspace / name).write_bytes((ROOT / name).read_bytes())
    run("git", "init", "--quiet")
    run("git", "add", "--all")  # comfy-cli packs what git tracks
    said = run(comfy, "--skip-prompt", "node", "validate") + run(comfy, "--skip-prompt", "node", "pack")
    with zipfile.ZipFile(workspace / "node.zip") as archive:
        archive.extractall(target)
    return said


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        around = Path(folder)
        (around / "source").mkdir()
        package = around / "dancheong"
        print(pack(package, around / "source").strip())
        venv.create(around / "venv", with_pip=True)
        tools = around / "venv" / "bin"
        subprocess.run([tools / "pip", "install", "--quiet", "comfy-test==0.4.15"], check=True)
        (around / "logs").mkdir()
        places = {"COMFY_TEST_LOGS_DIR": str(around / "logs"), "COMFY_TEST_WORKSPACE_DIR": str(around / "work")}
        comfy_test = tools / "comfy-test"
        for level in LEVELS:
            (around / "config.toml").write_text(f'[test]\nlevels = ["{level}"]\n')
            said = _said(places, comfy_test, "run", "--force", "--config", around / "config.toml", package)
            _report(level, "linux: PASS" in said, said[said.index("[1/1]") + 1 : -1])
        said = _said(places, comfy_test, "lint", "--check", "javascript", package)
        _report("javascript", "[JAVASCRIPT] PASSED" in said, said)


def _said(places: dict[str, str], *command: str | Path) -> list[str]:
    finished = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **places}, stdin=subprocess.DEVNULL
    )
    lines = [line.strip() for line in finished.stdout.splitlines()]
    return ["[1/1]" if line.startswith("[1/1]") else line for line in lines]


def _report(level: str, passed: bool, lines: list[str]) -> None:
    print(f"{level}: {'PASS' if passed else 'FAIL'}")
    marks = ("hazards]", "Line ", "imports ", "nodes/", "web/", "runner/", "[javascript]", "Error")
    print(*(f"    {line}" for line in lines if line.startswith(marks) or "[hazards]" in line), sep="\n")


if __name__ == "__main__":
    main()

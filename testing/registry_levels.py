"""The archive of the registry through comfy-test's static levels.

`.venv/bin/python -m dancheong.testing.registry_levels`

comfy-test is installed into an environment of its own, which is thrown away. Its level "coverage" is left out: 0.4.15
looks for NODE_CLASS_MAPPINGS and finds no node in a pack of the V3 interface; tests/nodes/house/test_schemas.py has our
own.
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from .published import archive

LEVELS = ("syntax", "warnings", "hazards")
MARKS = ("hazards]", "Line ", "imports ", "nodes/", "web/", "runner/", "[javascript]", "Error")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        around = Path(folder)
        package = around / "dancheong"
        sys.stdout.write(archive(around / "pack", package).strip() + "\n")
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
    sys.stdout.write(f"{level}: {'PASS' if passed else 'FAIL'}\n")
    kept = [line for line in lines if line.startswith(MARKS) or "[hazards]" in line]
    sys.stdout.writelines(f"    {line}\n" for line in kept)


if __name__ == "__main__":
    main()

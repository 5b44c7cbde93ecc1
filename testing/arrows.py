"""The pack's own imports as arrows between files, and which of them the layout forbids.

`python -m testing.arrows` in the pack's folder draws the arrows between capabilities as a Mermaid graph.
"""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMFYUI = {"comfy", "comfy_api", "comfy_extras", "comfy_execution", "folder_paths", "execution", "server", "nodes"}
OPEN = ("ground", "page")
"""Folders under nodes/ whose files anyone may import."""
DOORS = ("nodes", "comfy")
"""Files that are doors, beside `__init__`."""
APART = ("nodes.korean_clip.learning", "nodes.news.collecting", "nodes.retrieval.judging")
"""Inner rooms that only the command line enters, by their own `__init__`: ComfyUI's start does not load them."""


@dataclass(frozen=True)
class Arrow:
    """One import: dotted names without the pack's own, such as `nodes.erase.inpaint`."""

    source: str
    target: str
    """The module, or for a name taken from a package, the package."""
    foreign: bool = False
    """The target is no part of the pack."""


def sources(root: Path, folder: str) -> list[Path]:
    """Every Python file of a folder that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", f"{folder}/*.py"], cwd=root, capture_output=True, check=True
    )
    return [root / name for name in listed.stdout.decode().splitlines() if (root / name).exists()]


def module_of(path: Path, root: Path) -> str:
    """`nodes/erase/__init__.py` is `nodes.erase`."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def arrows(path: Path, root: Path, at_once: bool = False) -> Iterator[Arrow]:
    """Every import of a file, wherever it stands in it, or those that happen `at_once` when it is loaded."""
    source, package = module_of(path, root), path.relative_to(root).parent.parts
    for node in _imports(path, at_once):
        if isinstance(node, ast.Import):
            yield from (Arrow(source, alias.name, True) for alias in node.names)
        elif not node.level:
            own = (node.module or "").split(".")[0] == "dancheong"
            base = (node.module or "").removeprefix("dancheong").lstrip(".") if own else node.module or ""
            yield from (Arrow(source, name, not own) for name in (_targets(root, base, node) if own else [base]))
        else:
            base = ".".join((*package[: len(package) - node.level + 1], *filter(None, (node.module or "").split("."))))
            yield from (Arrow(source, name) for name in _targets(root, base, node))


@cache
def _imports(path: Path, at_once: bool) -> list[ast.Import | ast.ImportFrom]:
    """Read once for every question that is asked of it."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    nodes = module.body if at_once else ast.walk(module)
    return [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def _targets(root: Path, base: str, node: ast.ImportFrom) -> Iterator[str]:
    """`from . import shapes` means the module shapes; `from .shapes import draw` means it too."""
    for alias in node.names:
        path = root.joinpath(*base.split("."), alias.name) if base else root / alias.name
        is_module = path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()
        yield f"{base}.{alias.name}" if is_module and base else alias.name if is_module else base


def faults(arrow: Arrow) -> Iterator[str]:
    """What is wrong with one import of a file under nodes/ or runner/."""
    source, target = arrow.source.split("."), arrow.target.split(".")
    if arrow.foreign:
        if target[0] in COMFYUI and not _knows_comfyui(source):
            yield f"names ComfyUI's {arrow.target}"
        return
    if target[0] in ("testing", "tests", "benchmarks"):
        yield f"imports {arrow.target}, which is not installed"
    elif source[0] == "runner":
        if target[0] == "nodes" and len(target) > 2 and target[1] not in OPEN and arrow.target not in APART:
            yield f"reaches past the door of {target[1]}: {arrow.target}"
        if target[:2] == ["nodes", "host"]:
            yield "the runner knows ComfyUI by HTTP only"
    elif target[0] == "runner":
        yield f"a node imports the runner's {arrow.target}"
    elif source[1:2] == ["extension"] or len(source) < 2:
        return
    else:
        yield from _inside_nodes(source, target)


def _inside_nodes(source: list[str], target: list[str]) -> Iterator[str]:
    room, other = source[1], target[1] if len(target) > 1 else ""
    name, knows = ".".join(target), _knows_comfyui(source)
    if target[-1] == "nodes" and len(target) > 2:
        yield f"imports the face {name}"
    elif other == "host" and not knows:
        yield "knows no ComfyUI, but imports nodes.host"
    elif room in (*OPEN, "host") and other not in (room, "ground"):
        yield f"stands below the capabilities, but imports {name}"
    elif other == room:
        if not knows and _knows_comfyui(target):
            yield f"knows no ComfyUI, but imports {name}"
    elif other not in (*OPEN, "host", ""):
        if target[2:] == ["comfy"]:
            if not knows:
                yield f"knows no ComfyUI, but imports {name}"
        elif len(target) > 2:
            yield f"reaches past the door of {other}: {name}"


def _knows_comfyui(module: list[str]) -> bool:
    """Faces, comfy.py, files named comfy_*.py, the host kit and the entry point."""
    if module[0] != "nodes" or len(module) < 2:
        return False
    return module[1] in ("host", "extension") or (
        len(module) > 2 and (module[-1] in DOORS or module[-1].startswith("comfy_"))
    )


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of one circle of imports, its first one again at the end; [] where there is none."""
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for target in sorted(graph.get(name, ())):
            found = walk(target, [*path, name])
            if found:
                return found
        done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := walk(name, []))), [])


def graph(root: Path, *folders: str) -> dict[str, set[str]]:
    """Module -> the pack's modules that it imports."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        for path in sources(root, folder):
            own = {arrow.target for arrow in arrows(path, root) if not arrow.foreign}
            found[module_of(path, root)] = own - {module_of(path, root)}
    return found


def loaded(root: Path, *modules: str) -> set[str]:
    """All of the pack that is loaded with these modules, themselves and the packages around them included."""
    waiting, found = list(modules), set()
    while waiting:
        name = waiting.pop()
        if name and name not in found:
            found.add(name)
            path = root.joinpath(*name.split("."))
            path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            waiting += [arrow.target for arrow in arrows(path, root, at_once=True) if not arrow.foreign]
            waiting.append(name.rpartition(".")[0])
    return found


def by_room(modules: dict[str, set[str]]) -> dict[str, set[str]]:
    """The same between rooms: capabilities under nodes/, and the runner's folders."""
    rooms: dict[str, set[str]] = {}
    for source, targets in modules.items():
        rooms.setdefault(_room(source), set()).update({_room(target) for target in targets} - {_room(source)})
    return rooms


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def shown(rooms: dict[str, set[str]]) -> dict[str, set[str]]:
    """The rooms without what all stand on, as everything would point to it, and without entry points."""
    entries = {"nodes", "nodes.extension", "runner", "runner.__main__"}
    hidden = {"nodes.host", *entries, *(f"nodes.{name}" for name in OPEN)}
    return {room: targets - hidden for room, targets in rooms.items() if room not in hidden}


def drawn(rooms: dict[str, set[str]]) -> str:
    """The arrows as a Mermaid graph."""
    lines = ["graph LR"]
    for source in sorted(rooms):
        lines += [f"    {source} --> {target}" for target in sorted(rooms[source])] or [f"    {source}"]
    return "\n".join(lines)


if __name__ == "__main__":
    import sys

    sys.stdout.write(drawn(shown(by_room(graph(ROOT, "nodes", "runner")))) + "\n")

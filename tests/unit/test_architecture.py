"""What DESIGN promises of the tree itself: arrows, names, declared dependencies."""

import ast
import re
import subprocess
import sys

import pytest

COMFYUI = {"comfy", "comfy_api", "comfy_extras", "comfy_execution", "folder_paths", "execution", "server", "nodes"}
HEAVY = {
    "cv2",
    "rapidocr",
    "onnxruntime",
    "tensorflow",
    "keras_ocr",
    "fontTools",
    "img2pdf",
    "pikepdf",
    "spandrel",
    "tifffile",
}


def tracked(root, pattern):
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", pattern], cwd=root, capture_output=True)
    return [root / name for name in listing.stdout.decode().splitlines() if (root / name).exists()]


def imports(path, top_level_only=False):
    """(level, module, names) of every import statement; only those that run at import time on request."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or "", tuple(alias.name for alias in node.names)


def is_face(path):
    return path.name == "nodes.py" or path.name.startswith("comfy_")


def arrow_faults(path, root):
    """Every import of a file under nodes/ or runner/ that DESIGN forbids."""
    place = path.relative_to(root).parts
    faults = []
    for level, module, names in imports(path):
        head = module.split(".")[0]
        target = [*place[: len(place) - level], *filter(None, module.split("."))] if level else [head]
        if place[0] == "runner":
            into_nodes = level and target[:1] == ["nodes"]
            if head in COMFYUI and not level:
                faults.append(f"the runner imports {module}")
            if into_nodes and (target[1:2] == ["host"] or (target[-1] == "nodes" and len(target) > 1)):
                faults.append(f"the runner imports the face {module}")
            continue
        door = place[1] in ("host", "extension.py")
        if not level and head in COMFYUI and not door and not path.name.startswith("comfy_"):
            faults.append(f"{module} is named outside of nodes/host")
        if level and target[:2] == ["nodes", "host"] and not door and not is_face(path):
            faults.append("a ComfyUI-free file imports nodes/host")
        if level and target[:2] == ["nodes", place[1]] and "nodes" in (target[2:3] or list(names)) and not door:
            faults.append("a file imports its own folder's face")
        other = len(target) > 1 and target[0] == "nodes" and len(place) > 2 and target[1] not in (place[1], "host")
        if level and other and len(target) > 2 and not door:
            faults.append(f"reaches past the face of another capability: {'.'.join(target)}")
    return faults


def test_arrows_run_one_way(root):
    faults = {
        str(path.relative_to(root)): found
        for path in [*tracked(root, "nodes/*.py"), *tracked(root, "runner/*.py")]
        if (found := arrow_faults(path, root))
    }
    assert faults == {}


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("nodes/erase/inpaint.py", "from ..host import images"),
        ("nodes/erase/inpaint.py", "import comfy.utils"),
        ("nodes/erase/inpaint.py", "from . import nodes"),
        ("nodes/erase/inpaint.py", "from .nodes import EraseMasked"),
        ("nodes/erase/nodes.py", "import folder_paths"),
        ("nodes/erase/nodes.py", "from ..text_mask.rules import Rules"),
        ("runner/run.py", "from ..nodes.erase.nodes import EraseMasked"),
        ("runner/run.py", "from ..nodes.host import images"),
        ("runner/run.py", "import comfy.utils"),
    ],
)
def test_the_arrow_test_sees_each_fault(tmp_path, place, line):
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.write_text(line)
    assert arrow_faults(path, tmp_path)


def test_heavy_packages_are_imported_only_inside_functions(root):
    found = [
        (path.name, module)
        for path in tracked(root, "nodes/*.py")
        for _, module, _ in imports(path, top_level_only=True)
        if module.split(".")[0] in HEAVY
    ]
    assert found == []


def test_the_entry_point_imports_nothing(root):
    """Pytest, packaging tools and the runner import it without ComfyUI and without torch."""
    code = (
        "import sys, importlib.util as u; before = set(sys.modules);"
        f"s = u.spec_from_file_location('pack', {str(root / '__init__.py')!r}, submodule_search_locations=[]);"
        "m = u.module_from_spec(s); s.loader.exec_module(m);"
        "new = {n.split('.')[0] for n in set(sys.modules) - before}; print(sorted(new - {'pack'}))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_sources_are_ascii(root):
    """Windows opens text as cp949; Korean belongs to locales and data files."""
    wide = [
        str(path)
        for path in [*tracked(root, "nodes/*.py"), *tracked(root, "runner/*.py")]
        if not path.read_text(encoding="utf-8").isascii()
    ]
    assert wide == []


def test_requirements_are_the_declared_dependencies(root):
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    declared = re.search(r"^dependencies = \[(.*?)\]", project, re.S | re.M).group(1)
    required = (root / "requirements.txt").read_text().split()
    assert re.findall(r'"([^"]+)"', declared) == required
    assert required


def test_nothing_is_declared_that_comfyui_ships(root):
    from dancheong.runner import places

    def name(line):
        return re.split(r"[^A-Za-z0-9_.-]", line.strip())[0].lower().replace("_", "-")

    shipped = {
        name(line) for line in (places.comfyui() / "requirements.txt").read_text().splitlines() if line[:1].isalpha()
    }
    assert {"torch", "numpy", "pillow", "spandrel"} <= shipped
    declared = {name(line) for line in (root / "requirements.txt").read_text().splitlines()}
    assert declared & shipped == set()
    assert not any("opencv" in line for line in declared)


def test_every_capability_has_a_face_and_is_listed(root):
    from dancheong.nodes import NODES

    folders = {path.parent.name for path in (root / "nodes").glob("*/nodes.py")}
    assert {folder for folder, _ in NODES} == folders

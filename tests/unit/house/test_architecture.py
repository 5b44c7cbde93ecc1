"""What the layout promises: arrows, names, declared dependencies."""

import ast
import re
import subprocess
import sys

import pytest
from dancheong.testing.arrows import APART, arrows, by_room, circle, faults, graph, loaded, sources

HEAVY = {"cv2", "rapidocr", "onnxruntime", "tensorflow", "keras_ocr", "fontTools", "freetype", "pikepdf",
         "scrapy", "spandrel", "tifffile", "twisted", "uharfbuzz", "uniseg"}  # fmt: skip


def test_arrows_run_one_way(root):
    found = {
        f"{arrow.source}: {fault}"
        for folder in ("nodes", "runner")
        for path in sources(root, folder)
        for arrow in arrows(path, root)
        for fault in faults(arrow)
    }
    assert found == set()


def test_there_is_no_circle(root):
    modules = graph(root, "nodes", "runner")
    assert len(modules) > 100
    assert circle(modules) == []
    assert circle(by_room(modules)) == []


def test_tests_and_benchmarks_stand_apart(root):
    for folder, other in (
        ("tests", "benchmarks"),
        ("benchmarks", "tests"),
        ("testing", "tests"),
        ("testing", "benchmarks"),
    ):
        for path in sources(root, folder):
            assert other not in {arrow.target.split(".")[0] for arrow in arrows(path, root)}, path


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("nodes/erase/opencv.py", "from ..host import images"),
        ("nodes/erase/opencv.py", "import comfy.utils"),
        ("nodes/erase/opencv.py", "from . import nodes"),
        ("nodes/erase/opencv.py", "from .nodes import EraseMasked"),
        ("nodes/erase/opencv.py", "from .comfy import fill_masked"),
        ("nodes/erase/opencv.py", "from . import comfy_lama"),
        ("nodes/erase/opencv.py", "from ..text_mask.comfy import TextSearch"),
        ("nodes/erase/__init__.py", "from .comfy import fill_masked"),
        ("nodes/erase/nodes.py", "import folder_paths\nfrom ..text_mask.regions import Region"),
        ("nodes/erase/nodes.py", "from ..text_mask.marking.rules import Rules"),
        ("nodes/erase/nodes.py", "from ..text_mask.comfy_search import x"),
        ("nodes/erase/comfy.py", "from ..watermark import mark_file"),
        ("nodes/erase/nodes.py", "from ...runner import cli"),
        ("nodes/erase/nodes.py", "from ...testing import arrows"),
        ("nodes/ground/journal.py", "from ..news import records"),
        ("nodes/ground/journal.py", "from ...runner import cli"),
        ("nodes/page/trim.py", "from ..lettering import fonts"),
        ("nodes/host/images.py", "from ..page import trim"),
        ("runner/queue/run.py", "from ...nodes.erase.nodes import EraseMasked"),
        ("runner/queue/run.py", "from ...nodes.erase.inpaint import inpaint"),
        ("runner/queue/run.py", "from ...nodes.watermark.removing.unmark import Unmark"),
        ("runner/queue/run.py", "from ...nodes.news.collecting.portal import read"),
        ("nodes/curation/walk.py", "from ..news.collecting import Collection"),
        ("runner/queue/run.py", "from ...nodes.host import images"),
        ("runner/queue/run.py", "import comfy.utils"),
    ],
)
def test_the_arrow_test_sees_each_fault(tmp_path, place, line):
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.write_text(line)
    # Modules that the line names, so that they can be told from names in a package.
    for name in ("nodes/erase/nodes", "nodes/erase/comfy", "nodes/erase/comfy_lama", "nodes/watermark/mark_file",
                 "nodes/lettering/fonts"):  # fmt: skip
        module = tmp_path / f"{name}.py"
        module.parent.mkdir(parents=True, exist_ok=True)
        if module != path:
            module.write_text("")
    assert [fault for arrow in arrows(path, tmp_path) for fault in faults(arrow)]


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("nodes/erase/nodes.py", "from ..text_mask.comfy import TextSearch"),
        ("nodes/erase/nodes.py", "from ..text_mask import ENGINES"),
        ("nodes/erase/opencv.py", "from ..ground.whole_file import write_whole"),
        ("runner/queue/run.py", "from ...nodes.erase import inpaint"),
        ("runner/queue/run.py", "from ...nodes.news.collecting import Collection"),
    ],
)
def test_the_arrow_test_lets_doors_through(tmp_path, place, line):
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.write_text(line)
    assert [fault for arrow in arrows(path, tmp_path) for fault in faults(arrow)] == []


def test_the_circle_test_sees_a_circle():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}}) == []


def imports(path):
    """The top-level modules that a file imports when it is imported itself."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def test_the_start_of_comfyui_loads_no_room_that_only_the_command_line_enters(root):
    from dancheong.nodes import NODES

    found = loaded(root, "nodes.extension", *{f"nodes.{folder}.nodes" for folder, _ in NODES})
    assert len(found) > 200
    assert {name for name in found if name.startswith(APART)} == set()
    assert all(set(loaded(root, room)) > {room} for room in APART)


def test_heavy_packages_are_imported_only_inside_functions(root):
    found = [
        (path.name, module)
        for path in sources(root, "nodes")
        for module in imports(path)
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
        for path in [*sources(root, "nodes"), *sources(root, "runner")]
        if not path.read_text(encoding="utf-8").isascii()
    ]
    assert wide == []


def test_requirements_are_the_declared_dependencies(root):
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    declared = re.search(r"^dependencies = \[(.*?)\]", project, re.S | re.M).group(1)
    required = (root / "requirements.txt").read_text().split()
    assert re.findall(r'"([^"]+)"', declared) == required
    assert required


def test_every_capability_has_a_face_and_is_listed(root):
    from dancheong.nodes import NODES

    folders = {path.parent.name for path in (root / "nodes").glob("*/nodes.py")}
    assert {folder for folder, _ in NODES} == folders

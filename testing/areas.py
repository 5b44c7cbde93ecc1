"""`pytest --area text_mask`: the tests of one capability, wherever they stand.

An area is a folder under tests/unit, tests/nodes, tests/server or tests/browser. A test that stands elsewhere, such as
one of a template in the editor, says by a marker which areas it is about.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from dancheong.nodes import NODES

TESTS = Path(__file__).resolve().parent.parent / "tests"


def of_nodes(class_types: Iterable[str]) -> list[str]:
    """The capabilities that nodes belong to; core's belong to none."""
    folders = {f"Dancheong{name}": folder for folder, name in NODES}
    return sorted({folders[class_type] for class_type in class_types if class_type in folders})


def of_workflow(path: Path) -> list[str]:
    """The capabilities whose nodes a workflow in API form uses."""
    return of_nodes(node["class_type"] for node in json.loads(path.read_text(encoding="utf-8")).values())


def known() -> list[str]:
    return sorted({path.name for path in TESTS.glob("*/*/") if any(path.glob("test_*.py"))})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--area", default="", help="only the tests of this capability, such as text_mask")


def pytest_configure(config: pytest.Config) -> None:
    area = config.getoption("--area")
    if area and area not in known():
        raise pytest.UsageError(f"There is no area {area!r}. Known are {', '.join(known())}.")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    area = config.getoption("--area")
    if area:
        left_out = [item for item in items if area not in _areas(item)]
        items[:] = [item for item in items if area in _areas(item)]
        config.hook.pytest_deselected(items=left_out)
    if hasattr(config, "workerinput"):
        _share_out(items)


def _areas(item: pytest.Item) -> set[Any]:
    marked = {area for marker in item.iter_markers("area") for area in marker.args}
    return {item.path.relative_to(TESTS).parts[1], *marked}


def _share_out(items: list[pytest.Item]) -> None:
    """Workers take files: those with the longest work first, crumbs last."""
    order = ("browser", "server", "nodes", "unit")
    items.sort(key=lambda item: order.index(item.path.relative_to(TESTS).parts[0]))

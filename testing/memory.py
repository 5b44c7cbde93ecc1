"""How much memory the processes of a test run took at most, told at its end.

Not on Windows, which has no getrusage.
"""

import resource
import sys
from typing import Any

import pytest

UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes of what getrusage counts in."""
PEAKS = pytest.StashKey[dict[str, str]]()
LARGEST = pytest.StashKey[tuple[float, str]]()
"""GB that this process took at most, and the test after which that was so."""


def _peak(who: int) -> float:
    return resource.getrusage(who).ru_maxrss * UNIT / 1e9


def _told(config: pytest.Config) -> str:
    """This process, and the largest one that it started and that has ended."""
    own, test = config.stash[LARGEST]
    return f"{own:.1f} GB in {test} (its largest child {_peak(resource.RUSAGE_CHILDREN):.1f} GB)"


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PEAKS] = {}
    config.stash[LARGEST] = 0.0, "no test"


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    own = _peak(resource.RUSAGE_SELF)
    if own > item.config.stash[LARGEST][0]:
        item.config.stash[LARGEST] = own, item.nodeid


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["peaks"] = _told(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist has ended."""
    if "peaks" in getattr(node, "workeroutput", {}):
        node.config.stash[PEAKS][node.gateway.id] = node.workeroutput["peaks"]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    terminalreporter.ensure_newline()
    for name, told in sorted((config.stash[PEAKS] or {"this process": _told(config)}).items()):
        terminalreporter.write_line(f"peak memory: {name} {told}")

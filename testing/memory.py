"""How much memory the processes of a test run took at most, told at its end.

Not on Windows, which has no getrusage.
"""

import resource
import sys
from typing import Any

import pytest

UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes of what getrusage counts in."""
PEAKS = pytest.StashKey[dict[str, tuple[float, float]]]()


def _peaks() -> tuple[float, float]:
    """GB of this process, and of the largest one that it started and that has ended."""
    own, child = (
        resource.getrusage(who).ru_maxrss * UNIT / 1e9 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own, child


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PEAKS] = {}


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["peaks"] = _peaks()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist has ended."""
    if "peaks" in getattr(node, "workeroutput", {}):
        node.config.stash[PEAKS][node.gateway.id] = node.workeroutput["peaks"]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    peaks = config.stash[PEAKS] or {"this process": _peaks()}
    told = [f"{name} {own:.1f} GB (its largest child {child:.1f} GB)" for name, (own, child) in sorted(peaks.items())]
    terminalreporter.ensure_newline()
    terminalreporter.write_line(f"peak memory: {', '.join(told)}")

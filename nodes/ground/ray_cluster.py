"""A Ray (https://docs.ray.io) to work on: one of this machine for as long as it is needed, or a cluster that runs."""

import os
import socket
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from . import MissingLibraryError, UserError
from .home import PACK

LOCAL = "local"
"""In the place of an address: a Ray of this machine, for this run."""
PATIENCE = 10.0
"""s until a cluster answers."""
QUIET = {"log_to_driver": False, "logging_level": "ERROR"}


@contextmanager
def cluster(address: str, cores: int) -> Generator[Any, None, None]:
    """The package ray, connected.

    Args:
        address: of a cluster that runs, or `LOCAL`.
        cores: that a Ray of this machine uses.

    Raises:
        MissingLibraryError: Ray is missing.
        UserError: no cluster answers, or Ray does not start.
    """
    try:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell its makers of every start
        import ray
    except ModuleNotFoundError as error:
        raise MissingLibraryError(
            'Work on Ray needs the package ray: run `pip install "ray[data]"`, or leave --ray out.'
        ) from error
    with tempfile.TemporaryDirectory() as folder:
        if address == LOCAL:
            _start(ray, cores, Path(folder))
        else:
            _join(ray, address)
        try:
            with redirect_stdout(sys.stderr):  # Ray tells of dead workers there, where results are expected
                yield ray
        finally:
            ray.shutdown()


def mendable(error: BaseException) -> BaseException:
    """What a user can mend of a worker's trouble, or the trouble itself."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ModuleNotFoundError):
            return UserError(
                f"A machine of the Ray cluster lacks the package {cause.name}: install dancheong and what it needs on "
                "each machine; the same command goes on."
            )
        if type(cause) in (UserError, MissingLibraryError):
            return cause
        cause = getattr(cause, "cause", None) or cause.__cause__
    return error


def _join(ray: Any, address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), PATIENCE).close()  # Ray itself would try for minutes
        ray.init(address=address, **QUIET)
    except (OSError, ValueError) as error:
        raise UserError(
            f"No Ray cluster answers at {address!r}: expected an address such as 10.0.0.1:6379, where `ray start "
            "--head` runs, or --ray alone for this machine."
        ) from error


def _start(ray: Any, cores: int, folder: Path) -> None:
    """A Ray of this machine.

    Args:
        cores: that it uses.
        folder: for a link by which workers find this very pack, wherever it lies and whatever its folder is called.
    """
    (folder / "dancheong").symlink_to(PACK, target_is_directory=True)
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), *([before] if before else [])])
    try:
        ray.init(address=LOCAL, num_cpus=cores, include_dashboard=False, **QUIET)
    except Exception as error:  # Ray has no narrower one for a start that took too long
        raise UserError(
            f"Ray did not start on this machine ({str(error).splitlines()[0]}): try again when it is less busy, or "
            "leave --ray out."
        ) from error
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before

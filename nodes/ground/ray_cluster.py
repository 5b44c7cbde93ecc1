"""A Ray (https://docs.ray.io) to work on: one of this machine for as long as it is needed, or a cluster that runs."""

import os
import socket
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from . import MissingLibraryError, UserError
from .home import PACK

LOCAL = "local"
"""In the place of an address: a Ray of this machine, for this run."""
PATIENCE = 10.0
"""s until a cluster answers."""
PROBE = 120.0
"""s until each of its machines has said what it lacks; the first worker of a machine takes some to start."""
HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""How Ray is spoken to (gRPC, over HTTP/2: RFC 9113, 3.4): it answers with a frame of that fourth byte, too."""
QUIET = {"log_to_driver": False, "logging_level": "ERROR"}


def expect(address: str) -> None:
    """Refuse at once what `cluster` cannot work on, before anything is begun for it.

    Raises:
        MissingLibraryError: Ray is missing.
        UserError: no cluster answers at an address that is not `LOCAL`.
    """
    if find_spec("ray") is None:
        raise MissingLibraryError(
            'Work on Ray needs the package ray: run `pip install "ray[data]"`, or leave --ray out.'
        )
    if address == LOCAL:
        return
    host, _, port = address.rpartition(":")
    try:
        _expect_ray(host, int(port))  # Ray itself would try for minutes
    except (OSError, ValueError) as error:
        raise _no_answer(address) from error


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
    expect(address)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell its makers of every start
    import ray

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


def machines(ray: Any, module: str, paths: Sequence[Path]) -> tuple[list[dict[str, Any]], list[str]]:
    """Which machines of a cluster can do the work.

    Args:
        ray: as `cluster` gives it.
        module: of the pack, that each must have.
        paths: that each must see.

    Returns:
        Ray's entries of those that can, and a sentence on each other.

    Raises:
        UserError: none can.
    """

    def lacking(paths: list[str]) -> str:  # goes as it is, not by its name, to machines that lack the pack
        import importlib
        import os

        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            return f"lacks the package {error.name}: install dancheong and what it needs on each machine"
        missing = [path for path in paths if not os.path.exists(path)]
        where = "expected files under the same path on each machine, as a shared folder gives them"
        return f"has no {missing[0]}: {where}" if missing else ""

    good, told = [], []
    nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
    here = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
    task = ray.remote(lacking)
    alone = {"num_cpus": 0, "max_retries": 0}
    asked = [
        task.options(**alone, scheduling_strategy=here(node["NodeID"], soft=False)).remote(list(map(str, paths)))
        for node in nodes
    ]
    for node, answer in zip(nodes, asked, strict=True):
        try:
            fault = ray.get(answer, timeout=PROBE)
        except ray.exceptions.RayError as error:
            fault = f"does not work ({str(error).splitlines()[0]})"
        if fault:
            told.append(f"The machine {node['NodeManagerAddress']} of the Ray cluster {fault}.")
        else:
            good.append(node)
    if not good:
        raise UserError(told[0] if told else "No machine of the Ray cluster has a core: start some with cores.")
    return good, told


def mendable(error: BaseException) -> BaseException:
    """What a user can mend of a worker's trouble, or the trouble itself."""
    from ray.exceptions import OutOfDiskError

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ModuleNotFoundError):
            return UserError(
                f"A machine of the Ray cluster lacks the package {cause.name}: install dancheong and what it needs on "
                "each machine; the same command goes on."
            )
        if isinstance(cause, OutOfDiskError):
            return UserError(
                "A machine of the Ray cluster has no space left, in memory and on its disk, for what waits there: free "
                "some; the same command goes on."
            )
        if isinstance(cause, OSError) and cause.strerror:  # such as a full disk
            return UserError(f"A machine of the Ray cluster says: {cause}. Mend it there; the same command goes on.")
        if type(cause) in (UserError, MissingLibraryError):
            return cause
        cause = getattr(cause, "cause", None) or cause.__cause__
    return error


def _join(ray: Any, address: str) -> None:
    try:
        ray.init(address=address, **QUIET)
    except (OSError, ValueError) as error:
        if "InvalidAuthToken" in f"{error} {error.__cause__} {error.__context__}":
            raise UserError(
                f"The Ray cluster at {address} asks for its token: copy ~/.ray/auth_token from the machine where `ray "
                "start --head` runs, and set RAY_AUTH_MODE=token for this command, as for Ray on each machine."
            ) from error
        raise _no_answer(address) from error


def _no_answer(address: str) -> UserError:
    return UserError(
        f"No Ray cluster answers at {address!r}: expected an address such as 10.0.0.1:6379, where `ray start --head` "
        "runs, or --ray alone for this machine."
    )


def _expect_ray(host: str, port: int) -> None:
    """Raise OSError where nothing answers in time, or something else than Ray does."""
    with socket.create_connection((host, port), PATIENCE) as probe:
        if os.environ.get("RAY_USE_TLS") == "1":
            return
        probe.sendall(HELLO)
        frame = probe.makefile("rb").read(4)
        if frame[3:] != HELLO[-6:-5]:
            raise OSError("something else answers")


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

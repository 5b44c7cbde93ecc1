"""Rows examined on Ray: by the cores of this machine, or by many machines that see the same files.

Ray Data (https://docs.ray.io/en/latest/data/data.html) reads each piece of the source on one worker, examines its rows
on as many as are free, and gives them back in order. A worker that dies has its work done again by another.
"""

import dataclasses
import logging
import os
import pickle
import socket
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..ground import MissingLibraryError, UserError
from ..news import Record, RefusedRow, piece_count, piece_records, pieces
from .curation import Curation
from .examination import Examination, Fit, picture_file

LOCAL = "local"
"""In the place of an address: a Ray of this machine, for this run."""
PATIENCE = 10.0
"""s until a cluster answers."""
BLOCK = 1 << 20
"""Bytes of rows that are handed on at once: a thousand names of pictures, or a few pictures."""
READING = 0.25
"""Of a core; two shares that are not alike keep Ray from joining reading and examining into one."""
QUIET = {"log_to_driver": False, "logging_level": "ERROR"}
PACK = Path(__file__).resolve().parent.parent.parent


def verdicts(curation: Curation, done: int) -> Generator[tuple[Record | RefusedRow, Fit | str], None, None]:
    """The rows after the first `done`, in the order of the source, each with its picture or why it is not fit.

    Raises:
        MissingLibraryError: Ray is missing.
        UserError: no cluster answers, or one of its machines lacks the pack or a file.
    """
    # Workers on other machines begin in other folders.
    marks, clip = tuple(mark.absolute() for mark in curation.marks), curation.clip and curation.clip.absolute()
    curation = dataclasses.replace(curation, marks=marks, clip=clip)
    with _cluster(curation) as ray:
        first, places = pieces(curation.source)
        for row in first[done:]:
            yield row, row.reason
        tasks = _tasks(places, max(0, done - len(first)))
        if not tasks:
            return
        rows = ray.data.from_items(tasks, override_num_blocks=len(tasks)).flat_map(_read, num_cpus=READING)
        examined = rows.map(_examined, fn_args=(curation,), num_cpus=1 - READING)
        try:
            for entry in examined.iter_rows():
                yield pickle.loads(entry["verdict"])
        except ray.exceptions.RayError as error:
            raise _mendable(error) from error


def _examined(entry: dict[str, Any], curation: Curation) -> dict[str, bytes]:
    row = pickle.loads(entry["row"])
    if isinstance(row, RefusedRow):
        return {"verdict": pickle.dumps((row, row.reason))}
    data = picture_file(row, curation.standards)
    verdict = data if isinstance(data, str) else _examination(curation)(row.title, data)
    # The picture comes back in the verdict, if at all.
    return {"verdict": pickle.dumps((dataclasses.replace(row, read=bytes), verdict))}


@lru_cache(1)
def _examination(curation: Curation) -> Examination:
    """What a worker loads once, for all that it does."""
    return Examination(curation)


def _read(task: dict[str, Any]) -> Iterator[dict[str, bytes]]:
    piece = Path(task["piece"])
    if not piece.exists():
        raise UserError(
            f"The machine {socket.gethostname()} of the Ray cluster has no {piece}: expected the source under the same "
            "path on each machine, as a shared folder gives it; the same command goes on."
        )
    for number, row in enumerate(piece_records(piece)):
        if number >= task["done"]:
            yield {"row": pickle.dumps(row)}


def _mendable(error: BaseException) -> BaseException:
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


def _tasks(places: list[Path], done: int) -> list[dict[str, Any]]:
    """The pieces that are not done, and how many rows of the first are."""
    tasks = []
    for place in places:
        rows = piece_count(place) if done else 1
        if done < rows:
            tasks.append({"piece": str(place.absolute()), "done": done})
        done = max(0, done - rows)
    return tasks


@contextmanager
def _cluster(curation: Curation) -> Generator[Any, None, None]:
    try:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell its makers of every start
        import ray
        import ray.data
    except ModuleNotFoundError as error:
        raise MissingLibraryError(
            'Work on Ray needs the package ray: run `pip install "ray[data]"`, or leave --ray out.'
        ) from error
    with tempfile.TemporaryDirectory() as folder:
        if curation.ray == LOCAL:
            _start(ray, curation.workers, Path(folder))
        else:
            _join(ray, str(curation.ray))
        try:
            logging.getLogger("ray.data").setLevel(logging.ERROR)
            context = ray.data.DataContext.get_current()
            context.enable_progress_bars = False
            context.execution_options.preserve_order = True
            context.target_max_block_size = BLOCK
            yield ray
        finally:
            ray.shutdown()


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


def _start(ray: Any, workers: int, folder: Path) -> None:
    """A Ray of this machine.

    Args:
        workers: cores that it uses.
        folder: for a link by which workers find this very pack, wherever it lies and whatever its folder is called.
    """
    (folder / "dancheong").symlink_to(PACK, target_is_directory=True)
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), *([before] if before else [])])
    try:
        ray.init(address=LOCAL, num_cpus=workers, include_dashboard=False, **QUIET)
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

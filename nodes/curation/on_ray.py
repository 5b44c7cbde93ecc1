"""Rows examined on Ray: by the cores of this machine, or by many machines that see the same files.

Ray Data (https://docs.ray.io/en/latest/data/data.html) reads each piece of the source on one worker, examines its rows
on as many as are free, and gives them back in order. A worker that dies has its work done again by another.
"""

import dataclasses
import logging
import pickle
import socket
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

from ..ground import UserError
from ..ground.ray_cluster import LOCAL, cluster, machines, mendable
from ..news import Record, RefusedRow, piece_count, piece_records, pieces
from .curation import Curation
from .examination import Fit, examination, examined
from .on_gpus import in_stages, told

BLOCK = 1 << 20
"""Bytes of rows that are handed on at once: a thousand names of pictures, or a few pictures."""
READING = 0.25
"""Of a core; two shares that are not alike keep Ray from joining reading and examining into one."""


def verdicts(
    curation: Curation, done: int, say: Callable[[str], None]
) -> Generator[tuple[Record | RefusedRow, Fit | str], None, None]:
    """The rows after the first `done`, in the order of the source, each with its picture or why it is not fit.

    Args:
        curation: what to do.
        done: rows that are done.
        say: is told in a sentence of each machine that lacks the pack or a file and does nothing.

    Raises:
        MissingLibraryError: Ray is missing.
        UserError: no cluster answers, or none of its machines can do the work.
    """
    # Workers on other machines begin in other folders.
    marks = tuple(mark.absolute() for mark in curation.marks)
    clip, lama = (path and path.absolute() for path in (curation.clip, curation.lama))
    curation = dataclasses.replace(curation, marks=marks, clip=clip, lama=lama)
    examination.cache_clear()  # each worker has its own
    with cluster(str(curation.ray), curation.workers) as ray:
        data = _ordered_data()
        first, places = pieces(curation.source)
        for row in first[done:]:
            yield row, row.reason
        tasks = _tasks(places, max(0, done - len(first)))
        if not tasks:
            return
        where, gpus = _where(ray, curation, say)
        rows = data.from_items(tasks, override_num_blocks=len(tasks)).flat_map(_read, num_cpus=READING, **where)
        on_cores = {"num_cpus": 1 - READING}
        if gpus and (curation.clip or curation.lama):
            found = in_stages(rows, curation, gpus, on_cores, where)
        else:
            found = rows.map(_examined, fn_args=(curation,), **on_cores, **where)
        try:
            for entry in found.iter_rows():
                yield pickle.loads(entry["verdict"])
        except ray.exceptions.RayError as error:
            raise mendable(error) from error


def _where(ray: Any, curation: Curation, say: Callable[[str], None]) -> tuple[dict[str, Any], int]:
    """Ray's option for tasks that keeps them on the machines that can do the work, and how many GPUs those have."""
    if curation.ray == LOCAL:
        return {}, _gpus(ray.nodes())
    files = [curation.source.absolute(), *curation.marks, *filter(None, (curation.clip, curation.lama))]
    good, lacking = machines(ray, __name__, files)
    for sentence in lacking:
        say(f"{sentence} The others go on.")
    here = {"label_selector": {"ray.io/node-id": f"in({','.join(node['NodeID'] for node in good)})"}} if lacking else {}
    return here, _gpus(good)


def _gpus(nodes: list[dict[str, Any]]) -> int:
    return int(sum(node["Resources"].get("GPU", 0) for node in nodes))


def _examined(entry: dict[str, Any], curation: Curation) -> dict[str, bytes]:
    row = pickle.loads(entry["row"])
    return told(row, examined(curation, row))


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


def _tasks(places: list[Path], done: int) -> list[dict[str, Any]]:
    """The pieces that are not done, and how many rows of the first are."""
    tasks = []
    for place in places:
        rows = piece_count(place) if done else 1
        if done < rows:
            tasks.append({"piece": str(place.absolute()), "done": done})
        done = max(0, done - rows)
    return tasks


def _ordered_data() -> Any:
    """Ray Data, quiet, and with rows in their order."""
    import ray.data

    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.preserve_order = True
    context.target_max_block_size = BLOCK
    return ray.data

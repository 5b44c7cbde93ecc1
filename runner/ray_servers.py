"""ComfyUI servers on the machines of a Ray cluster, one for each GPU, kept alive for as long as a sheet needs them.

Each is held by an actor on its machine. Who lost a server asks its actor for the address: that looks, and starts the
server anew where it is gone. An actor whose process dies is started anew by Ray, and its server, which ended with it,
by the next who asks.
"""

import asyncio
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..nodes.ground import UserError
from ..nodes.ground.ray_cluster import LOCAL, cluster, machines, mendable
from . import places
from .queue.client import Unreachable
from .queue.fleet import LeftOut
from .queue.sheet_run import say
from .server import LOOPBACK, START_SECONDS, Server

CORES = 4
"""Of a server on a machine without a GPU."""
END_SECONDS = 3
"""For servers to end gently; one that is just starting ends with Ray."""


@contextmanager
def ray_servers(address: str, cores: int, base: Path | None) -> Generator[list["RayPlace"], None, None]:
    """Where the servers are, while they are kept.

    Args:
        address: of a Ray cluster, or `LOCAL` for a Ray of this machine.
        cores: for each server on a machine without a GPU.
        base: the base directory on each machine; None = its pack's own.

    Raises:
        MissingLibraryError: Ray is missing.
        UserError: no cluster answers, Ray does not start, or no machine of the cluster has the pack.
    """
    tree = places.comfyui() if address == LOCAL else None
    with cluster(address, os.cpu_count() or 1) as ray:
        good, told = machines(ray, __name__, [])
        for sentence in told:
            say(f"{sentence} The others go on.")
        kept = []
        for node in good:
            for share in _shares(node["Resources"], cores):
                host = LOOPBACK if address == LOCAL else node["NodeManagerAddress"]
                name = f"server {len(kept) + 1} on {node['NodeManagerAddress']}"
                here = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
                actor = ray.remote(_Keeper).options(**share, scheduling_strategy=here, max_restarts=-1)
                kept.append(RayPlace(name, actor.remote(base, tree, host, f"server-{len(kept) + 1}.log"), ray))
        try:
            yield kept
        finally:
            ray.wait([place.stopped() for place in kept], num_returns=len(kept), timeout=END_SECONDS)


def _shares(resources: dict[str, float], cores: int) -> list[dict[str, int]]:
    """What of a machine each of its servers takes."""
    gpus, cpus = int(resources.get("GPU", 0)), int(resources.get("CPU", 0))
    if gpus:
        return gpus * [{"num_gpus": 1, "num_cpus": cpus // gpus}]
    return max(1, cpus // cores) * [{"num_cpus": min(cores, cpus)}]


class RayPlace:
    """Where one of the servers is; it is started when it is asked for."""

    def __init__(self, name: str, actor: Any, ray: Any) -> None:
        self.name, self._actor, self._errors = name, actor, ray.exceptions

    async def url(self) -> str:
        """The address of the server, which answers there.

        Raises:
            Unreachable: its machine or its actor was lost, and may come back.
            LeftOut: it cannot be started.
        """
        try:
            return await asyncio.wait_for(self._actor.url.remote(), START_SECONDS)
        except self._errors.RayTaskError as error:
            told = mendable(error)
            if not isinstance(told, UserError):
                raise
            raise LeftOut(f"{self.name} does not start. {told}") from error
        except (self._errors.RayError, asyncio.TimeoutError) as error:
            reason = str(error).splitlines()[0] if str(error) else f"no answer in {START_SECONDS} s"
            raise Unreachable(f"Ray has no {self.name} ({reason}).") from error

    def stopped(self) -> Any:
        """What ends when the server has."""
        return self._actor.stop.remote()


class _Keeper:
    """Keeps one server on the machine that it runs on."""

    def __init__(self, base: Path | None, tree: Path | None, host: str, log: str) -> None:
        if tree is not None:  # Ray's workers find the pack by a link, from where ComfyUI is not seen
            os.environ["COMFYUI_PATH"] = str(tree)
        base = base or places.BASE
        self._server = Server(base, places.models(base), log=base / log, host=host)

    def url(self) -> str:
        """The server's address; started now where it does not run or does not answer."""
        if not self._server.answers():
            self._server.stop()
            self._server.start()
        return self._server.url

    def stop(self) -> None:
        """End the server."""
        self._server.stop()

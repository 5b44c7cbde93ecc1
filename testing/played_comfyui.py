"""A program that answers as ComfyUI does who queues a prompt, without what takes ComfyUI long: start and nodes.

It knows one node, Say, whose text is its result, given as soon as the file `after` is there, if one is named. `tree`
makes a ComfyUI folder of it, which COMFYUI_PATH can name.
"""

import asyncio
import shutil
import sys
import uuid
from pathlib import Path

from aiohttp import WSMsgType, web

TEXT = ["STRING", {}]
NODES = {"Say": {"input": {"required": {"text": TEXT, "after": TEXT}}, "output_node": True}}


def tree(folder: Path) -> Path:
    """A folder that is taken for ComfyUI's."""
    (folder / "comfy").mkdir(parents=True)
    shutil.copy(__file__, folder / "main.py")
    return folder


class Played:
    """The server's state: who listens, and what waits."""

    def __init__(self) -> None:
        self._sockets: dict[str, web.WebSocketResponse] = {}
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task] = set()

    async def listen(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets[request.query["clientId"]] = socket
        async for message in socket:
            assert message.type != WSMsgType.ERROR
        return socket

    async def queue(self, request: web.Request) -> web.Response:
        asked, id_ = await request.json(), uuid.uuid4().hex
        task = asyncio.ensure_future(self._run(id_, asked["prompt"], self._sockets[asked["client_id"]]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.json_response({"prompt_id": id_, "node_errors": {}})

    async def _run(self, id_: str, prompt: dict, socket: web.WebSocketResponse) -> None:
        async with self._turn:
            for node, said in prompt.items():
                while said["inputs"]["after"] and not Path(said["inputs"]["after"]).exists():
                    await asyncio.sleep(0.02)
                data = {"prompt_id": id_, "node": node, "output": {"text": [said["inputs"]["text"]]}}
                await socket.send_json({"type": "executed", "data": data})
            await socket.send_json({"type": "execution_success", "data": {"prompt_id": id_}})


def main(argv: list[str]) -> None:
    played, app = Played(), web.Application()

    async def stats(request: web.Request) -> web.Response:
        return web.json_response({"system": {"argv": argv}})

    async def nodes(request: web.Request) -> web.Response:
        return web.json_response(NODES)

    app.add_routes([web.get("/system_stats", stats), web.get("/object_info", nodes), web.get("/ws", played.listen)])
    app.add_routes([web.post("/prompt", played.queue)])
    host, port = (argv[argv.index(name) + 1] for name in ("--listen", "--port"))
    web.run_app(app, host=host, port=int(port), print=None, shutdown_timeout=0.1)


if __name__ == "__main__":
    main(sys.argv)

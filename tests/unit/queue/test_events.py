"""What comes over the websocket: other packs send what they like, and a job is followed past it."""

import asyncio
import json

import pytest
from aiohttp import web
from dancheong.runner.queue.client import Client

FOREIGN = [
    "no JSON", "7", "[]", '"text"', "null", "{}", "[" * 100_000,
    json.dumps({"type": "monitor", "data": [1, 2]}),
    json.dumps({"type": "monitor", "data": "text"}),
    json.dumps({"type": "monitor", "data": None}),
    json.dumps({"type": "monitor"}),
    json.dumps({"data": {"prompt_id": "mine"}}),
    json.dumps({"type": 7, "data": {"prompt_id": "mine"}}),
    json.dumps({"type": "execution_success", "data": {"prompt_id": "another"}}),
]  # fmt: skip


async def followed(events):
    async def send(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for event in events:
            await socket.send_str(event)
        await socket.send_bytes(b"preview")
        await socket.send_json({"type": "execution_success", "data": {"prompt_id": "mine"}})
        async for _ in socket:
            pass
        return socket

    app = web.Application()
    app.router.add_get("/ws", send)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        async with Client(site.name.replace(":0", f":{runner.addresses[0][1]}")) as client:
            return [kind async for kind, _ in client.follow("mine")]
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("event", FOREIGN, ids=range(len(FOREIGN)))
def test_an_event_of_another_pack_ends_nothing(event):
    assert asyncio.run(followed([event])) == ["execution_success"]

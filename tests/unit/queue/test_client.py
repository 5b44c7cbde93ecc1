"""What a server may answer, and that one answer costs one row."""

import asyncio

import pytest
from aiohttp import web
from dancheong.nodes.ground import UserError
from dancheong.runner.queue import fleet
from dancheong.runner.queue.client import Client, Unreachable
from dancheong.runner.queue.execution import picture
from dancheong.runner.queue.sheet import Row
from dancheong.runner.queue.sheet_run import SheetRun
from PIL import Image

LOAD = {"input": {"required": {"image": [["a.png"], {"image_upload": True}]}}}
SAVE = {"output_node": True, "input": {"required": {"images": ["IMAGE"], "filename_prefix": ["STRING", {}]}}}
DECLARED = {"LoadImage": LOAD, "SaveImage": SAVE}
DOCUMENT = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "p"}},
}


class Played:
    """ComfyUI's part, by real HTTP: every prompt ends at once with one file, and some answers are bad."""

    def __init__(self, **bad):
        self.bad, self.uploads, self._socket = bad, [], None

    async def __aenter__(self):
        app = web.Application()
        app.router.add_get("/ws", self.ws)
        app.router.add_get("/object_info", self.object_info)
        app.router.add_post("/upload/image", self.upload)
        app.router.add_post("/prompt", self.prompt)
        app.router.add_get("/view", self.view)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        await self._runner.cleanup()

    def answer(self, part, of, good):
        """The bad answer, where there is one for a thing of this name."""
        word, bad = self.bad.get(part, ("nothing", None))
        return bad() if word in of else good

    async def ws(self, request):
        self._socket = web.WebSocketResponse()
        await self._socket.prepare(request)
        async for _ in self._socket:
            pass
        return self._socket

    async def object_info(self, request):
        return self.answer("object_info", "object_info", web.json_response(DECLARED))

    async def upload(self, request):
        form = await request.post()
        name = form["image"].filename
        self.uploads.append((name, dict(form)))
        return self.answer("upload", name, web.json_response({"name": name, "subfolder": form["subfolder"]}))

    async def prompt(self, request):
        prompt = (await request.json())["prompt"]
        image, prefix = prompt["1"]["inputs"]["image"], prompt["2"]["inputs"]["filename_prefix"]
        file = {
            "filename": f"{image.split('/')[1].split('-')[0]}{prefix}_00001_.png",
            "subfolder": "",
            "type": "output",
        }
        events = (("executed", {"node": "2", "output": {"images": [file]}}), ("execution_success", {}))
        for kind, data in self.answer("run", image, events):
            await self._socket.send_json({"type": kind, "data": {"prompt_id": image, **data}})
        return self.answer("prompt", image, web.json_response({"prompt_id": image}))

    async def view(self, request):
        return self.answer("view", request.query["filename"], web.Response(body=b"picture"))


def run(folder, *, also=None, **bad):
    async def sheet():
        async with Played(**bad) as server, Played(**also or {}) as other:
            rows = [Row(f"r{name}", (("1.image", f"{name}.png"),)) for name in "xyz"]
            for row in rows:
                Image.new("RGB", (3, 3)).save(folder / row.settings[0][1])
            places = [fleet.Named(one.url) for one in ((server,) if also is None else (server, other))]
            return await fleet.run_sheet(SheetRun(DOCUMENT, [], rows, [folder], folder / "out"), places, 1)

    return asyncio.run(sheet())


BAD = [
    lambda: web.Response(status=500, text="500: Internal Server Error"),
    lambda: web.Response(text="<html>", content_type="text/html"),
    lambda: web.Response(text="{", content_type="application/json"),
]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("part", ["upload", "prompt"])
def test_a_bad_answer_costs_its_row(tmp_path, capsys, part, bad):
    outcome = run(tmp_path, **{part: ("y", bad)})
    assert list(outcome.failed) == ["ry"] and len(outcome.files) == 2
    assert "http://127.0.0.1" in outcome.failed["ry"] and "Traceback" not in capsys.readouterr().err


FULL = {"node_id": "2", "exception_message": "[Errno 28] No space left on device: '/output/p_00001_.png'\n"}
NO_ROOM = [
    {"upload": ("", BAD[0])},  # of a full disk it says no more
    {"run": ("", lambda: [("execution_error", FULL)])},
]


@pytest.mark.parametrize("bad", NO_ROOM)
def test_a_server_without_room_leaves_its_rows_to_another(tmp_path, capsys, bad):
    outcome = run(tmp_path, also={}, **bad)
    assert len(outcome.files) == 3 and not outcome.failed
    said = capsys.readouterr().err
    assert said.count("can do no more rows (") == 1 and "The others go on." in said


@pytest.mark.parametrize("bad", NO_ROOM)
def test_the_only_server_says_for_each_row_what_it_lacks(tmp_path, bad):
    assert len(run(tmp_path, **bad).failed) == 3


def test_a_result_that_the_server_no_longer_has_costs_its_row(tmp_path):
    outcome = run(tmp_path, view=("y", lambda: web.Response(status=404)))
    assert list(outcome.failed) == ["ry"] and "no longer has y" in outcome.failed["ry"]


def test_an_answer_that_means_nothing_keeps_its_traceback_and_costs_its_row(tmp_path, capsys):
    outcome = run(tmp_path, upload=("y", lambda: web.json_response({})))
    assert list(outcome.failed) == ["ry"] and "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("bad", BAD)
def test_a_server_that_cannot_tell_its_nodes_counts_as_gone(bad):
    async def ask():
        async with Played(object_info=("object_info", bad)) as server, Client(server.url) as client:
            await client.object_info()

    with pytest.raises(Unreachable, match="/object_info failed"):
        asyncio.run(ask())


@pytest.mark.parametrize("stem", ["a", "\uac00" * 83, "x" * 251, 'a "b" \u0027c 100% \u1100\u1161 (1)'])
def test_an_upload_writes_nothing_anew_and_its_name_fits_a_file_system(stem):
    async def send():
        async with Played() as server, Client(server.url) as client:
            names = [await client.upload(f"{stem}.png", data) for data in (b"one", b"one", b"other")]
            return names, server.uploads

    names, uploads = asyncio.run(send())
    assert names[0] == names[1] != names[2]
    assert all("overwrite" not in form for _, form in uploads)
    assert all(len(f"{name} (10)".encode()) <= 255 and name.startswith(stem[:40]) for name, _ in uploads)


def test_a_picture_that_vanishes_is_named(tmp_path):
    with pytest.raises(UserError, match=r"gone.png could not be read \(No such file"):
        picture(tmp_path / "gone.png")

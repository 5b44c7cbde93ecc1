"""Servers that are only played: who takes which row of a sheet, and what becomes of it, without a ComfyUI."""

import asyncio
from collections import Counter

from dancheong.runner.queue import fleet
from dancheong.runner.queue.client import Unreachable
from dancheong.runner.queue.fleet import Named
from dancheong.runner.queue.job import Job
from dancheong.runner.queue.sheet import Row
from dancheong.runner.queue.sheet_run import SheetRun

DOCUMENT = {"3": {"class_type": "Title", "inputs": {"text": ""}}}
DECLARED = {"Title": {"input": {"required": {"text": ["STRING", {}]}}}}


class Servers:
    """Per url how a row goes there: an async function of the row's text; a url without one is down."""

    def __init__(self, monkeypatch, **ways):
        self.ways, self.begun, self.cancelled, self.declared = ways, Counter(), [], {}
        world = self

        class Client:
            def __init__(self, url):
                self.url = url

            async def __aenter__(self):
                if self.url not in world.ways:
                    raise Unreachable(f"No ComfyUI answers at {self.url}.")
                return self

            async def __aexit__(self, *_):
                pass

            async def object_info(self):
                return world.declared.get(self.url, DECLARED)

            async def cancel(self, prompt_id):
                world.cancelled.append(prompt_id)
                raise Unreachable("gone")

        async def submit(client, prompt, declared, search):
            return Job(prompt["3"]["inputs"]["text"], prompt, "")

        async def follow(client, job, show):
            self.begun[job.id] += 1
            await world.ways[client.url](job.id)
            return {"3": {"text": [f"{job.id} by {client.url}"]}}

        monkeypatch.setattr(fleet, "Client", Client)
        monkeypatch.setattr(fleet, "submit", submit)
        monkeypatch.setattr(fleet, "follow", follow)
        monkeypatch.setattr(fleet, "PAUSE_SECONDS", 0.02)
        monkeypatch.setattr(fleet, "PATIENCE_SECONDS", 0.2)

    def run(self, folder, count, urls, queued=1):
        rows = [Row(f"r{number}", (("3.text", f"t{number}"),)) for number in range(count)]
        return asyncio.run(fleet.run_sheet(SheetRun(DOCUMENT, [], rows, [], folder), list(map(Named, urls)), queued))


async def quick(text):
    await asyncio.sleep(0.01)

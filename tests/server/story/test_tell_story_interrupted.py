"""The template tell_story through a real server: cancelled in a later frame, what is finished is saved."""

import asyncio
import io
import json
import re

import pytest
from dancheong.runner import places
from dancheong.runner.queue.client import Client
from dancheong.testing import areas, served
from PIL import Image

TELL_STORY = places.PACK / "workflows" / "api" / "tell_story.json"
STEPS, FINISHED = 2, 4


@pytest.mark.area(*areas.of_workflow(TELL_STORY))
def test_a_story_of_eight_frames_keeps_what_was_finished_when_it_is_cancelled(server, supplies):
    prompt = json.loads(TELL_STORY.read_text(encoding="utf-8"))
    supplies.put_named(prompt)
    prompt["5"]["inputs"] |= {"width": 64, "height": 64, "steps": STEPS}
    assert len(prompt["5"]["inputs"]["story"].splitlines()) == 8
    end, shown, pictures = asyncio.run(cancelled_in_a_later_frame(server.url, prompt))
    served.give_back(server.url)
    assert end == "execution_success"
    (report,) = shown["8"]["text"]
    cut = re.search(r"Interrupted in frame (\d) of 8: the (\d) before it are kept\.", report)
    assert cut and int(cut[1]) == int(cut[2]) + 1
    assert FINISHED <= int(cut[2]) < 8
    assert len(pictures) == int(cut[2]) and all(picture.size == (64, 64) for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)


async def cancelled_in_a_later_frame(url, prompt):
    """(how it ended, node -> what it showed, the pictures that were saved)."""
    shown, end = {}, ""
    async with Client(url) as client:
        job = await client.queue(prompt)
        asked = False
        async for kind, data in client.follow(job):
            # Reports are throttled: the one that says so may come a step later.
            if kind == "progress" and data["node"] == "5" and data["value"] > FINISHED * STEPS and not asked:
                asked = True
                await client.cancel(job)
            if kind == "executed" and data.get("output"):
                shown[data["node"]] = data["output"]
            end = kind
        files = shown.get("6", {}).get("images", [])
        return end, shown, [Image.open(io.BytesIO(await client.fetch(file))) for file in files]

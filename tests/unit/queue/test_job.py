"""Every job saves under names of its own, and what is fetched is known by them."""

import asyncio
import io
import json

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner.queue import execution, job, png_prompt
from PIL import Image, PngImagePlugin

SAVER = {"output_node": True, "input": {"required": {"filename_prefix": ["STRING", {"default": "ComfyUI"}]}}}
OPTIONAL = {"output_node": True, "input": {"optional": {"filename_prefix": ["STRING", {"default": "ours"}]}}}
DECLARED = {"Save": SAVER, "Optional": OPTIONAL, "Text": {"output_node": False}, "StringConcatenate": {}}


def node(kind, **inputs):
    return {"class_type": kind, "inputs": inputs}


def png(prompt):
    told = PngImagePlugin.PngInfo()
    told.add_text("prompt", json.dumps(prompt))
    file = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(file, "PNG", pnginfo=told)
    return file.getvalue()


@pytest.mark.parametrize(
    ("typed", "saved"),
    [
        ("painted", "painted-m"),
        ("2026/%date:yyyy-MM%/a", "2026/%date:yyyy-MM%/a-m"),
        ("%width%", "%width%-m"),
        ("folder/", "folder-m"),
        ("", ".-m"),
    ],
)
def test_a_prefix_keeps_its_folders_and_patterns(typed, saved):
    prompt = {"1": node("Save", filename_prefix=typed)}
    job.put("-m", prompt, DECLARED)
    assert prompt == {"1": node("Save", filename_prefix=saved)}


def test_a_linked_and_a_defaulted_prefix_get_the_mark_too():
    prompt = {"1": node("Text", text="x"), "2": node("Save", filename_prefix=["1", 0]), "3": node("Optional")}
    job.put("-m", prompt, DECLARED)
    joined = prompt[prompt["2"]["inputs"]["filename_prefix"][0]]
    assert joined["class_type"] == "StringConcatenate"
    assert joined["inputs"] == {"string_a": ["1", 0], "string_b": "-m", "delimiter": ""}
    assert prompt["3"]["inputs"] == {"filename_prefix": "ours-m"}


def test_what_comes_before_a_saver_is_left_as_it_is():
    """So that the server's cache still has it; and what is required and missing is left for the server to say."""
    prompt = {"1": node("Text", text="x"), "2": node("Save"), "3": node("Unknown")}
    before = json.dumps(prompt)
    job.put("-m", prompt, DECLARED)
    assert json.dumps(prompt) == before


def test_no_two_jobs_have_one_mark():
    assert len({job.new_mark() for _ in range(1000)}) == 1000


PREVIEW = {"7": node("Draw", seed=3, text="a"), "8": node("Preview", images=["7", 0])}


@pytest.mark.parametrize(
    ("told", "own"),
    [
        (PREVIEW, True),
        ({"1": node("Preview", images=["2", 0]), "2": node("Draw", seed=3.0, text="a"), "3": node("More")}, True),
        ({"7": node("Draw", seed=4, text="a"), "8": node("Preview", images=["7", 0])}, False),
        ({"7": node("Draw", seed=3, text="a"), "8": node("Preview", images=["7", 1])}, False),
        ({"8": node("Preview", images=["8", 0])}, False),
        ({"anything": "else"}, None),
    ],
)
def test_a_picture_without_the_mark_is_known_by_the_prompt_in_it(told, own):
    assert png_prompt.made_by(job.Job("id", PREVIEW, "-m"), "8", png(told)) is own


@pytest.mark.parametrize("data", [b"", b"text", b"\x89PNG\r\n\x1a\n broken", png({})[:-9]])
def test_what_holds_no_prompt_says_nothing(data):
    assert png_prompt.made_by(job.Job("id", PREVIEW, "-m"), "8", data) is None
    assert png_prompt.unmarked(data, "-m") == data


def test_a_picture_comes_back_as_it_were_without_the_mark():
    prompt = {"1": node("Save", filename_prefix="painted")}
    marked = {"1": node("Save", filename_prefix="painted-m")}
    assert png_prompt.unmarked(png(marked), "-m") == png(prompt)


class Files:
    def __init__(self, data):
        self.data = data

    async def fetch(self, file):
        return self.data


def fetched(name, data):
    file = {"filename": name, "subfolder": "", "type": "output"}
    return asyncio.run(execution.fetch(Files(data), job.Job("id", PREVIEW, "-m"), ("8", file)))


def test_names_are_without_the_mark_and_another_jobs_file_is_refused():
    for name in ("a-m_00001_.pdf", "../folder/a-m_00001_.pdf"):
        assert fetched(name, b"pdf") == execution.Made("a_00001_.pdf", b"pdf", True)
    assert fetched("other.png", png(PREVIEW)).certain and not fetched("other.mp4", b"film").certain
    with pytest.raises(UserError, match=r"other.png of node 8 \(Preview\) is another job's by now"):
        fetched("other.png", png({"8": node("Preview", images=["7", 0]), "7": node("Draw", seed=9, text="a")}))


def test_files_of_one_name_in_two_folders_are_two_results():
    files = [{"filename": "a.png", "subfolder": folder, "type": "output"} for folder in ("x", "y")]
    assert [made for _, made in execution.results({"1": {"images": files, "again": files}})] == files

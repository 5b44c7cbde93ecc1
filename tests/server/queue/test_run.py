"""The walk and its bad weather through a real server and the pack's command line."""

import json
import subprocess
import sys
import urllib.request

import pikepdf
import pytest
from dancheong.runner import places
from dancheong.runner.queue import workflow
from dancheong.testing import areas
from PIL import Image

COVER_FINISH = places.PACK / "workflows" / "api" / "cover_finish.json"


def files(finished):
    return finished.out.split()


def write(folder, nodes):
    """A workflow in API form: id -> (class_type, inputs)."""
    path = folder / "workflow.json"
    prompt = {key: {"class_type": kind, "inputs": inputs} for key, (kind, inputs) in nodes.items()}
    path.write_text(json.dumps(prompt), encoding="utf-8")
    return path


def erase(folder, mask=("SolidMask", {"value": 1.0, "width": 20, "height": 10}), repeat=1):
    """Picture -> repeated -> erased under a mask that is placed in a larger empty one -> saved."""
    return write(
        folder,
        {
            "1": ("LoadImage", {"image": "cover.png"}),
            "2": ("RepeatImageBatch", {"image": ["1", 0], "amount": repeat}),
            "3": ("SolidMask", {"value": 0.0, "width": 64, "height": 64}),
            "4": mask,
            "5": ("MaskComposite", {"destination": ["3", 0], "source": ["4", 0], "x": 8, "y": 8, "operation": "add"}),
            "6": ("DancheongEraseMasked", {"image": ["2", 0], "mask": ["5", 0], "method": "telea", "grow": 0,
                                           "feather": 0}),
            "7": ("SaveImage", {"images": ["6", 0], "filename_prefix": "erased"}),
        },
    )  # fmt: skip


def upscale(folder, **changes):
    inputs = {
        "image": ["1", 0],
        "upscale_model": ["2", 0],
        "width": 3000,
        "height": 4400,
        "mode": "balanced",
        "fit": "cover",
    }
    return write(
        folder,
        {
            "1": ("LoadImage", {"image": "cover.png"}),
            "2": ("UpscaleModelLoader", {"model_name": changes.pop("model", "tiny_x4.safetensors")}),
            "3": ("DancheongUpscaleToSize", {**inputs, **changes}),
            "4": ("SaveImage", {"images": ["3", 0], "filename_prefix": "upscaled"}),
        },
    )


@pytest.mark.area(*areas.of_workflow(COVER_FINISH))
def test_the_walk(cli, tmp_path):
    finished = cli.run(COVER_FINISH, "3.image=cover.png", "9.author=Kim")
    assert finished.status == 0, finished.error
    (pdf,) = (tmp_path / name for name in files(finished) if name.endswith(".pdf"))
    png = next(tmp_path / name for name in files(finished) if name.startswith("out/cover") and name.endswith(".png"))
    with pikepdf.open(pdf) as document:
        left, bottom, right, top = (float(value) for value in document.pages[0].trimbox)
        assert right - left == pytest.approx(152 / 25.4 * 72, abs=0.01)
        assert top - bottom == pytest.approx(225 / 25.4 * 72, abs=0.01)
        image = next(iter(document.pages[0].get_images().values()))
        assert (int(image.Width), int(image.Height)) == (1866, 2728)
    with Image.open(png) as picture:
        assert picture.size == (1866, 2728)
        assert picture.info["dpi"] == pytest.approx((299.9994, 299.9994), abs=1e-4)
        assert json.loads(picture.text["prompt"])["9"]["inputs"]["author"] == "Kim"


def test_the_official_command_line_runs_them_too(cli, comfy_cli, supplies, quick, tmp_path):
    assert comfy_cli, "comfy-cli belongs to the dev extra"
    host, port = cli.url.removeprefix("http://").split(":")
    # The browser tests run every workflow; here it is the other client that is tried.
    for shipped in (COVER_FINISH.with_stem(name) for name in ("korean_prompt", "remove_text", "upscale_to_file")):
        prompt = json.loads(shipped.read_text(encoding="utf-8"))
        for node, inputs in quick.get(shipped.stem, {}).items():
            prompt[node]["inputs"].update(inputs)
        supplies.put_named(prompt)
        path = tmp_path / shipped.name
        path.write_text(json.dumps(prompt), encoding="utf-8")
        result = subprocess.run(
            [comfy_cli, "--skip-prompt", "run", "--workflow", str(path), "--wait", "--host", host, "--port", port,
             "--timeout", "200"],
            capture_output=True,
            text=True,
            env={"HOME": str(cli.folder), "PATH": "", "DO_NOT_TRACK": "1"},
        )  # fmt: skip
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.area("watermark")
def test_cleaned_pictures_say_so_themselves(cli, tmp_path):
    finished = cli.run(COVER_FINISH.parent / "clean_news_photos.json", "3.count=2")
    assert finished.status == 0, finished.error
    saved = [name for name in files(finished) if "/clean_" in name]
    assert len(saved) == 2
    for name in saved:
        told = json.loads(Image.open(tmp_path / name).text["dancheong_watermark"])
        assert told["pictures"] == 2 and told["agencies"] == ["unknown"] and "un-blended" in told["methods"][0]


@pytest.mark.area("upscale")
def test_an_interrupt_ends_a_network_pass_within_three_seconds(cli, tmp_path):
    process = cli.start("run", upscale(tmp_path), "--out", "out", "--server", cli.url)
    finished = cli.interrupt_when(process, "DancheongUpscaleToSize ...")
    assert (finished.status, finished.message) == (130, "dancheong: interrupted")
    assert finished.seconds < 3
    assert not (tmp_path / "out").exists()


@pytest.mark.area("print_cover")
def test_an_interrupt_ends_a_library_call_within_three_seconds(cli, tmp_path):
    """A PDF of a 40 megapixel picture is one long call into an encoder."""
    path = write(
        tmp_path,
        {
            "1": ("LoadImage", {"image": "cover.png"}),
            "2": ("DancheongTrimSize", {"preset": "custom", "width_mm": 450.0, "height_mm": 640.0, "bleed_mm": 0.0,
                                        "dpi": 300, "generate_megapixels": 1.0}),
            "3": ("DancheongUpscaleToSize", {"image": ["1", 0], "trim": ["2", 0], "width": 1, "height": 1,
                                             "mode": "fast", "fit": "cover"}),
            "4": ("DancheongSavePrint", {"image": ["3", 0], "trim": ["2", 0], "format": "pdf",
                                         "filename_prefix": "interrupted"}),
        },
    )  # fmt: skip
    process = cli.start("run", path, "--out", "out", "--server", cli.url)
    finished = cli.interrupt_when(process, "DancheongSavePrint ...")
    assert (finished.status, finished.message) == (130, "dancheong: interrupted")
    assert finished.seconds < 3


@pytest.mark.area("erase")
def test_a_batch_with_one_small_mask(cli, tmp_path):
    finished = cli.run(erase(tmp_path, repeat=3))
    assert finished.status == 0, finished.error
    assert len(files(finished)) == 3


def test_rgba_and_one_pixel(cli, tmp_path):
    Image.new("RGBA", (120, 90), (200, 30, 60, 128)).save(tmp_path / "clear.png")
    Image.new("RGB", (1, 1), "red").save(tmp_path / "dot.png")
    assert cli.run(erase(tmp_path), "1.image=clear.png").status == 0
    assert cli.run(COVER_FINISH, "3.image=clear.png").status == 0
    finished = cli.run(COVER_FINISH, "3.image=dot.png")
    assert finished.status == 0, finished.error


@pytest.mark.area("print_cover")
def test_a_12000_px_wide_title(cli, tmp_path):
    path = write(
        tmp_path,
        {
            "1": ("EmptyImage", {"width": 12000, "height": 300, "batch_size": 1, "color": 0}),
            "2": ("DancheongTypesetTitle", {
                "image": ["1", 0], "title": "\uac00\ub098\ub2e4\ub77c " * 60, "subtitle": "", "author": "",
                "font": "auto",
                "layout": "horizontal", "position": "top", "align": "centre", "title_size": 50.0, "margin": 5.0,
                "colour": "white", "outline_colour": "black", "outline": 0.0}),
            "3": ("SaveImage", {"images": ["2", 0], "filename_prefix": "wide"}),
        },
    )  # fmt: skip
    finished = cli.run(path)
    assert finished.status == 0, finished.error
    with Image.open(tmp_path / files(finished)[0]) as picture:
        assert picture.size == (12000, 300) and picture.getbbox()[2] > 11000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n broken", "bad.png is damaged or no picture"),
        (b"GIF89a but not", "bad.png is damaged or no picture"),
        (b"", "bad.png is empty"),
    ],
)
def test_a_corrupt_and_an_empty_picture(cli, tmp_path, content, said):
    (tmp_path / "bad.png").write_bytes(content)
    finished = cli.run(COVER_FINISH, "3.image=bad.png")
    assert finished.status == 1 and said in finished.message and "Traceback" not in finished.error
    assert len(finished.message.splitlines()) == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["3.image=nowhere.png"], "Node 3 (Load Image)"),
        (["4.keep=(oops"], "'keep' is not a regular expression"),
        (["9.font=nowhere.ttf"], "font: 'nowhere.ttf' not in"),
        (["9.colour=reddish"], "Expected a colour such as #ffcc00"),
        (["9.title=\U0001f9cc"], "has no letter for"),
        (["10.format=bmp"], "Expected one of pdf, png, tiff, jpeg, psd, got 'bmp'"),
        (["7.dpi=9000"], "bigger than max"),
        (["12.nothing=1"], "no input 'nothing'"),
    ],
)
def test_bad_settings_give_one_clear_sentence(cli, settings, said):
    finished = cli.run(COVER_FINISH, *settings)
    assert finished.status == 1 and said in finished.message and "Traceback" not in finished.error
    assert finished.out == ""


def test_a_missing_model_is_named(cli, tmp_path):
    finished = cli.run(upscale(tmp_path, model="nowhere.pth"))
    assert finished.status == 1
    assert "Node 2 (UpscaleModelLoader)" in finished.message and "nowhere.pth" in finished.message


def test_an_unknown_node_is_named(cli, tmp_path):
    finished = cli.run(write(tmp_path, {"1": ("NoSuchNode", {})}))
    assert finished.status == 1 and "NoSuchNode" in finished.message


def test_half_an_acceptance_is_a_failure(cli, tmp_path):
    """ComfyUI answers 200 with node_errors when only some outputs are valid, and would run the rest."""
    path = write(
        tmp_path,
        {
            "1": ("LoadImage", {"image": "cover.png"}),
            "2": ("SaveImage", {"images": ["1", 0], "filename_prefix": "half"}),
            "3": ("UpscaleModelLoader", {"model_name": "nowhere.pth"}),
            "4": ("ImageUpscaleWithModel", {"upscale_model": ["3", 0], "image": ["1", 0]}),
            "5": ("SaveImage", {"images": ["4", 0], "filename_prefix": "half"}),
        },
    )
    finished = cli.run(path)
    assert finished.status == 1 and "nowhere.pth" in finished.message and finished.out == ""


def test_what_the_editor_saves_runs_too_and_equals_the_api_form(cli, supplies, root, tmp_path):
    with urllib.request.urlopen(f"{cli.url}/object_info") as answer:
        declared = json.load(answer)
    for path in sorted((root / "workflows").glob("*.json")):
        converted = workflow.prompt(workflow.load(path), [], declared)
        shipped = workflow.load(path.parent / "api" / path.name)
        assert plain(converted) == plain(shipped)
    supplies.put("small.png")
    finished = cli.run(root / "workflows" / "remove_text.json", "Load Image.image=small.png")
    assert finished.status == 0, finished.error
    (png,) = (tmp_path / name for name in files(finished) if "without_text" in name)
    with Image.open(png) as picture:
        assert picture.size == (256, 384)
    finished = cli.run(root / "workflows" / "remove_text.json", "99.image=small.png")
    assert finished.status == 1 and "No node is called '99'" in finished.message


def test_a_workflow_of_the_first_release_still_runs(cli, root):
    """tests/golden holds what 0.1.0 saved in the editor, every node in it; here small and coarse."""
    small = [f"{node}.image=small.png" for node in (303, 403, 503, 603, 1003, 1103)]
    coarse = ["105.generate_megapixels=0.05", *(f"{node}.dpi=60" for node in (105, 505, 1004, 1107))]
    finished = cli.run(root / "tests" / "golden" / "0.1.0.json", *small, *coarse, "703.count=2", "607.samples=1")
    assert finished.status == 0, finished.error
    assert {name.rsplit(".", 1)[1] for name in files(finished)} == {"pdf", "png", "tif", "txt"}


def plain(prompt):
    return {key: (node["class_type"], node["inputs"]) for key, node in prompt.items()}


def test_no_server_and_files_that_are_none_are_explained(tmp_path):
    def run(*arguments):
        command = [sys.executable, str(places.PACK / "runner"), "run", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    finished = run(COVER_FINISH, "--server", "http://127.0.0.1:9")
    assert finished.returncode == 1 and "No ComfyUI answers at http://127.0.0.1:9" in finished.stderr
    finished = run(COVER_FINISH, "--server", "http://127.0.0.1:9", "--server", "http://127.0.0.1:10")
    assert finished.returncode == 1 and "add --sheet" in finished.stderr
    for finished in (run(tmp_path / "no.json"), run(tmp_path)):
        assert finished.returncode == 1 and "Traceback" not in finished.stderr

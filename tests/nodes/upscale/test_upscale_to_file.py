"""Pictures that go straight into files, through ComfyUI's own executor."""

from pathlib import Path

import pytest
import torch
from dancheong.testing import icc_profiles
from PIL import Image

NODE = "DancheongUpscaleToFile"


def noise(batch, height, width, channels=3):
    return torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("file_format", "bits"), [("png", 8), ("png", 16), ("tiff", 8), ("tiff", 16)])
@pytest.mark.parametrize("channels", [3, 4])
def test_a_file_holds_what_the_node_gives(comfy, base, file_format, bits, channels):
    import tifffile

    image = noise(2, 40, 30, channels)
    asked = {
        "image": image,
        "upscale_model": comfy.node("DancheongLoadUpscaleModel", model_name="tiny_x4.safetensors")[0],
        "width": 300,
        "height": 400,
    }
    picture, mask, report = comfy.node("DancheongUpscaleToSize", **asked)
    given = {"format": file_format, "bits": str(bits), "filename_prefix": f"t/rows{channels}"}
    paths, preview, told = comfy.node(NODE, **asked, **given)
    assert len(paths.splitlines()) == 2 and preview.shape == (2, 400, 300, 3)
    assert told.startswith(report.split("\nLast pass")[0]) and "At 300 dpi" in told
    assert (preview - picture).abs().max() <= 1e-6
    for number, path in enumerate(paths.splitlines()):
        if file_format == "tiff":
            pixels = tifffile.imread(path)
        else:
            import cv2

            pixels = cv2.imread(path, cv2.IMREAD_UNCHANGED)[..., [2, 1, 0, 3][:channels]]
        expected = torch.cat((picture[number], 1 - mask[number][..., None]), -1)[..., :channels]
        wrong = abs(pixels - (expected * (2**bits - 1)).round().numpy())
        # The mask is 1 - alpha, rounded once more in float32.
        assert wrong[..., :3].max() == 0 and wrong.max() <= 1
        assert Image.open(path).info["dpi"] == pytest.approx((300, 300), abs=0.001)


def test_a_file_keeps_the_profile_of_its_source(comfy, base):
    Image.new("RGB", (8, 8), "red").save(base / "input" / "wide.png", icc_profile=icc_profiles.wide_rgb())
    asked = {"image": noise(1, 20, 20), "width": 40, "height": 40, "filename_prefix": "t/profile"}
    path = comfy.node(NODE, **asked, profile_of="wide.png", dpi=240)[0]
    image = Image.open(path)
    assert image.info["icc_profile"] == icc_profiles.wide_rgb()
    assert image.info["dpi"] == pytest.approx((240, 240), abs=0.02)
    assert "no colour profile inside" in comfy.try_node(NODE, **asked, profile_of="small.png").error


def test_a_file_carries_its_workflow(comfy):
    prompt = comfy.provide(image=noise(1, 20, 20))
    prompt["file"] = {
        "class_type": NODE,
        "inputs": {
            "image": ["image", 0], "width": 40, "height": 40, "mode": "fast", "fit": "cover", "format": "png",
            "bits": "8", "dpi": 300, "profile_of": "", "filename_prefix": "t/meta",
        },
    }  # fmt: skip
    outcome = comfy.run(prompt, extra={"workflow": {"id": "abc"}})
    assert not outcome.error, outcome.error
    name = outcome.shown["file"]["files"][0]["filename"]
    import folder_paths

    text = Image.open(f"{folder_paths.get_output_directory()}/t/{name}").text
    assert "abc" in text["workflow"] and NODE in text["prompt"]


@pytest.mark.parametrize("file_format", ["png", "tiff"])
def test_a_full_disk_leaves_no_file(comfy, file_format):
    """The system's own limit on how large a file may grow stands for the disk's end."""
    import resource

    import folder_paths

    folder = Path(folder_paths.get_output_directory()) / "t_full"
    asked = {"image": noise(1, 300, 300), "width": 900, "height": 900, "format": file_format}
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        outcome = comfy.try_node(NODE, **asked, filename_prefix="t_full/x")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "could not be written" in outcome.error and "free space" in outcome.error
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_before_the_work(comfy, base):
    import folder_paths

    with open(f"{folder_paths.get_output_directory()}/t_file", "w") as file:
        file.write("no folder")
    asked = {"image": noise(1, 20, 20), "width": 40, "height": 40}
    outcome = comfy.try_node(NODE, **asked, filename_prefix="t_file/x")
    assert "Expected a folder that can be written" in outcome.error and outcome.progress == []


def test_an_interrupt_leaves_no_file(comfy):
    import folder_paths

    asked = {"image": noise(1, 300, 300), "width": 900, "height": 900, "filename_prefix": "t_stopped/x"}
    outcome = comfy.try_node(NODE, hook=lambda *_: comfy.model_management.interrupt_current_processing(), **asked)
    assert outcome.interrupted
    assert list((Path(folder_paths.get_output_directory()) / "t_stopped").iterdir()) == []


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"format": "bmp"}, "Expected one of png, tiff, got 'bmp'"),
        ({"profile_of": "nowhere.png"}, "Expected a file of ComfyUI's input folder, got 'nowhere.png'"),
        ({"filename_prefix": "../../outside"}, "outside the output folder"),
    ],
)
def test_bad_files_are_explained(comfy, inputs, message):
    asked = {"image": noise(1, 20, 20), "width": 40, "height": 40}
    assert message in comfy.try_node(NODE, **asked, **inputs).error


def test_the_missing_tiff_library_is_told_before_any_work(comfy, monkeypatch):
    monkeypatch.setattr(comfy.module("nodes.upscale.row_files"), "TIFF_LIBRARY", "no_such_library")
    asked = {"image": noise(1, 20, 20), "width": 40, "height": 40}
    assert "pip install no_such_library" in comfy.try_node(NODE, **asked, format="tiff").error
    assert comfy.node(NODE, **asked, format="png")

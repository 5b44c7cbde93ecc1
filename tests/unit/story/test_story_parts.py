"""What StoryGen needs without ComfyUI: noise of references, lines of a story, where files lie, what was cut short."""

from pathlib import Path

import pytest
from dancheong.nodes.story import cut_short, layout
from dancheong.nodes.story.captions import captions
from dancheong.nodes.story.stage import AUTO_REGRESSIVE, MOST, MULTI_IMAGE, published, timesteps


def test_references_stand_at_the_published_timesteps():
    # The first, the second and the last of 40 leading steps, and one whose tenth is not whole.
    assert timesteps(976, 1, AUTO_REGRESSIVE) == [97]
    assert timesteps(976, 3, AUTO_REGRESSIVE) == [291, 194, 97]
    assert timesteps(951, 2, AUTO_REGRESSIVE) == [190, 95]
    assert timesteps(976, 3, MULTI_IMAGE) == [97, 97, 97]
    assert timesteps(19, 3, AUTO_REGRESSIVE) == [3, 2, 1]
    assert timesteps(1, 3, AUTO_REGRESSIVE) == [0, 0, 0]
    assert timesteps(999, 0, AUTO_REGRESSIVE) == []
    assert max(timesteps(999, MOST, AUTO_REGRESSIVE)) == 990


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        ("storygen/checkpoint_StorySalon/unet/diffusion_pytorch_model.bin", AUTO_REGRESSIVE),
        ("storygen/checkpoint_COCO/unet/diffusion_pytorch_model.bin", MULTI_IMAGE),
        ("storygen/coco-adapter.safetensors", MULTI_IMAGE),
        ("coco/models/storygen/mine.bin", None),
        ("storysalon/models/storygen/checkpoint_COCO/unet/diffusion_pytorch_model.bin", MULTI_IMAGE),
    ],
)
def test_the_stage_is_read_off_the_names_that_are_the_files_own(path, stage):
    assert published(Path(path)) == stage


def test_a_story_is_the_lines_that_say_something():
    assert captions("  One. \r\n\n\t\nTwo.\u3000\n") == ["One.", "Two."]
    assert captions("") == captions(" \n\u3000\n") == []


def test_folders_come_first_and_what_is_stable_diffusions_is_not_offered(tmp_path):
    for name in (
        "checkpoint_StorySalon/unet/diffusion_pytorch_model.bin",
        "checkpoint_StorySalon/unet/diffusion_pytorch_model.safetensors",
        "checkpoint_StorySalon/text_encoder/pytorch_model.bin",
        "checkpoint_StorySalon/vae/diffusion_pytorch_model.bin",
        "adapter.SAFETENSORS",
        "notes.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = layout.offered([tmp_path, tmp_path / "nowhere"])
    folder = "checkpoint_StorySalon/"
    unet = f"{folder}unet/diffusion_pytorch_model"
    assert list(found) == [folder, "adapter.SAFETENSORS", f"{unet}.bin", f"{unet}.safetensors"]
    assert found[folder] == tmp_path / f"{unet}.safetensors"


def test_a_story_that_was_cut_short_is_another_one_next_time(monkeypatch):
    monkeypatch.setattr(cut_short, "_runs", [])
    assert cut_short.times(story="a", seed=1) == 0
    cut_short.note(story="a", seed=1)
    assert cut_short.times(story="a", seed=1) == cut_short.times(story=None, seed=1) == 1
    assert cut_short.times(story="a", seed=2) == cut_short.times(story="b", seed=1) == 0

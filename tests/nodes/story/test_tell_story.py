"""Tell Story as ComfyUI runs it: as many frames as lines, each from those before it, with the seeds that it reports."""

import zlib

import pytest
import torch
from dancheong.testing.models import storygen as storygen_models

from .conftest import numbers

TELL = "DancheongTellStory"
STORY = "A red fox wakes.\n\nThe fox walks to the river.\nThe fox drinks.\n"


class Words:
    """A CLIP: random states for every text, the same again for the same."""

    def tokenize(self, text):
        return text

    def encode_from_tokens_scheduled(self, text):
        return [[numbers(zlib.crc32(text.encode()), 1, 7, storygen_models.CONTEXT), {}]]


class Cells:
    """A VAE: four numbers for every 8 x 8 pixels."""

    first_stage_model = torch.nn.Identity()

    def encode(self, pixels):
        return torch.nn.functional.avg_pool2d(pixels.movedim(-1, 1), 8)[:, [0, 1, 2, 0]] * 8 - 4

    def decode(self, latents):
        return torch.nn.functional.interpolate(latents[:, :3] / 8 + 0.5, scale_factor=8).movedim(1, -1).clamp(0, 1)


@pytest.fixture(scope="module")
def told(comfy, plain, storygen):
    """Inputs."""
    return {
        "model": plain,
        "clip": Words(),
        "vae": Cells(),
        "storygen": storygen,
        "steps": 1,
        "width": 64,
        "height": 72,
        "seed": (1 << 64) - 2,
    }


def drawn(comfy, told, story=STORY, **inputs):
    return comfy.node(TELL, story=story, **(told | inputs))


def test_a_line_a_frame_and_every_seed_in_the_report(comfy, told):
    frames, captions, report = drawn(comfy, told)
    assert frames.shape == (3, 72, 64, 3) and frames.min() >= 0 and frames.max() <= 1
    assert captions == "A red fox wakes.\nThe fox walks to the river.\nThe fox drinks."
    assert report.splitlines() == [
        "Frame 1: seed 18446744073709551614, from its text alone: A red fox wakes.",
        "Frame 2: seed 18446744073709551615, looks at 1 before it: The fox walks to the river.",
        "Frame 3: seed 0, looks at 2 before it: The fox drinks.",
    ]


def test_a_frame_is_what_the_nodes_beside_it_draw(comfy, told):
    """Story References and Story Guider with ComfyUI's own sampler, from the same noise."""
    frames, *_ = drawn(comfy, told, width=64, height=64)
    (model,) = comfy.node("DancheongApplyStoryGen", model=told["model"], storygen=told["storygen"])
    encode = told["clip"].encode_from_tokens_scheduled
    (references,) = comfy.node(
        "DancheongStoryReferences",
        vae=told["vae"],
        images=frames[:2],
        clip=told["clip"],
        captions="\n".join(STORY.split("\n")[:3]),
    )
    (guider,) = comfy.node(
        "DancheongStoryGuider",
        model=model,
        positive=encode("The fox drinks."),
        text_only=encode(""),
        negative=encode(""),
        references=references,
    )
    import comfy.samplers as samplers

    ddim = comfy.module("nodes.host.ddim")
    sampling = model.get_model_object("model_sampling")
    sigmas = ddim.leading_sigmas(sampling, 1)
    noise = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        first = noise * ddim.start(float(sigmas[0]), float(sampling.sigma_max))
        last = guider.sample(first, torch.zeros_like(noise), samplers.ksampler("euler"), sigmas, seed=0)
        decoded = told["vae"].decode(ddim.at_scale(last, sigmas[-1]))
    assert (decoded - frames[2:]).abs().max() <= 1e-5
    assert (frames[1:2] - frames[2:]).abs().max() > 0.01


def test_a_story_of_one_line_and_one_of_twelve(comfy, told):
    assert len(drawn(comfy, told, "A fox.")[0]) == 1
    given = torch.rand(9, 72, 64, 3, generator=torch.Generator().manual_seed(1))
    frames, captions, report = drawn(comfy, told, "\n".join(map(str, range(12))), first_frame=given)
    assert len(frames) == len(captions.splitlines()) == 12
    assert report.endswith("Frame 12: seed 9, looks at 3 before it: 11")


def test_frames_that_are_given_begin_the_story_whatever_their_size(comfy, told):
    chance, two_lines = torch.Generator().manual_seed(0), "A fox.\nIt walks."
    cut_out = torch.rand(1, 40, 50, 4, generator=chance)
    cut_out[..., 3] = 0
    frames, _, report = drawn(comfy, told, two_lines, first_frame=cut_out)
    assert torch.equal(frames[0], torch.zeros(72, 64, 3)) and len(frames) == 2
    assert report == "Frame 1: given.\nFrame 2: seed 18446744073709551615, looks at 1 before it: It walks."
    other = cut_out.clone()
    other[..., :3] = torch.rand(1, 40, 50, 3, generator=chance)
    assert torch.equal(drawn(comfy, told, two_lines, first_frame=other)[0], frames)
    two = torch.rand(2, 72, 64, 3, generator=chance)
    continued, _, report = drawn(comfy, told, first_frame=two)
    assert torch.equal(continued[:2], two) and "Frame 3: seed 0, looks at 2 before it" in report
    for first in range(2):
        changed = two.clone()
        changed[first] = 1 - changed[first]
        assert (drawn(comfy, told, first_frame=changed)[0][2] - continued[2]).abs().max() > 1e-4


def test_a_story_without_a_line_to_draw_is_refused(comfy, told):
    assert "got no line: write what each frame shows" in comfy.try_node(TELL, story=" \n\n", **told).error
    odd = comfy.try_node(TELL, story="One.", **told | {"width": 100}).error
    assert "in steps of 8 px, got 100 x 72: choose 96 x 72" in odd
    given = torch.rand(2, 64, 64, 3)
    refused = comfy.try_node(TELL, story="One.\nTwo.", first_frame=given, **told).error
    assert "Expected more lines than the 2 first frames that are given, got 2" in refused


def test_an_interrupt_keeps_the_finished_frames_and_the_story_is_drawn_anew(comfy, told, monkeypatch):
    monkeypatch.setattr(comfy.utils, "PROGRESS_THROTTLE_MIN_INTERVAL", 0.0)  # every step is heard, however quick
    steps, asked = 2, []

    def hook(value, total):
        if value == 2 * steps + 1 and not asked:  # in the third frame
            asked.append(total)
            comfy.nodes.interrupt_processing()

    inputs = told | {"steps": steps, "story": STORY}
    cut = comfy.try_node(TELL, hook=hook, **inputs)
    assert asked == [3 * steps] and not cut.error and not cut.interrupted
    frames, captions, report = (cut.captured[f"out{number}"] for number in range(3))
    assert len(frames) == len(captions.splitlines()) == 2
    assert report.endswith("Interrupted in frame 3 of 3: the 2 before it are kept. Run again to draw the whole story.")
    whole = drawn(comfy, told, steps=steps)[0]
    assert torch.equal(whole[:2], frames) and len(whole) == 3
    stamp = comfy.nodes.NODE_CLASS_MAPPINGS[TELL].fingerprint_inputs
    this = {"steps": steps, "seed": inputs["seed"]}
    assert stamp(story=STORY, **this) == stamp(story=None, **this) == 1
    assert stamp(story="Another.", **this) == stamp(story=STORY, steps=3, seed=inputs["seed"]) == 0


def test_an_interrupt_before_anything_is_finished_ends_the_run(comfy, told):
    cut = comfy.try_node(
        TELL, hook=lambda value, total: comfy.nodes.interrupt_processing(), story=STORY, **told | {"steps": 3}
    )
    assert cut.interrupted and not cut.captured

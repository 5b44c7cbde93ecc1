"""Storyboard, Storyboard Attention and Split Storyboard as ComfyUI runs them."""

import math
import zlib
from itertools import accumulate

import pytest
import torch
from dancheong.testing.models import storygen as storygen_models

STORYBOARD, ATTENTION, SPLIT = "DancheongStoryboard", "DancheongStoryboardAttention", "DancheongSplitStoryboard"
STORY = "One.\nTwo is longer.\n\nThree.\n"
SIZE = {"frame_width": 64, "frame_height": 64}


def numbers(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


class Words:
    """A CLIP: random states for every text, as many as it has letters."""

    def tokenize(self, text):
        return text

    def encode_from_tokens_scheduled(self, text):
        return [[numbers(zlib.crc32(text.encode()), 1, len(text), storygen_models.CONTEXT), {"pooled_output": text}]]


class Cells:
    """A VAE: four numbers for every 8 x 8 pixels."""

    def encode(self, pixels):
        return torch.nn.functional.avg_pool2d(pixels.movedim(-1, 1), 8)[:, [0, 1, 2, 0]]


@pytest.fixture(scope="module")
def plain(comfy):
    return storygen_models.model(storygen_models.tensors())


def laid(comfy, **inputs):
    return comfy.node(STORYBOARD, **{"story": STORY, **SIZE, **inputs})


def naive(q, k, v, heads, allowed):
    """Attention with a table of what may be seen, `[pixels,tokens]`."""
    q, k, v = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in (q, k, v))
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    return (scores.masked_fill(~allowed, -math.inf).softmax(-1) @ v).transpose(1, 2).flatten(2)


def test_each_pixel_reads_its_own_frames_caption_and_the_whole_story(comfy):
    (_, board) = laid(comfy, columns=2)
    frames, lengths, (height, width) = comfy.module("nodes.storyboard.comfy_attention"), [4, 15, 6, 9], (8, 8)
    q, k, v = numbers(1, 2, height * width, 32), numbers(2, 2, sum(lengths), 32), numbers(3, 2, sum(lengths), 32)
    ends = list(accumulate(lengths))
    frame = torch.full((height, width), -1)
    frame[:4, :4], frame[:4, 4:], frame[4:, :4] = 0, 1, 2
    token = torch.repeat_interleave(torch.arange(4), torch.tensor(lengths))
    whole = naive(q, k[:, ends[2] :], v[:, ends[2] :], 4, torch.ones(64, lengths[3], dtype=torch.bool))
    own = frame.flatten()[:, None] == token
    own[frame.flatten() < 0] = token == 3  # a cell without a frame has the whole story alone
    local = naive(q, k, v, 4, own)
    options = {"n_heads": 4, "activations_shape": [2, 32, height, width]}
    for weight in (0.0, 0.3, 1.0):
        attention = frames.FrameAttention(board, lengths, weight)
        assert (attention(q, k, v, options) - torch.lerp(local, whole, weight)).abs().max() < 1e-5


def test_the_attention_is_asked_for_the_positive_text_alone_at_every_level(comfy, plain, monkeypatch):
    (_, board) = laid(comfy)
    model, positive = comfy.node(ATTENTION, model=plain, clip=Words(), storyboard=board, whole_story="All.")
    assert positive[0][0].shape == (1, 4 + 14 + 6 + 4, storygen_models.CONTEXT)
    assert positive[0][1]["pooled_output"] == "All."
    seen = []
    frames = comfy.module("nodes.storyboard.comfy_attention")
    asked = frames.FrameAttention.__call__
    monkeypatch.setattr(
        frames.FrameAttention,
        "__call__",
        lambda self, q, k, v, options: seen.append((options["block"], q.shape[1])) or asked(self, q, k, v, options),
    )
    sampled(comfy, model, positive)
    assert len(seen) == 16 and {tokens for _, tokens in seen} == {256, 64, 16, 4}
    assert plain.model_options == {"transformer_options": {}}
    seen.clear()
    sampled(comfy, model, [[numbers(0, 1, 7, storygen_models.CONTEXT), {}]])
    assert seen == []


def sampled(comfy, model, positive, noise=None, **negative):
    import comfy.samplers as samplers

    guider = samplers.CFGGuider(model)
    guider.set_conds(positive, [[numbers(9, 1, 7, storygen_models.CONTEXT), negative]])
    guider.set_cfg(4.0)
    noise = numbers(4, 1, 4, 16, 16) if noise is None else noise
    sigmas = model.get_model_object("model_sampling").sigmas[[600, 0]].cpu()
    with torch.inference_mode():
        return guider.sample(noise, noise * 0, samplers.ksampler("euler"), sigmas, disable_pbar=True, seed=0)


def test_captions_and_the_whole_story_change_the_picture_by_their_weight(comfy, plain):
    def drawn(weight, story=STORY, whole="All."):
        (_, board) = laid(comfy, story=story, columns=3)  # no cell without a frame
        told = {"clip": Words(), "storyboard": board, "whole_story": whole, "global_weight": weight}
        return sampled(comfy, *comfy.node(ATTENTION, model=plain, **told), numbers(4, 1, 4, 8, 24))

    other = STORY.replace("Three", "Seven")
    assert torch.equal(drawn(0.0), drawn(0.0, whole="None.")) and not torch.equal(drawn(0.0), drawn(0.0, other))
    assert torch.equal(drawn(1.0), drawn(1.0, other)) and not torch.equal(drawn(1.0), drawn(1.0, whole="None."))


def test_other_architectures_get_a_text_for_each_frame_under_its_mask(comfy, plain, monkeypatch):
    monkeypatch.setattr(comfy.module("nodes.storyboard.comfy_attention"), "has_text_attention", lambda model: False)
    (_, board) = laid(comfy)
    told = {"model": plain, "clip": Words(), "storyboard": board, "whole_story": "All."}
    model, positive = comfy.node(ATTENTION, global_weight=0.25, **told)
    whole, *frames = positive
    assert whole[1]["strength"] == 0.25 and [extra["mask_strength"] for _, extra in frames] == [0.75] * 3
    assert [tuple(extra["mask"].nonzero().min(0).values.tolist()) for _, extra in frames] == [
        (0, 0, 0),
        (0, 0, 64),
        (0, 64, 0),
    ]
    assert sampled(comfy, model, positive).isfinite().all()
    assert len(comfy.node(ATTENTION, global_weight=1.0, **told)[1]) == 1
    assert len(comfy.node(ATTENTION, global_weight=0.0, **told)[1]) == 3


def test_shared_noise_makes_frames_begin_alike_and_stays_normal(comfy, plain):
    noise = numbers(4, 1, 4, 16, 16)
    for share in (0.0, 0.5, 1.0):
        (_, board) = laid(comfy, shared_noise=share)
        found = comfy.module("nodes.storyboard.comfy_attention").mixed(board, noise)
        first, second = found[..., :8, :8], found[..., :8, 8:]
        alike = float((first * second).mean() / (first.std() * second.std()))
        assert abs(alike - share**0.5) < 0.15 and abs(float(second.std()) - 1) < 0.15
        assert torch.equal(first, noise[..., :8, :8]) and torch.equal(found[..., 8:, 8:], noise[..., 8:, 8:])
    told = {"model": plain, "clip": Words()}
    mixed = comfy.module("nodes.storyboard.comfy_attention").mixed(board, noise)
    model, positive = comfy.node(ATTENTION, storyboard=board, **told)
    (_, own) = laid(comfy)
    apart, _ = comfy.node(ATTENTION, storyboard=own, **told)
    assert torch.equal(sampled(comfy, model, positive, noise), sampled(comfy, apart, positive, mixed))


def test_each_frame_is_normalised_as_the_picture_that_it_is(comfy, plain, monkeypatch):
    (_, board) = laid(comfy)
    norm, canvas = torch.nn.GroupNorm(4, 8), numbers(5, 2, 8, 12, 16) + torch.arange(16)
    torch.nn.init.normal_(norm.weight, generator=torch.Generator().manual_seed(6))
    whole, alone = norm(canvas), canvas.clone()
    for rows in (slice(0, 6), slice(6, 12)):
        for columns in (slice(0, 8), slice(8, 16)):
            alone[..., rows, columns] = norm(canvas[..., rows, columns])
    end = comfy.module("nodes.storyboard.comfy_norms").by_frame(torch.nn.Sequential(norm), board)
    assert (norm(canvas) - alone).abs().max() < 1e-5 < (whole - alone).abs().max()
    end()
    assert torch.equal(norm(canvas), whole)
    seen, asked = [], torch.nn.functional.group_norm
    monkeypatch.setattr(torch.nn.functional, "group_norm", lambda x, *rest: seen.append(x.shape[0]) or asked(x, *rest))
    model, positive = comfy.node(ATTENTION, model=plain, clip=Words(), storyboard=board)
    for drawn, frames in ((model, 4), (plain, 1), (model, 4)):
        seen.clear()
        sampled(comfy, drawn, positive)
        assert {*seen} == {frames}


def test_captions_stay_in_their_frames_whatever_the_canvas_is_enlarged_to(comfy):
    _, board = laid(comfy, frame_width=128, frame_height=128)
    attention = comfy.module("nodes.storyboard.comfy_attention").FrameAttention(board, [1, 1, 1, 1], 0.0)
    said = torch.arange(4.0)[None, :, None].expand(1, 4, 8)  # of the frames and of the whole story
    for side in (16, 24, 48):
        canvas = torch.zeros(1, 4 * side**2, 8), torch.zeros(1, 4, 8), said
        heard = attention(*canvas, {"n_heads": 1, "activations_shape": (1, 8, 2 * side, 2 * side)})
        quarters = heard[0, :, 0].view(2, side, 2, side).transpose(1, 2).flatten(2)
        assert (quarters == torch.tensor([[0.0, 1.0], [2.0, 3.0]])[..., None]).all()


def test_an_area_of_another_conditioning_has_no_frames(comfy, plain):
    """It is a part of the canvas, of whatever size; the model sees it as it is."""
    (_, board) = laid(comfy)
    inputs = {"clip": Words(), "storyboard": board}
    model, positive = comfy.node(ATTENTION, model=plain, **inputs)
    apart = comfy.module("nodes.storyboard.comfy_norms").Drawing(board)
    for height, width in ((8, 8), (8, 16), (3, 5)):
        assert sampled(comfy, model, positive, area=(height, width, 0, 0)).isfinite().all()
        cells, calls = numbers(3, 1, 4, height, width), []
        apart.size = (16, 16)
        apart(calls.append, cells)  # a network whose norms are not to be found fails where they are looked for
        assert calls == [cells]


def test_what_resizes_inside_the_network_is_one_sentence(comfy, plain):
    (_, board) = laid(comfy)
    model = plain.clone()
    model.set_model_input_block_patch(lambda h, _: torch.nn.functional.interpolate(h, size=(7, 7)))
    model, positive = comfy.node(ATTENTION, model=model, clip=Words(), storyboard=board)
    with pytest.raises(Exception, match="whole cells for 2 x 2 frames inside the MODEL, got 7 x 7: leave out"):
        sampled(comfy, model, positive)


def test_known_frames_are_masked_and_come_back_bit_for_bit(comfy):
    known = torch.rand(2, 64, 64, 3, generator=torch.Generator().manual_seed(0))
    latent, board = laid(comfy, task="infill", known=known, vae=Cells())
    assert latent["samples"].shape == (1, 4, 16, 16) and latent["noise_mask"].shape == (1, 16, 16)
    drawn = [
        latent["noise_mask"][0][board.place(frame, latent["noise_mask"].shape[1:])].unique().tolist()
        for frame in range(3)
    ]
    assert drawn == [[0.0], [1.0], [0.0]]
    assert torch.equal(latent["samples"][..., :8, :8], Cells().encode(known[:1]))
    (frames,) = comfy.node(SPLIT, image=torch.zeros(1, 128, 128, 3), storyboard=board)
    assert torch.equal(frames[[0, 2]], known) and not frames[1].any()
    empty, _ = laid(comfy, columns=3)
    assert empty["samples"].shape == (1, 4, 8, 24) and "noise_mask" not in empty


def test_what_does_not_fit_is_refused_in_a_sentence(comfy, plain):
    known = torch.zeros(1, 64, 64, 3)
    for inputs, said in (
        ({"story": " \n"}, "a line for each frame, got 0"),
        ({"frame_width": 100}, "frames in steps of 64 px, got 100 x 64: choose 64 x 64"),
        ({"frames": 4}, "Expected 4 lines, one for each frame, got 3"),
        ({"task": "continue", "known": known}, "Expected a VAE for the known frames"),
        ({"task": "visualize", "known": known}, "no known frames to visualize"),
    ):
        assert said in comfy.try_node(STORYBOARD, **{"story": STORY, **SIZE, **inputs}).error
    (_, board) = laid(comfy)
    assert "at its own size, 128 x 128 px" in (
        comfy.try_node(SPLIT, image=torch.zeros(1, 256, 256, 3), storyboard=board).error
    )
    replaced = plain.clone()
    replaced.set_model_attn2_replace(lambda q, k, v, options: q, "input", 1)
    inputs = {"clip": Words(), "storyboard": board}
    assert "text attention is its own" in comfy.try_node(ATTENTION, model=replaced, **inputs).error
    model, positive = comfy.node(ATTENTION, model=plain, **inputs)
    model.set_model_attn2_replace(lambda q, k, v, options: q, "input", 1)
    with pytest.raises(Exception, match="text attention is its own"):
        sampled(comfy, model, positive)
    model, positive = comfy.node(ATTENTION, model=plain, **inputs)
    with pytest.raises(Exception, match=r"LATENT of this storyboard, 128 x 128 px, got one of 24 x 8 cells"):
        sampled(comfy, model, positive, numbers(4, 1, 4, 8, 24))
    with pytest.raises(Exception, match=r"frames in steps of 8 cells, .* LATENT of 24 x 24 cells for 2 x 2 frames"):
        sampled(comfy, model, positive, numbers(4, 1, 4, 24, 24))

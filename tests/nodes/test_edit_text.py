"""Load DiffSTE and Edit Text in Image, as ComfyUI runs them."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

EDIT = "DancheongEditText"
QUICK = {"steps": 2, "text": "ARTI"}


@pytest.fixture(scope="module")
def tensors(diffste_models):
    return diffste_models.tensors()


@pytest.fixture(scope="module")
def folder(base):
    return base / "models" / "diffste"


@pytest.fixture(scope="module")
def editor(comfy, folder, diffste_models, tensors):
    diffste_models.lightning(folder / "tiny.ckpt", tensors)
    return comfy.node("DancheongLoadDiffSTE", checkpoint="tiny.ckpt", dtype="default")[0]


def picture(height, width, channels=3, count=1, seed=0):
    return torch.rand(count, height, width, channels, generator=torch.Generator().manual_seed(seed))


def box(height, width, *boxes):
    mask = torch.zeros(1, height, width)
    for left, top, right, bottom in boxes:
        mask[0, top:bottom, left:right] = 1
    return mask


def changed(before, after):
    """`[B,H,W]` bool: where any channel's bits differ."""
    return (before.view(torch.int32) != after.view(torch.int32)).any(dim=-1)


def test_the_checkpoint_is_reported(comfy, folder, diffste_models, tensors):
    diffste_models.lightning(folder / "report.ckpt", tensors, scale=0.2)
    editor, report = comfy.node("DancheongLoadDiffSTE", checkpoint="report.ckpt", dtype="float16")
    assert "11.2 million weights, levels 32, 64, 128, 128, kept as float16" in report
    assert "8 heads read text, 2 read characters; latent scale 0.2" in report
    assert editor.model.model.latent_format.scale_factor == 0.2
    assert editor.model.model.diffusion_model.dtype == torch.float16
    (folder / "report.ckpt").unlink()


def test_every_form_of_the_file_gives_the_same_picture(comfy, folder, editor, tensors):
    from dancheong.nodes.text_edit import checkpoint

    checkpoint.convert(folder / "tiny.ckpt", folder / "exact.safetensors", "float32")
    checkpoint.convert(folder / "tiny.ckpt", folder / "half.safetensors", "float16")
    image, mask = picture(96, 128), box(96, 128, (20, 30, 100, 60))
    wanted = comfy.node(EDIT, diffste=editor, image=image, mask=mask, **QUICK)[0]
    for name, tolerance in (("exact", 0.0), ("half", 0.02)):
        other = comfy.node("DancheongLoadDiffSTE", checkpoint=f"{name}.safetensors")[0]
        result = comfy.node(EDIT, diffste=other, image=image, mask=mask, **QUICK)[0]
        assert (result - wanted).abs().max() <= tolerance
    for dtype in ("float16", "bfloat16"):
        narrow = comfy.node("DancheongLoadDiffSTE", checkpoint="tiny.ckpt", dtype=dtype)[0]
        result = comfy.node(EDIT, diffste=narrow, image=image, mask=mask, **QUICK)[0]
        assert (result - wanted).abs().max() <= 0.15 and changed(image, result).any()


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("missing", "unet.*conv_out.bias is missing"),
        ("more", "unet.*mid_block.extra.weight is not known"),
        ("shape", r"unet.*time_embedding.linear_1.weight is \[128, 16\], expected \[128, 32\]"),
        ("vae", "vae.*is missing"),
        ("text", "text_encoder.*is missing"),
    ],
)
def test_an_incomplete_file_is_refused(comfy, folder, tensors, change, part):
    broken = {name: tensor for name, tensor in tensors.items() if not name.endswith("position_ids")}
    if change == "missing":
        del broken["unet.conv_out.bias"]
    elif change == "more":
        broken["unet.mid_block.extra.weight"] = torch.zeros(1)
    elif change == "shape":
        broken["unet.time_embedding.linear_1.weight"] = torch.zeros(128, 16)
    elif change == "vae":
        del broken["vae.decoder.mid_block.attentions.0.query.weight"]
    else:
        del broken["text_encoder.text_model.encoder.layers.3.mlp.fc1.bias"]
    save_file(broken, folder / "broken.safetensors")
    outcome = comfy.try_node("DancheongLoadDiffSTE", checkpoint="broken.safetensors")
    (folder / "broken.safetensors").unlink()
    import re

    assert re.search("broken.safetensors is no complete DiffSTE file; in its part " + part, outcome.error)


def test_a_file_that_is_not_there_is_named_with_the_remedy(comfy):
    outcome = comfy.try_node("DancheongLoadDiffSTE", checkpoint="gone.ckpt")
    assert "dancheong models get diffste" in outcome.error and "gone.ckpt" in outcome.error


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_only_the_mask_changes(comfy, editor, channels):
    image = picture(90, 140, channels) * 3 - 1  # out of range: kept bit by bit
    mask = box(90, 140, (30, 20, 110, 52))
    result, candidates, report = comfy.node(EDIT, diffste=editor, image=image, mask=mask, feather=0, **QUICK)
    assert result.shape == image.shape and candidates.shape == (1, 256, 256, 3)
    touched = changed(image, result)
    assert not touched[mask == 0].any() and touched[mask > 0].float().mean() > 0.95
    if channels == 4:
        assert torch.equal(result[..., 3], image[..., 3])
    assert "'ARTI': area 80 x 32 px, square of 90 px" in report


def test_a_large_picture_is_edited_where_it_is_masked(comfy, editor):
    """24 megapixels with alpha, words at its borders: nothing passes through the VAE but the squares."""
    image = picture(6000, 4000, 4)
    boxes = ((0, 0, 900, 200), (3100, 5800, 4000, 6000), (1500, 3000, 1800, 3080))
    mask = box(6000, 4000, *boxes)
    text = "COVER\nARTI\nNEW"
    result, candidates, report = comfy.node(EDIT, diffste=editor, image=image, mask=mask, text=text, steps=1)
    assert len(candidates) == 3
    touched = changed(image, result)[0]
    for left, top, right, bottom in boxes:
        assert touched[top:bottom, left:right].float().mean() > 0.95
        touched[top:bottom, left:right] = False
    assert not touched.any() and torch.equal(result[..., 3], image[..., 3])
    # Read from the top: the word in the middle is the second.
    assert [line.split("'")[1] for line in report.splitlines()] == ["COVER", "ARTI", "NEW"]
    assert "'ARTI': area 300 x 80 px" in report


def test_every_picture_of_a_batch_gets_its_own_seed(comfy, editor):
    image = picture(64, 96).expand(3, -1, -1, -1).contiguous()
    mask = box(64, 96, (10, 16, 80, 44))
    result, _, report = comfy.node(EDIT, diffste=editor, image=image, mask=mask, seed=5, **QUICK)
    assert [f"seed {seed}." in line for seed, line in zip((5, 6, 7), report.splitlines(), strict=True)] == [True] * 3
    assert not torch.equal(result[0], result[1]) and not torch.equal(result[1], result[2])
    again = comfy.node(EDIT, diffste=editor, image=image[:1], mask=mask, seed=6, **QUICK)[0]
    assert torch.equal(again[0], result[1])
    last = comfy.node(EDIT, diffste=editor, image=image[:2], mask=mask, seed=2**64 - 1, **QUICK)[2]
    assert "seed 18446744073709551615." in last and "seed 0." in last


def test_each_word_can_have_a_mask(comfy, editor):
    image = picture(80, 120)
    masks = torch.cat([box(80, 120, (60, 10, 110, 30)), box(80, 120, (10, 20, 70, 60))])  # they may overlap
    result, _, report = comfy.node(EDIT, diffste=editor, image=image, mask=masks, steps=1, text="ONE\nTWO")
    assert "'ONE': area 50 x 20 px" in report and "'TWO': area 60 x 40 px" in report
    assert not changed(image, result)[0][(masks.sum(0)) == 0].any()


def regions(width, height, *quads, masked=None):
    entries = [
        {"polygon": quad, "height": 20, "score": 0.9, "text": None, "masked": masked is None or masked[number]}
        for number, quad in enumerate(quads)
    ]
    return json.dumps([{"engine": "rapidocr", "width": width, "height": height, "regions": entries}])


def test_words_go_into_the_regions_that_were_found(comfy, editor):
    image = picture(120, 160)
    quads = [[[20, 10], [100, 10], [100, 30], [20, 30]], [[30, 50], [90, 60], [88, 80], [28, 70]],
             [[20, 90], [100, 90], [100, 110], [20, 110]]]  # fmt: skip
    report = regions(160, 120, *quads, masked=[True, False, True])
    result, _, told = comfy.node(
        EDIT, diffste=editor, image=image, regions=report, text="2: TWO\n1: ONE", steps=1, feather=0
    )
    assert told.index("'TWO'") < told.index("'ONE'")
    touched = changed(image, result)[0]
    assert touched[12:28, 22:98].all() and touched[62:68, 40:80].all()
    assert not touched[88:].any() and not touched[:, 110:].any()
    both = comfy.node(EDIT, diffste=editor, image=image, regions=report, text="A\nB", steps=1)[2]
    assert both.index("'A'") < both.index("'B'")
    assert "(0, 0)" in both.splitlines()[0] and "(32, 0)" not in both


@pytest.mark.parametrize(
    ("inputs", "part"),
    [
        ({"text": "\ud55c\uad6d"}, "Typeset Title"),
        ({"text": " "}, "no word"),
        ({"text": "ABCDEFGHIJKLMNOPQRSTU"}, "20 at most"),
        ({"mask": torch.zeros(1, 40, 60)}, "Nothing is masked"),
        ({"mask": None}, "Expected a mask, or the regions"),
        ({"text": "A\nB", "mask": torch.ones(1, 40, 60)}, "2 separate pieces"),
        ({"mask": torch.ones(3, 40, 60)}, "Expected one mask"),
        ({"mask": None, "regions": "[]"}, "Expected the regions of 1 pictures, got those of 0"),
        ({"mask": None, "regions": "not json"}, "Expected the regions output"),
        ({"mask": None, "regions": regions(61, 40, [[1, 1], [9, 1], [9, 9], [1, 9]])}, "61 x 40 px, but this one"),
        ({"mask": None, "regions": regions(60, 40, [[1, 1], [9, 1], [9, 9], [1, 9]]), "text": "2: A"}, "1 to 1"),
        ({"image": torch.zeros(1, 0, 4, 3)}, "at least 1 x 1 px"),
    ],
)
def test_bad_input_gets_one_sentence(comfy, editor, inputs, part):
    given = {"image": picture(40, 60), "mask": torch.ones(1, 40, 60), **QUICK, **inputs}
    given = {name: value for name, value in given.items() if value is not None}
    outcome = comfy.try_node(EDIT, diffste=editor, **given)
    assert part in outcome.error and outcome.error.count("\n") == 0


def test_warnings_are_reported(comfy, editor):
    image, mask = picture(64, 64), torch.ones(1, 64, 64)
    report = comfy.node(EDIT, diffste=editor, image=image, mask=mask, steps=1, text="ABCDEFGHIJKLMNOPQ",
                        font="NovaMono-BoldItalic", color="red")[2]  # fmt: skip
    assert "17 characters" in report and "longer than 18 tokens; cut off: " in report and "of the square" in report
    thin = comfy.node(EDIT, diffste=editor, image=picture(40, 400), mask=box(40, 400, (5, 14, 390, 24)), steps=1)[2]
    assert "lower than 20 px" in thin


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (17, 33)])
def test_small_pictures(comfy, editor, size):
    image = picture(*size)
    result = comfy.node(EDIT, diffste=editor, image=image, mask=torch.ones(1, *size), feather=0, **QUICK)[0]
    assert result.shape == image.shape and torch.isfinite(result).all() and changed(image, result).all()


def test_the_candidate_that_reads_best_is_taken(comfy, editor, monkeypatch):
    image, mask = picture(64, 96), box(64, 96, (10, 16, 80, 44))
    inputs = {"diffste": editor, "image": image, "mask": mask, "samples": 3, "feather": 0, **QUICK}
    first, candidates, _ = comfy.node(EDIT, **inputs, reader="none")
    assert len(candidates) == 3
    answers = iter(["A", "arti", "ARTI"])
    monkeypatch.setattr(comfy.module("nodes.text_edit.nodes"), "line_reader", lambda: lambda pixels, box: next(answers))
    best, same, report = comfy.node(EDIT, **inputs, reader="auto")
    assert torch.equal(same, candidates)
    assert "Candidate 2 of 3 taken; they read 1. 'A' (3 off), 2. 'arti' (0 off), 3. 'ARTI' (0 off)." in report
    assert not torch.equal(best, first)


def test_the_real_recogniser_reads_candidates(comfy, editor):
    """What it reads is not judged: the weights are random. A word that stands there is read in the next test."""
    report = comfy.node(
        EDIT, diffste=editor, image=picture(64, 96), mask=box(64, 96, (10, 16, 80, 44)), samples=2, **QUICK
    )[2]
    assert "of 2 taken; they read 1. " in report


def test_the_recogniser_reads_a_word_in_a_box(comfy, korean_font):
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("RGB", (256, 256), "white")
    ImageDraw.Draw(page).text((40, 100), "COVER", "black", ImageFont.truetype(str(korean_font), 44))
    read = comfy.module("nodes.text_mask").line_reader()
    assert read(np.asarray(page), (30, 96, 220, 156)) == "COVER"


def test_the_bar_moves_and_shows_and_an_interrupt_ends_it(comfy, editor):
    image, mask = picture(64, 96), box(64, 96, (10, 16, 80, 44))
    outcome = comfy.try_node(EDIT, diffste=editor, image=image, mask=mask, text="ARTI", steps=6)
    assert outcome.progress[-1] == (6, 6) and [value for value, _ in outcome.progress] == sorted(
        value for value, _ in outcome.progress
    )

    def stop(value, total):
        if value >= 2:
            comfy.model_management.interrupt_current_processing()

    stopped = comfy.try_node(EDIT, hook=stop, diffste=editor, image=image, mask=mask, text="ARTI", steps=60)
    assert stopped.interrupted and stopped.progress[-1][0] < 10
    # Nothing of it is left behind: the next run is as before.
    assert not comfy.try_node(EDIT, diffste=editor, image=image, mask=mask, **QUICK).error


def test_a_result_that_is_not_a_number_is_refused(comfy, folder, tensors):
    broken = {name: tensor for name, tensor in tensors.items() if not name.endswith("position_ids")}
    broken["unet.conv_out.bias"] = torch.full((4,), float("nan"))
    save_file(broken, folder / "nan.safetensors")
    editor = comfy.node("DancheongLoadDiffSTE", checkpoint="nan.safetensors")[0]
    (folder / "nan.safetensors").unlink()
    outcome = comfy.try_node(EDIT, diffste=editor, image=picture(64, 64), mask=torch.ones(1, 64, 64), **QUICK)
    assert "dtype float32" in outcome.error


def test_weights_that_stay_offloaded_give_the_same(comfy, editor):
    """ComfyUI's low-memory mode: most layers lie elsewhere and are brought in one by one."""
    image, mask = picture(64, 96), box(64, 96, (10, 16, 80, 44))
    wanted = comfy.node(EDIT, diffste=editor, image=image, mask=mask, **QUICK)[0]
    patcher = editor.model
    comfy.model_management.unload_all_models()
    patcher.patch_model(device_to=patcher.load_device, lowvram_model_memory=1 << 20)
    try:
        network = patcher.model.diffusion_model
        lowered = [module for module in network.modules() if getattr(module, "comfy_cast_weights", False)]
        assert len(lowered) > 100
        # The char branch is counted and moved like every other part.
        assert any(".char." in name for name, module in network.named_modules() if module in lowered)
        assert patcher.model_size() >= sum(p.numel() * 4 for p in network.parameters())
        result = comfy.node(EDIT, diffste=editor, image=image, mask=mask, **QUICK)[0]
    finally:
        patcher.detach()
    assert (result - wanted).abs().max() <= 1e-5


def test_a_conditioning_without_characters_is_refused(comfy, editor):
    with pytest.raises(ValueError, match="not from CLIP Text Encode"):
        editor.model.model.extra_conds(cross_attn=torch.zeros(1, 77, 64))


def test_patches_of_other_packs_reach_the_text_branch_alone(comfy, editor):
    """A patch on cross-attention expects contexts of the text's width."""
    seen = []

    def patch(n, context, value, options):
        seen.append(context.shape[-1])
        return n, context, value

    patched = editor.model.clone()
    patched.set_model_attn2_patch(patch)
    from dataclasses import replace

    comfy.node(EDIT, diffste=replace(editor, model=patched), image=picture(64, 64), mask=box(64, 64, (8, 20, 56, 40)),
               steps=1, text="ARTI")  # fmt: skip
    assert len(seen) == 16 and set(seen) == {64}


def test_converted_files_say_what_shapes_do_not(folder, editor):
    from safetensors import safe_open

    with safe_open(folder / "exact.safetensors", framework="pt") as file:
        assert file.metadata() == {"format": "pt", "max_length": "20", "text_heads": "8", "char_heads": "2",
                                   "latent_scale": "0.18215"}  # fmt: skip
    assert len(load_file(folder / "exact.safetensors")) == 1102 + 248 + 196 + 2

"""Edit Text in Image, as ComfyUI runs it."""

import json

import numpy as np
import pytest
import torch

EDIT = "DancheongEditText"
QUICK = {"steps": 2, "text": "ARTI"}


@pytest.fixture(scope="module")
def editor(comfy, base):
    return comfy.node("DancheongLoadDiffSTE", checkpoint="diffste.ckpt", dtype="default")[0]


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
    in_turn = comfy.node(EDIT, diffste=editor, image=image, regions=report, text="A\nB", steps=1, feather=0)[0]
    touched = changed(image, in_turn)[0]
    assert touched[12:28, 22:98].all() and touched[92:108, 22:98].all() and not touched[40:85].any()


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
        (
            {"text": "A\nB", "mask": box(40, 60, (1, 1, 50, 20), (1, 31, 59, 32)), "steps": 9},
            "too small for DiffSTE",
        ),
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
    inputs = {"diffste": editor, "image": image, "mask": mask, "feather": 0, **QUICK}
    first, candidate, _ = comfy.node(EDIT, **inputs, samples=1, reader="none")
    answers = iter(["A", "arti", "ARTI"])
    monkeypatch.setattr(comfy.module("nodes.text_edit.nodes"), "line_reader", lambda: lambda pixels, box: next(answers))
    best, candidates, report = comfy.node(EDIT, **inputs, samples=3, reader="auto")
    assert len(candidates) == 3 and torch.allclose(candidates[:1], candidate, atol=1e-3)
    assert "Candidate 2 of 3 taken; they read 1. 'A' (3 off), 2. 'arti' (0 off), 3. 'ARTI' (0 off)." in report
    assert (best - first).abs().max() > 0.1


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
    read = comfy.module("nodes.text_mask.comfy").line_reader()
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

"""Recall of styles is what plain NumPy finds in transformers' vectors; a killed run goes on to the same file."""

import json

import numpy as np
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.retrieval.judging import Judging
from dancheong.testing.models import clip_pair
from dancheong.testing.scenes import journey
from PIL import Image

STYLES = [f"{kind}\t{style}" for kind, style in zip("abab", journey.STYLES, strict=True)]


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    folder = tmp_path_factory.mktemp("judge")
    model = clip_pair.write(folder / "clip")
    bank = folder / "styles.txt"
    bank.write_text("\n".join([*STYLES, "a\tcat", "b\tthe best photo"]))
    return model, journey.write(folder / "valid", 24), folder / "clip", bank


def plain(given):
    """(overall, per category) ranks of every picture's style."""
    import io

    import torch
    from transformers import AutoTokenizer, CLIPImageProcessor

    model, _, clip, bank = given
    lines = [line.split("\t") for line in bank.read_text().splitlines()]
    words = AutoTokenizer.from_pretrained(clip)([style for _, style in lines], return_tensors="pt", padding=True)
    shown = [np.asarray(Image.open(io.BytesIO(journey.drawn(row)))) for row in journey.rows(24)]
    pixels = CLIPImageProcessor.from_pretrained(clip)(shown, return_tensors="pt")["pixel_values"]
    with torch.no_grad():
        out = model(**words, pixel_values=pixels)
    scores = np.round((out.image_embeds @ out.text_embeds.T).numpy(), 6)
    names = [style for _, style in lines]
    found = []
    for row, record in zip(scores, journey.rows(24), strict=True):
        place = names.index(record["Task1"]["Style"][0])
        order = np.argsort(-row, kind="stable").tolist()
        inside = [each for each in order if lines[each][0] == lines[place][0]]
        found.append((1 + order.index(place), 1 + inside.index(place)))
    return np.array(found)


def test_recall_is_numpys_and_a_killed_run_ends_the_same(given, tmp_path):
    _, split, clip, bank = given
    result = Judging("style", split, tmp_path / "whole", clip=clip, styles=bank).finish()
    overall, inside = plain(given).T
    for name, ranks in {"overall": overall, "per category": inside}.items():
        expected = {f"recall@{at}": pytest.approx((ranks <= at).mean()) for at in (1, 5, 10)}
        assert result["measures"][name] == expected | {"median rank": np.median(ranks)}
    assert (inside <= overall).all() and result["counts"]["styles"] == 24

    class Killed(Exception):
        pass

    def kill(done):
        if done == 7:
            raise Killed

    with pytest.raises(Killed):
        Judging("style", split, tmp_path / "killed", clip=clip, styles=bank).finish(kill)
    seen = []
    assert Judging("style", split, tmp_path / "killed", clip=clip, styles=bank).finish(seen.append) == result
    assert seen == list(range(8, 25))
    first, second = ((tmp_path / name / "result.json").read_bytes() for name in ("whole", "killed"))
    assert first == second


def test_a_missing_shard_and_a_style_that_no_bank_has_are_counted(given, tmp_path):
    import shutil

    _, split, clip, bank = given
    shutil.copytree(split, tmp_path / "valid")
    (tmp_path / "valid" / "imgs" / "001.tgz").unlink()
    bank = tmp_path / "few.txt"
    bank.write_text("pixel art\ncat")
    result = Judging("style", tmp_path / "valid", tmp_path / "out", clip=clip, styles=bank).finish()
    assert result["counts"] == {
        "pictures": 12, "styles": sum(row["Task1"]["Style"] == ["pixel art"] for row in journey.rows(24)[::2]),
        "its shard is missing": 12, "styles of the bank": 2, "styles that the bank lacks": 18,
    }  # fmt: skip
    whole = Judging("style", tmp_path / "valid", tmp_path / "all", clip=clip).finish()
    assert whole["counts"]["styles of the bank"] == 4
    assert json.loads((tmp_path / "all" / "settings.json").read_text(encoding="utf-8"))["clip"].endswith("clip")


def test_a_wrong_clip_begins_no_folder(given, tmp_path):
    """The same command with the right one goes on from there, and is not told that another job began."""
    with pytest.raises(UserError, match="holds no CLIP"):
        Judging("style", given[1], tmp_path / "out", clip=tmp_path / "nowhere").finish()
    assert not (tmp_path / "out").exists()

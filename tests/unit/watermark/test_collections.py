"""What a collection shares is told from what it shows, and parted where it is two things; marks of one file stay."""

import dataclasses
import json

import numpy as np
import pytest
from dancheong.nodes.curation import Curation, Walk
from dancheong.nodes.curation.standards import Standards
from dancheong.nodes.ground import UserError
from dancheong.nodes.watermark import Unmark, mark_file
from dancheong.nodes.watermark.learning.estimate import estimate
from dancheong.nodes.watermark.learning.pairs import groups
from dancheong.nodes.watermark.learning.persistence import GAUSSIAN_MEDIAN, PRIOR, ROUNDING, persistent, region_of
from dancheong.nodes.watermark.learning.trace import trace_of
from dancheong.nodes.watermark.learning.variety import scenes as count_scenes
from dancheong.nodes.watermark.learning.windows import Window
from dancheong.testing.scenes import agencies
from dancheong.testing.scenes import watermark as scenes
from PIL import Image

CORNER = np.s_[388:, 410:]
NOTHING = np.zeros(4, int)


def corners(*sets):
    return np.stack([truth.picture[CORNER] for truths in sets for truth in truths])


def marked(number, count, seed, opacity=0.5, colour=scenes.WHITE):
    mark = None if number is None else agencies.agency(number, colour)
    return scenes.marked(count, seed, mark, opacity)


def parted(windows, colour=scenes.WHITE):
    found = groups(windows, np.broadcast_to(np.float32(colour), windows.shape[1:]))
    return found and sorted(group.tolist() for group in found)


@pytest.mark.parametrize(("first", "second", "opacity"), [(0, 1, 0.3), (0, 4, 0.7), (2, 3, 0.3)])
def test_pictures_of_two_agencies_are_parted(first, second, opacity):
    windows = corners(marked(first, 10, 60, opacity), marked(second, 8, 70, opacity))
    assert parted(windows) == [list(range(10)), list(range(10, 18))]


@pytest.mark.parametrize(("several", "opacity"), [((0, 4, 5), 0.5), ((1, 2, 3), 0.3)])
def test_pictures_of_three_agencies_are_parted_in_three(several, opacity):
    """In two, one part holds what two agencies share, which is no mark of either."""
    windows = corners(*(marked(number, 8, 60 + number, opacity) for number in several))
    assert parted(windows) == [list(range(start, start + 8)) for start in (0, 8, 16)]


@pytest.mark.parametrize(("seed", "count"), [(0, 7), (1, 7), (2, 12), (3, 20)])
def test_pictures_of_one_agency_are_not_parted(seed, count):
    assert parted(corners(marked(seed, count, 80 + seed))) is None


@pytest.mark.parametrize(("number", "seed"), [(0, 7), (2, 14)])
def test_a_coloured_mark_is_one_although_some_grounds_are_brighter_than_it(number, seed):
    assert parted(corners(marked(number, 20, seed, 0.7, scenes.RED)), scenes.RED) is None


def test_coloured_marks_of_two_agencies_are_parted_by_their_colour():
    windows = corners(*(marked(number, 9, 60 + number, 0.3, scenes.RED) for number in (0, 1)))
    assert parted(windows, scenes.RED) == [list(range(9)), list(range(9, 18))]


def estimated(pictures):
    window = Window("bottom right", (-230, -92), (230, 92))
    trace = trace_of(pictures, window, np.zeros((len(pictures), 2)))
    return estimate(window.cut(pictures, trace.shifts), trace.median, trace.region)


@pytest.mark.parametrize("colour", [scenes.WHITE, scenes.RED])
def test_a_mark_that_is_laid_over_lets_every_colour_through_alike(colour):
    assert not estimated([truth.picture for truth in marked(1, 8, 11, 0.4, colour)]).is_multiplied


@pytest.mark.parametrize("tint", [(0.2, 0.5, 0.95), (0.9, 0.6, 0.6)])
def test_a_mark_that_is_multiplied_in_colour_is_known(tint):
    pictures = [truth.clean.astype(float) for truth in marked(None, 12, 5)]
    for picture in pictures:
        picture[412:464, 434:624] *= 1 - 0.8 * agencies.agency(0).coverage[..., None] * (1 - np.array(tint))
    assert estimated([scenes.jpeg(picture.round().astype(np.uint8), 85) for picture in pictures]).is_multiplied


def test_the_median_over_few_pictures_is_that_of_sorting():
    rng = np.random.default_rng(0)
    for count in (3, 4, 7, 20, 40):
        slopes = rng.integers(-255, 256, (2, count, 9, 8, 3)).astype(np.float32)
        median, certainty = persistent(slopes)
        assert np.array_equal(median, np.median(slopes, axis=1))
        spread = np.median(np.abs(slopes - median[:, None]), axis=1)
        spread = (count * spread + PRIOR * np.median(spread)) / (count + PRIOR)
        wanted = np.abs(median) / (GAUSSIAN_MEDIAN * spread / np.sqrt(count) + ROUNDING)
        assert np.allclose(certainty, wanted.max(axis=(0, -1)), rtol=1e-5)


@pytest.mark.parametrize("panned", [0, 3, 12])
def test_a_burst_is_one_scene_whatever_its_exposure(panned):
    for seed in range(2):
        shots = agencies.burst(6, seed, panned)
        assert count_scenes(shots, [NOTHING] * 6) == 1


def test_photographs_are_scenes_of_their_own_although_they_carry_one_mark():
    truths = marked(0, 12, 90)
    mark = np.array([426, 404, 632, 472])
    assert count_scenes([truth.picture for truth in truths], [mark] * 12) >= 9
    plain = [np.full((480, 640, 3), level, np.uint8) for level in range(20, 200, 20)]
    assert count_scenes(plain, [NOTHING] * 9) == 0


def test_an_edge_across_the_window_is_a_bar_and_no_mark():
    certainty = np.zeros((80, 200))
    certainty[50:52] = 30
    assert not region_of(certainty).any()
    certainty[10:22, 20:60] = 30
    region = region_of(certainty)
    assert region[10:22, 20:60].all() and not region[45:].any()


def test_marks_of_one_collection_are_kept_in_one_file(tmp_path):
    first, second = (scenes.exact(agencies.agency(number), 0.5, f"agency {number}") for number in (0, 3))
    several = dataclasses.replace(first, others=(second,))
    path = tmp_path / "marks.safetensors"
    mark_file.write(path, several)
    mark_file.write(path, several)  # the same again
    known = mark_file.read(path)
    assert [mark.agency for mark in known.every] == ["agency 0", "agency 3"]
    for mark, wanted in zip(known.every, several.every, strict=True):
        assert np.array_equal(mark.alpha, wanted.alpha) and np.array_equal(mark.colour, wanted.colour)
        assert mark.offset == wanted.offset and mark.reference == wanted.reference
    with pytest.raises(UserError, match="is there already and holds another mark"):
        mark_file.write(path, first)


def test_a_dataset_takes_off_the_mark_that_explains_most_and_tells_what_it_left(tmp_path):
    paths = []
    for number in (0, 3):
        paths.append(tmp_path / f"{number}.safetensors")
        mark_file.write(paths[-1], scenes.exact(agencies.agency(number), 0.5, f"agency {number}"))
    for order in (paths, paths[::-1]):
        unmark = Unmark(tuple(order))
        for number in (0, 3):
            said, data = unmark(marked(number, 1, 95)[0].picture)
            assert data is not None and said.startswith(f"agency {number} (un-blended")
    said, data = Unmark((paths[0],))(marked(1, 1, 96)[0].picture)
    assert data is None and "something like the mark of agency 0" in said and "was left" in said
    assert Unmark(tuple(paths))(scenes.marked(1, 97, None)[0].picture) == ("", None)


def test_a_curated_dataset_tells_what_was_left(tmp_path):
    file = tmp_path / "mark.safetensors"
    mark_file.write(file, scenes.exact(agencies.agency(0), 0.5, "agency 0"))
    folder = tmp_path / "set"
    folder.mkdir()
    picture = marked(1, 1, 96)[0].picture
    Image.fromarray(picture).save(folder / "like it.png")
    (folder / "like it.txt").write_text("서울의 아침", encoding="utf-8")
    out = tmp_path / "out"
    assert Walk(Curation(folder, out, Standards(), (file,))).finish(lambda done: None)["kept"] == 1
    (row,) = (json.loads(line) for line in (out / "metadata.jsonl").read_text(encoding="utf-8").splitlines())
    assert row["mark_removed"] == "" and "something like the mark of agency 0" in row["mark_left"]
    assert np.array_equal(np.asarray(Image.open(out / row["file_name"])), picture)

"""What a collection shares is told from what it shows, and parted where it is two things; marks of one file stay."""

import dataclasses
import json

import numpy as np
import pytest
from dancheong.nodes.curation import Curation, Walk
from dancheong.nodes.curation.standards import Standards
from dancheong.nodes.ground import UserError
from dancheong.nodes.watermark import Unmark, mark_file
from dancheong.nodes.watermark.learning.pairs import groups
from dancheong.nodes.watermark.learning.persistence import region_of
from dancheong.nodes.watermark.learning.variety import scenes as count_scenes
from dancheong.testing.scenes import agencies
from dancheong.testing.scenes import watermark as scenes
from PIL import Image

CORNER = np.s_[388:, 410:]
NOTHING = np.zeros(4, int)


def corners(*sets):
    return np.stack([truth.picture[CORNER] for truths in sets for truth in truths])


def marked(number, count, seed, opacity=0.5):
    return scenes.marked(count, seed, agencies.agency(number), opacity)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (0, 4), (2, 3)])
@pytest.mark.parametrize("opacity", [0.3, 0.7])
def test_pictures_of_two_agencies_are_parted(first, second, opacity):
    one, other = groups(corners(marked(first, 10, 60, opacity), marked(second, 8, 70, opacity)))
    assert sorted([one.tolist(), other.tolist()]) == [list(range(10)), list(range(10, 18))]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count", [7, 12, 20])
def test_pictures_of_one_agency_are_not_parted(seed, count):
    assert groups(corners(marked(seed, count, 80 + seed))) is None


@pytest.mark.parametrize("panned", [0, 3, 12])
def test_a_burst_is_one_scene_whatever_its_exposure(panned):
    for seed in range(4):
        shots = agencies.burst(8, seed, panned)
        assert count_scenes(shots, [NOTHING] * 8) == 1


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

"""Stories on disk: pictures and captions come together in order, from a user's folder and from the two datasets."""

import json
import pickle

import numpy as np
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.news import RefusedRow
from dancheong.nodes.story import stories
from PIL import Image

NAMES = ("a", "b", "c", "d", "e")


def picture(path, tone, height=8):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, height), (tone, 0, 0)).save(path)


def told(path):
    return [
        (story.name, [(frame.caption, frame.pixels()[0, 0, 0]) for frame in story.frames]) for story in stories(path)
    ]


def pororo(root):
    """Two stories, of which the second is for training; clips of three squares each."""
    for number, name in enumerate(NAMES * 2):
        tall = np.repeat(np.arange(3, dtype=np.uint8), 8)[:, None, None] * np.ones((1, 8, 3), np.uint8) + 10 * number
        path = root / f"ep{number // 5}" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(tall.astype(np.uint8)).save(path)
    clips = [[f"ep{story}/{name}.png" for name in NAMES] for story in (0, 1)]
    np.save(root / "img_cache4.npy", np.array([clip[0].encode() for clip in clips]))
    np.save(root / "following_cache4.npy", np.array([[str(name.encode()) for name in clip[1:]] for clip in clips]))
    texts = {clip.removesuffix(".png"): [f"It is  {clip}\n"] for story in clips for clip in story}
    np.save(root / "descriptions.npy", np.array(texts, dtype=object), allow_pickle=True)
    split = np.empty(3, object)
    split[:] = [np.array([1]), np.array([0]), np.array([], int)]
    np.save(root / "train_seen_unseen_ids.npy", split, allow_pickle=True)


def flintstones(root):
    (root / "video_frames_sampled").mkdir(parents=True)
    for number, name in enumerate(NAMES):
        film = np.full((5, 8, 8, 3), 10 * number, np.uint8) + np.arange(5, dtype=np.uint8)[:, None, None, None]
        np.save(root / "video_frames_sampled" / f"{name}.npy", film)
    entries = [{"globalID": name, "description": f"It is {name}"} for name in NAMES]
    (root / "flintstones_annotations_v1-0.json").write_text(json.dumps(entries))
    (root / "train-val-test_split.json").write_text(json.dumps({"train": ["a", "d"], "val": ["b"], "test": []}))
    (root / "following_cache4.pkl").write_bytes(pickle.dumps({"a": ["b", "c", "d", "e"], "d": ["e"]}))


def test_a_users_stories_come_in_the_order_of_their_numbers(tmp_path):
    for tone, number in enumerate((1, 2, 10)):
        picture(tmp_path / "story 10" / f"{number}.png", tone)
    (tmp_path / "story 10" / "captions.txt").write_bytes("하나\n\n둘\n열\n".encode("cp949"))
    for name in "xy":
        picture(tmp_path / "story 9" / f"{name}.JPG", 0)
        (tmp_path / "story 9" / f"{name}.txt").write_text(f"This is\n{name}.")
    assert told(tmp_path) == [
        ("story 9", [("This is x.", 0), ("This is y.", 0)]),
        ("story 10", [("하나", 0), ("둘", 1), ("열", 2)]),
    ]


def test_pororo_is_read_as_it_is_passed_on(tmp_path):
    pororo(tmp_path)
    expected = [(f"It is ep1/{name}.png", 10 * number + 51) for number, name in enumerate(NAMES)]
    assert told(tmp_path) == [("ep1/a.png", expected)]


def test_flintstones_is_read_as_it_is_passed_on(tmp_path):
    flintstones(tmp_path)
    assert told(tmp_path) == [("a", [(f"It is {name}", 10 * number + 2) for number, name in enumerate(NAMES)])]


def test_a_story_without_its_captions_costs_itself(tmp_path):
    for story in "ab":
        for number in (1, 2):
            picture(tmp_path / story / f"{number}.png", 0)
    (tmp_path / "a" / "captions.txt").write_text("one\ntwo")
    (tmp_path / "b" / "1.txt").write_text("one")
    good, bad = stories(tmp_path)
    assert good.name == "a"
    assert isinstance(bad, RefusedRow)
    assert "2.png" in bad.reason


def test_what_macos_leaves_beside_a_picture_is_none(tmp_path):
    for number in (1, 2):
        picture(tmp_path / "a" / f"{number}.png", number)
        (tmp_path / "a" / f"._{number}.png").write_bytes(b"Mac OS X")
    (tmp_path / "a" / "captions.txt").write_text("one\ntwo")
    assert told(tmp_path) == [("a", [("one", 1), ("two", 2)])]


class Hostile:
    """Leaves a trace where its pickle is executed."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return (open, (str(self.trace), "w"))


@pytest.mark.parametrize("layout", ["pororo", "flintstones"])
def test_no_pickle_of_a_dataset_is_executed(tmp_path, layout):
    trace, root = tmp_path / "trace", tmp_path / layout
    if layout == "pororo":
        pororo(root)
        np.save(root / "descriptions.npy", np.array({"a": Hostile(trace)}, dtype=object), allow_pickle=True)
    else:
        flintstones(root)
        (root / "following_cache4.pkl").write_bytes(pickle.dumps(Hostile(trace)))
    with pytest.raises(UserError, match="could not be read"):
        list(stories(root))
    assert not trace.exists()


def test_parts_of_pororo_that_do_not_belong_together_are_said(tmp_path):
    pororo(tmp_path)
    np.save(tmp_path / "img_cache4.npy", np.array([b"ep0/a.png"]))
    with pytest.raises(UserError, match="do not belong together"):
        list(stories(tmp_path))


@pytest.mark.parametrize("lacking", ["following_cache4.npy", "descriptions.npy", "train_seen_unseen_ids.npy"])
def test_a_part_of_pororo_that_is_missing_is_named(tmp_path, lacking):
    pororo(tmp_path)
    (tmp_path / lacking).unlink()
    with pytest.raises(UserError, match=lacking):
        list(stories(tmp_path))

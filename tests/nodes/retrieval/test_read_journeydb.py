"""Read JourneyDB gives rows in their order, and says which it could not."""

import json

import numpy as np
import pytest
from dancheong.testing.scenes import journey


@pytest.fixture(scope="module")
def split(comfy, base):
    return journey.write(base / "input" / "journey" / "valid")


def read(comfy, source, **inputs):
    return comfy.lists("DancheongReadJourneyDB", source=source, **{"start": 0, "count": 20, **inputs})


def test_rows_come_with_their_own_pictures(comfy, split):
    images, prompts, captions, styles, questions, (report,) = read(comfy, "journey/valid")
    records = journey.rows(8)
    assert report == "8 of 8 lines read."
    assert prompts == [each["prompt"] for each in records] and captions[0] == "A red circle on a plain ground."
    assert styles == [each["Task1"]["Style"][0] for each in records]
    assert json.loads(questions[3])[1]["Answer"] == records[3]["Task3"]["Style-QA"][0]["Answer"]
    reds = [np.asarray(image[0, 32, 32] * 255).round() for image in images]
    inks = [journey.INKS[each["Task1"]["Content"][0].split()[0]] for each in records]
    assert all(np.abs(red - ink).max() < 25 for red, ink in zip(reds, inks, strict=True))
    assert read(comfy, "journey/valid/valid_anno_repath.jsonl.tgz", start=6, count=9)[1] == prompts[6:]


def test_what_is_missing_costs_its_rows_and_is_counted(comfy, base, split):
    (split.parent / "gap").mkdir()
    lines = [json.dumps(each) for each in journey.rows(8)]
    lines[4] = lines[4][:40]
    (split.parent / "gap" / "a.jsonl").write_text("\n".join(lines))
    journey.tgz(split.parent / "gap" / "imgs" / "000.tgz", {
        each["img_path"][2:]: journey.drawn(each) if number else b"no picture"
        for number, each in enumerate(journey.rows(8)[::2])
    })  # fmt: skip
    _, prompts, *_, (report,) = read(comfy, "journey/gap")
    assert prompts == [journey.rows(8)[number]["prompt"] for number in (2, 6)]
    assert report.startswith("2 of 8 lines read.\n6 refused: 4 x its shard is missing; ")
    assert "- line 5: the line is no JSON: it breaks off, or was cut" in report and "- line 1: " in report
    outcome = comfy.try_node("DancheongReadJourneyDB", source="journey/gap", start=7, count=1)
    assert "Nothing is left to go on with" in outcome.error


@pytest.mark.parametrize(
    ("source", "said"), [("nowhere", "There is no dataset"), ("journey", "3 files of annotations")]
)
def test_what_is_no_split_is_one_sentence(comfy, base, split, source, said):
    (base / "input" / "journey" / "train").mkdir(exist_ok=True)
    (base / "input" / "journey" / "train" / "b.jsonl").write_text("{}")
    (base / "input" / "journey" / "train2").mkdir(exist_ok=True)
    (base / "input" / "journey" / "train2" / "c.jsonl").write_text("{}")
    outcome = comfy.try_node("DancheongReadJourneyDB", source=source, start=0, count=1)
    assert "Traceback" not in outcome.error and (said in outcome.error or "files of annotations" in outcome.error)

"""New words in the old lettering, through ComfyUI's own executor."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from dancheong.testing import fonts
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 360, 160
LINES = (("MOON", 48, (40, 70), "#d02030", 3), ("SEA", 32, (200, 140), "#1030c0", 0))
NODE = "DancheongReletter"
FONT = "NanumGothicExtraBold.ttf"


def picture():
    """Two lines on a plain ground, red with a white outline and blue, and their regions."""
    sheet = Image.new("RGB", (WIDTH, HEIGHT), (60, 120, 90))
    pen = ImageDraw.Draw(sheet)
    regions = []
    for text, size, at, colour, outline in LINES:
        face = ImageFont.truetype(str(fonts.korean()), size)
        pen.text(at, text, colour, face, anchor="ls", stroke_width=outline, stroke_fill="#ffffff")
        left, top, right, bottom = face.getbbox(text, anchor="ls", stroke_width=outline)
        left, right, top, bottom = at[0] + left - 2, at[0] + right + 2, at[1] + top - 2, at[1] + bottom + 2
        polygon = [[left, top], [right, top], [right, bottom], [left, bottom]]
        regions.append({"polygon": polygon, "score": 0.9, "text": None, "masked": True})
    image = torch.from_numpy(np.asarray(sheet, np.float32) / 255)[None]
    return image, json.dumps([{"width": WIDTH, "height": HEIGHT, "regions": regions}])


def values(line):
    return dict(part.split("=") for part in line.partition(": ")[0].split()[1:])


@pytest.fixture(scope="module")
def done(comfy):
    image, regions = picture()
    result = comfy.node(NODE, image=image, text="1: 달빛", regions=regions, font=FONT, method="telea")
    return image, regions, *result


def test_what_was_measured_is_told_and_what_is_not_named_stays(done):
    image, _, result, layer, report, _ = done
    line = next(row for row in report.split("\n") if row.startswith("1 "))
    assert line.endswith(": 달빛") and "# Not named, and left as they are: 2." in report
    found = values(line)
    assert abs(float(found["size"]) - 0.73 * 48) < 2.5 and abs(float(found["angle"])) < 1
    assert abs(float(found["outline"]) - 3) < 1 and found["outline_colour"] == "#ffffff"
    red, green, blue = bytes.fromhex(found["colour"][1:])
    assert abs(red - 0xD0) < 12 and abs(green - 0x20) < 12 and abs(blue - 0x30) < 12
    assert torch.equal(result[:, 80:], image[:, 80:])
    assert layer.shape == (1, HEIGHT, WIDTH, 4) and (layer[0, 80:] == 0).all() and layer[..., 3].max() == 1


def test_a_line_tells_what_no_recogniser_reads(comfy, done, monkeypatch):
    image, regions, *_ = done
    room = "nodes.lettering.reletter"

    def reader():
        return lambda _, place: [place if place.text else replace(place, text="")]

    monkeypatch.setattr(comfy.module(f"{room}.comfy_pictures"), "region_readings", reader)
    monkeypatch.setattr(comfy.module(f"{room}.reading"), "spelled", lambda *_: None)
    asked = {"image": image, "regions": regions, "font": FONT, "method": "telea"}
    unread = comfy.node(NODE, text="1: 달빛", **asked)[2]
    assert 'a line may tell what its old letters say: 2 old="Moonlight": Sea' in unread and "it says" not in unread
    assert "its turn and height are those of its ink" in unread
    told = comfy.node(NODE, text="1 old=MOON: 달빛", **asked)[2]
    assert 'it says "MOON"' in told and "1 old=MOON size=" in told and "those of its ink" not in told
    wrong = comfy.node(NODE, text="1 old=HORSE: 달빛", **asked)[2]
    assert 'old="HORSE" is not used' in wrong and "a line may tell" not in wrong and "it says" not in wrong


def test_the_report_can_be_pasted_and_says_the_same_again(comfy, done):
    """Whatever the node's colour is, which then is not used and told."""
    image, regions, made, layer, report, _ = done
    again = comfy.node(NODE, image=image, text=report, regions=regions, method="telea", colour="#00ff00")
    assert again[2].split("\n")[1] in report and "not used" not in report
    assert "#00ff00 is not used: 'colour' is for 'place only'. A line may say colour=#00ff00." in again[2]
    assert torch.equal(again[0], made) and torch.equal(again[1], layer)


def test_outside_of_the_old_and_the_new_letters_no_bit_changes(comfy, done):
    image, regions, *_ = done
    asked = {"image": image, "regions": regions, "font": FONT, "background": "keep", "match": "place only"}
    kept, layer, report, _ = comfy.node(NODE, text="1: 달\n2: 빛", colour="#00ff00", **asked)
    assert "not used" not in report
    alpha = layer[..., 3]
    assert torch.equal(kept[alpha == 0], image[alpha == 0]) and not torch.equal(kept, image)
    line = "1 size=20 dx=30 dy=60 angle=0 colour=white outline=0 opacity=0: 달"
    moved = comfy.node(NODE, text=line, **asked)[1][0, ..., 3]
    rows = moved.nonzero()[:, 0]
    assert rows.min() > 80 and abs(rows.float().mean() - (53 + 60)) < 5 and abs(rows.max() - rows.min() - 19) < 4


def test_too_long_words_stay_inside_their_region_and_are_told(comfy, done):
    image, regions, *_ = done
    polygon = np.array(json.loads(regions)[0]["regions"][0]["polygon"])
    for fit, said in (("shrink", "set smaller"), ("condense", "condensed to"), ("wrap", "set smaller")):
        _, layer, report, _ = comfy.node(
            NODE, image=image, text="1: 달빛 아래서", regions=regions, font=FONT, fit=fit, background="keep",
            match="place only",
        )  # fmt: skip
        rows, columns = layer[0, ..., 3].nonzero().T
        assert said in report
        assert columns.min() >= polygon[0, 0] - 2 and columns.max() <= polygon[1, 0] + 2
        assert rows.min() >= polygon[0, 1] - 2 and rows.max() <= polygon[2, 1] + 2


def test_the_new_words_are_outlines_for_print_too(comfy, done):
    """Beside the erased picture, without the old words."""
    image, regions, made, layer, _, lettered = done
    assert lettered.shapes and torch.equal(lettered.layer, layer[0]) and not lettered.under.any()
    bare = layer[0, ..., 3] == 0
    assert torch.equal(lettered.ground[0][bare], made[0][bare])
    assert lettered.beneath("image", made) is lettered.ground
    both = json.dumps(json.loads(regions) * 2)
    *_, report, lettered = comfy.node(
        NODE,
        image=image.repeat(2, 1, 1, 1),
        text="1: 달",
        regions=both,
        font=FONT,
        match="place only",
        background="keep",
    )
    assert lettered is None and "The output 'type' is empty: it holds the words of one picture." in report


def test_a_mask_says_where_words_are_without_regions(comfy, done):
    image, *_ = done
    mask = torch.zeros(1, HEIGHT, WIDTH)
    mask[0, 30:76, 34:200] = 1
    report = comfy.node(NODE, image=image, text="달빛", mask=mask, font=FONT, method="telea", match="place only")[2]
    assert report.split("\n")[1].startswith("1 size=")


def test_a_region_without_letters_gets_its_place_alone_matched(comfy, done):
    image, regions, *_ = done
    plain = torch.full_like(image, 0.5)
    _, layer, report, _ = comfy.node(
        NODE, image=plain, text="1: 달", regions=regions, font=FONT, background="keep", colour="#ff0000"
    )
    assert "its place alone is matched" in report and "colour=#ff0000" in report and layer[..., 3].max() == 1


@pytest.mark.parametrize("corner", [[0, 0], [-900, -900], [float("nan"), 0]])
def test_a_region_without_room_is_refused(comfy, done, corner):
    image, regions, *_ = done
    reported = json.loads(regions)
    reported[0]["regions"][0]["polygon"] = [corner] * 4
    error = comfy.try_node(NODE, image=image, text="1: 달", regions=json.dumps(reported)).error
    assert "Region 1 has no room for letters in this picture" in error


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"text": ""}, "There are no words to set"),
        ({"text": "3: 달"}, "There is no region 3: expected 1 to 2"),
        ({"text": "1: 달\n1: 빛"}, "Region 1 stands in two lines"),
        ({"text": "달"}, "Expected words for each of the 2 regions, a line each, got 1"),
        ({"text": "1 height=3: 달"}, "got 'height' in"),
        ({"text": "1 size=big: 달"}, "Expected a number from 4 to 8192 for size, got 'big'"),
        ({"text": "1 size=nan: 달"}, "for size, got 'nan'"),
        ({"text": "1 shadow=3: 달"}, "Expected two numbers such as 3,3"),
        ({"text": "1 font=none.ttf: 달"}, "There is no font 'none.ttf'"),
        ({"text": "1 colour=reddish: 달"}, "Expected a colour such as #ffcc00 or white for 'colour', got 'reddish'"),
        ({"text": "1 size 84: 달"}, 'or "2 size=84 angle=3: words"'),
        ({"text": "1:"}, "has no words behind its colon"),
        ({"text": "1: 달", "regions": "hello"}, "Expected the regions output of OCR Text Mask, got 'hello'"),
        ({"text": "1: 달", "regions": ""}, "Expected the regions of OCR Text Mask, or a mask"),
        ({"text": "1: \U0001f600", "font": FONT}, "U+1F600 GRINNING FACE"),
        ({"text": "1: " + "달" * 40}, "does not fit its region of"),
        ({"text": "1: 달", "method": "lama"}, "The method lama needs a model"),
    ],
)
def test_bad_input_is_explained(comfy, done, inputs, message):
    image, regions, *_ = done
    asked = {"regions": regions, "match": "place only", "background": "erase", "method": "telea", **inputs}
    assert message in comfy.try_node(NODE, image=image, **asked).error

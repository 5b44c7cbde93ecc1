"""What speaks for a picture: edges along its frame, solid pieces, more colours than letters and their ground have."""

import numpy as np
from dancheong.nodes.text_mask.finding import pictures
from dancheong.nodes.text_mask.finding.evidence import LETTER_HEIGHT, MARGIN
from dancheong.nodes.text_mask.marking import strokes
from dancheong.nodes.text_mask.marking.upright import upright
from dancheong.nodes.text_mask.regions import Region
from PIL import Image, ImageDraw, ImageFont

FRAME = (40, 30, 200, 94)


def sheet():
    return Image.new("RGB", (240, 124), (245, 243, 238))


def seen(picture, box=FRAME, is_turned=False):
    picture = np.asarray(picture)
    left, top, right, bottom = box
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    if is_turned:
        picture, corners = np.ascontiguousarray(picture.transpose(1, 0, 2)), corners[[0, 3, 2, 1], ::-1]
    patch = upright(picture, Region(np.ascontiguousarray(corners), 1.0), LETTER_HEIGHT, 1.0, (MARGIN, MARGIN))
    ink = strokes.separate(patch.pixels, patch.inside).ink
    return pictures.features(patch, ink[patch.rows, patch.columns])


def letters(font):
    page = sheet()
    ImageDraw.Draw(page).text((44, 26), "달빛 글", (30, 30, 60), ImageFont.truetype(str(font), 56))
    return seen(page)


def photograph():
    page = sheet()
    rows, columns = np.mgrid[:64, :160]
    grey = 90 + 60 * np.sin(columns / 23) * np.cos(rows / 17)
    inset = np.stack([grey, 0.5 * grey + columns / 4, 200 - grey], -1).astype(np.uint8)
    page.paste(Image.fromarray(inset), FRAME[:2])
    return page


def windows():
    page = sheet()
    for left in range(44, 196, 26):
        ImageDraw.Draw(page).rectangle((left, 34, left + 15, 90), (70, 80, 110))
    return page


def test_a_photograph_ends_along_its_frame_and_letters_do_not(korean_font):
    text, photo = letters(korean_font), seen(photograph())
    assert photo["edge_least"] > 0.9 > text["edge_least"] + 0.3
    assert photo["edge_mean"] > text["edge_mean"] + 0.3


def test_a_loose_frame_finds_the_edges_too():
    assert seen(photograph(), (34, 26, 206, 100))["edge_least"] > 0.8


def test_windows_fill_their_own_frames_and_letters_do_not(korean_font):
    assert seen(windows())["solid"] > 0.95 > letters(korean_font)["solid"] + 0.1


def test_a_photograph_has_more_colours_and_none_of_its_ground(korean_font):
    text, photo = letters(korean_font), seen(photograph())
    assert photo["three_colours"] > 2 * text["three_colours"] and photo["two_colours"] > text["two_colours"]
    assert photo["ground_share"] < 0.05 and text["ground_share"] > 0.4


def test_what_runs_downward_is_seen_alike():
    across, down = seen(windows()), seen(windows(), is_turned=True)
    assert {name: round(value, 2) for name, value in across.items()} == {
        name: round(value, 2) for name, value in down.items()
    }


def test_every_feature_has_its_value_on_a_plain_ground():
    values = seen(sheet())
    assert set(values) == set(pictures.FEATURES) and np.isfinite(list(values.values())).all()

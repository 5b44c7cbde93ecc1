"""Caption bars are told from skies, whatever their ground and however full of letters they are."""

import numpy as np
import pytest
from dancheong.nodes.watermark.words.captions import bars, behind
from dancheong.testing.scenes import news_desk


def photograph(height=300, width=400):
    rows, columns = np.mgrid[0:height, 0:width]
    smooth = np.stack([rows * 0.5 + 40, columns * 0.4 + 30, 200 - rows * 0.3], -1)
    return (smooth + np.random.default_rng(0).normal(0, 20, (height, width, 3))).clip(0, 255).astype(np.uint8)


def test_caption_bars_are_told_from_skies():
    picture = photograph()
    assert bars(picture) == []
    barred = picture.copy()
    barred[260:] = 245
    barred[270:290, 40:300:3] = 10  # letters
    assert bars(barred) == [slice(260, 300)]
    both = barred.copy()
    both[:20] = 0
    assert bars(both) == [slice(0, 20), slice(260, 300)]
    sky = picture.copy()
    sky[:150] = np.linspace(200, 215, 150)[:, None, None]
    assert bars(sky) == []
    assert bars(np.full((300, 400, 3), 240, np.uint8)) == []


def test_letters_may_fill_the_width():
    barred = photograph()
    barred[240:] = 245
    for top in (248, 274):
        barred[top : top + 18, 2:398:2] = 10
    assert bars(barred) == [slice(240, 300)]


def test_a_dark_bar_under_a_dark_photograph():
    dark = (photograph() * 0.15).astype(np.uint8)
    dark[250:] = (2, 2, 4)
    dark[262:280, 40:200:3] = 240
    assert bars(dark) == [slice(250, 300)]


def test_bars_within_a_frame():
    framed = photograph()
    framed[240:] = 250
    framed[252:270, 60:300:3] = 10
    framed[:12] = framed[288:] = framed[:, :12] = framed[:, 388:] = 0
    assert bars(framed)[-1] == slice(240, 300)


@pytest.mark.parametrize("shade", [0, 255])
def test_a_bar_of_glass(shade):
    rows, columns = np.mgrid[0:300, 0:400]
    picture = np.repeat((120 + 70 * np.sin(columns / 17) + 20 * np.sin(rows / 40))[..., None], 3, -1)
    picture[250:] += 0.7 * (shade - picture[250:])
    (bar,) = bars(picture.round().astype(np.uint8))
    assert abs(bar.start - 250) <= 2 and bar.stop == 300


@pytest.mark.parametrize("at_top", [False, True])
def test_behind_a_caption_a_bar_begins_at_its_edge_and_a_scrim_where_it_begins(at_top):
    """A darkness that grows all the way is no edge anywhere in it, however bright the photograph is."""
    edge, scrim = np.full((300, 1), 230.0), np.full((300, 1), 230.0)
    edge[240:] *= 0.7
    scrim[220:] *= np.linspace(1, 0.1, 80)[:, None]
    for shades, begins in ((edge, 240), (scrim, 223)):
        picture = np.repeat(np.repeat(shades, 400, 1)[..., None], 3, -1).round().astype(np.uint8)
        if at_top:
            found = behind(picture[::-1], slice(25, 45), 18)
            assert found.start == 0 and abs(300 - found.stop - begins) <= 3
        else:
            found = behind(picture, slice(255, 275), 18)
            assert abs(found.start - begins) <= 3 and found.stop == 300


@pytest.fixture(scope="module")
def captioned():
    return list(news_desk.captioned(28, 11))


@pytest.mark.parametrize("kind", ["solid", "nearly solid", "inner"])
def test_bars_of_one_colour_are_found_after_compression(captioned, kind):
    numbers = [number for number, name in enumerate(list(news_desk.GROUNDS) * 4) if name == kind]
    shots = [shot for shot in captioned if shot.what == kind]
    found = 0
    for shot in shots:
        rows = np.flatnonzero(shot.bar.any(axis=1))
        found += any(bar.start <= rows[0] + 4 and bar.stop >= rows[-1] - 3 for bar in bars(shot.picture))
    assert len(shots) == len(numbers) and found >= len(shots) - 1

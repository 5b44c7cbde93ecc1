"""What old letters say, and in which font."""

from dataclasses import replace

import numpy as np
import pytest
from dancheong.nodes.lettering.fonts import Font
from dancheong.nodes.lettering.letters import VERTICAL
from dancheong.nodes.lettering.reletter.alike import nearest
from dancheong.nodes.lettering.reletter.measure import measured
from dancheong.nodes.text_mask import Region
from dancheong.testing.scenes.line import GROUND, RED, drawn, drawn_size
from PIL import Image, ImageDraw, ImageFont


def nobody(_, place):
    """A recogniser that reads nothing."""
    return [replace(place, text="")]


def test_what_letters_do_not_lie_on_is_not_what_they_say(korean_font):
    """A recogniser that errs in the picture is asked again for the letters alone, and no error of its is taken."""
    picture, region = drawn(korean_font, "HEXLI", angle=6.5)
    asked = []

    def read(shown, place):
        asked.append(shown.shape)
        return [replace(place, text="MOON" if len(asked) == 1 else "HEXLI", certainty=0.5)]

    found = measured(picture, region, [Font(korean_font, "here")], read)
    assert found is not None and found.seen.words == "HEXLI" and len(asked) == 2 and asked[0] == picture.shape
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    box = (region.polygon[[1, 0, 3, 2]] * (-1, 1) + (picture.shape[1], 0)).astype(np.float32)
    found = measured(
        mirrored, Region(box, 1.0), [Font(korean_font, "here")], lambda _, place: [replace(place, text="MOON")]
    )
    assert found is not None and not found.seen.words and abs(found.look.angle + 6.5) < 0.5


@pytest.mark.parametrize(("words", "weight"), [("\uae4a\uc740 \uc0b0\uc18d", "Bold"), ("Moon 42", "")])
def test_what_no_recogniser_reads_is_spelled_with_the_letters_of_fonts(korean_font, words, weight):
    """Of a font that is here, whatever others are; its region is turned by two degrees less than it is."""
    path = korean_font.with_name(f"NanumGothic{weight}.ttf")
    files = [Font(korean_font.with_name(f"NanumGothic{one}.ttf"), "here") for one in ("", "Light", "Bold", "ExtraBold")]
    picture, region = drawn(path, words, angle=5.0)
    middle, turn = region.polygon.mean(axis=0), np.radians(-2.0)
    back = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    off = Region(((region.polygon - middle) @ back + middle).astype(np.float32), 1.0)
    found = measured(picture, off, files, nobody)
    assert found is not None and found.seen.words == words and found.seen.liked[0].font.path == path
    assert abs(found.look.angle - 5) < 0.5 and abs(found.look.size / drawn_size(path, words) - 1) < 0.03


def test_a_column_is_spelled_too(korean_font):
    words, size = "\uc5f0\ud569\ub274\uc2a4", 60
    sheet = Image.new("RGB", (160, 360), GROUND)
    face = ImageFont.truetype(str(korean_font), size)
    for at, letter in enumerate(words):
        ImageDraw.Draw(sheet).text((80, 40 + 1.05 * size * at), letter, RED, face, anchor="ma")
    picture = np.asarray(sheet)
    rows, columns = np.nonzero((np.abs(picture.astype(int) - GROUND) > 40).any(axis=2))
    left, right, top, bottom = columns.min() - 2, columns.max() + 3, rows.min() - 2, rows.max() + 3
    box = np.float32([[left, top], [right, top], [right, bottom], [left, bottom]])
    found = measured(picture, Region(box, 1.0), [Font(korean_font, "here")], nobody)
    assert found is not None and found.seen.words == words and found.look.direction == VERTICAL
    assert abs(found.look.angle) < 0.3 and abs(found.look.size / (right - left - 4) - 1) < 0.03


def test_who_knows_the_old_words_tells_them_and_nobody_else_is_asked(korean_font):
    picture, region = drawn(korean_font, "HEXLI")

    def never(*_):
        raise AssertionError

    found = measured(picture, replace(region, text="HEXLI", certainty=1.0), [Font(korean_font, "here")], never)
    assert found is not None and found.seen.words == "HEXLI" and found.seen.liked


def test_the_nearest_weight_is_taken(seen, korean_font):
    """Of one family, by its own words and by none."""
    files = [Font(korean_font.with_name(f"NanumGothic{name}.ttf"), "here") for name in ("Light", "ExtraBold")]
    for truth in files:
        found = seen(truth.path)
        for words in ("HEXLI", ""):
            alike = nearest(replace(found.seen, words=words), files, "달빛")
            assert alike is not None and alike.font == truth

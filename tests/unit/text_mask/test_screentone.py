"""Dots on a grid are told from letters, whatever their size, their angle and the greys that they print."""

import numpy as np
import pytest
from dancheong.nodes.text_mask.finding.screentone import ALIKE, second_likeness
from dancheong.nodes.text_mask.regions import Region
from PIL import Image, ImageDraw, ImageFont


def is_screentone(picture):
    height, width = picture.shape[:2]
    whole = Region(np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32), 1.0)
    return second_likeness(picture, whole) >= ALIKE


@pytest.mark.parametrize("size", [(60, 220), (170, 60)])
def test_dots_of_any_pitch_and_angle_are_screentone(size):
    for pitch, turn in ((5, 0.0), (8, 0.4), (13, 0.8)):
        rows, columns = np.mgrid[: size[0], : size[1]]
        u = (columns * np.cos(turn) + rows * np.sin(turn)) * 2 * np.pi / pitch
        v = (rows * np.cos(turn) - columns * np.sin(turn)) * 2 * np.pi / pitch
        grey = 0.5 + 0.3 * np.sin(columns / 30) * np.cos(rows / 40)
        dots = (np.cos(u) + np.cos(v)) / 4 + 0.5 < grey
        picture = np.repeat((dots * 235 + 10).astype(np.uint8)[..., None], 3, 2)
        assert is_screentone(picture), (pitch, turn)


def test_letters_and_noise_are_none(korean_font):
    pictures = [np.random.default_rng(0).integers(0, 255, (60, 200, 3), np.uint8)]
    for line, size in (("달빛 아래", 60), ("IIIIHHHH", 40), ("ㅁㅁㅁㅁㅁ", 40), ("무단전재 금지", 14), ("꽃", 100)):
        face = ImageFont.truetype(str(korean_font), size)
        sheet = Image.new("RGB", (round(face.getlength(line)) + 8, round(1.2 * size)), "white")
        ImageDraw.Draw(sheet).text((4, 0), line, "black", face)
        pictures.append(np.asarray(sheet))
    assert [is_screentone(picture) for picture in pictures] == [False] * len(pictures)


def test_a_plain_or_tiny_region_is_none():
    for size in ((3, 3), (40, 4), (64, 64)):
        plain = np.full((*size, 3), 120, np.uint8)
        assert not is_screentone(plain)

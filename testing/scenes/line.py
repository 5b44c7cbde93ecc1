"""One line of letters on a plain ground, large enough to be measured, and what is true of it."""

import math

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ...nodes.text_mask import Region

GROUND, RED, BLUE, WHITE = (70, 120, 90), (208, 32, 48), (20, 40, 200), (255, 255, 255)
FINE = 4
CAPITALS = 44.0
"""px: how high the letters are drawn."""


def drawn(
    font, words="HEXLI", angle=0.0, outline=0.0, edge=WHITE, colours=(RED, RED), shadow=0, soft=0.0, taper=0.0,
    lean=0.0, ground=GROUND,
):  # fmt: skip
    """A picture with a line that was drawn large, painted and brought to its place, and its region."""
    probe = ImageFont.truetype(str(font), 400)
    _, head, _, foot = probe.getbbox("H", anchor="ls")
    size = 400 * CAPITALS * FINE / (foot - head)
    face = ImageFont.truetype(str(font), size)
    left, top, right, bottom = face.getbbox(words, anchor="ls")
    pad = 60 * FINE
    sheet = Image.new("L", (round(right - left) + 2 * pad, round(bottom - top) + 2 * pad))
    ImageDraw.Draw(sheet).text((pad - left, pad - top), words, 255, face, anchor="ls")
    fill = np.asarray(sheet, np.float32) / 255
    outside = cv2.distanceTransform((fill < 0.5).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    full = np.clip(outline * FINE + 0.5 - outside, 0, 1) if outline else fill
    share = np.clip((np.arange(fill.shape[0]) - pad) / (fill.shape[0] - 2 * pad), 0, 1)[:, None, None]
    canvas = np.full((*fill.shape, 3), ground, np.float32)
    if shadow:
        below = np.roll(full, (shadow * FINE, shadow * FINE), (0, 1))
        canvas *= 1 - 0.7 * (cv2.GaussianBlur(below, (0, 0), soft * FINE) if soft else below)[..., None]
    canvas += full[..., None] * (np.float32(edge if outline else colours[0]) - canvas)
    canvas += fill[..., None] * (np.float32(colours[0]) * (1 - share) + np.float32(colours[1]) * share - canvas)
    height, width = 260, 420
    ratio = 1 + taper / 100
    first, last = 2 / (1 + ratio), 2 * ratio / (1 + ratio)
    a, b, slope = fill.shape[1] / 2 / FINE, fill.shape[0] / 2 / FINE, math.tan(math.radians(lean))
    quad = np.float32([[-a, -b * first], [a, -b * last], [a, b * last], [-a, b * first]])
    quad[:, 0] -= slope * quad[:, 1]
    turn = math.radians(angle)
    quad = quad @ np.float32([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    quad += np.float32([width / 2, height / 2])
    corners = np.float32([[0, 0], [fill.shape[1], 0], fill.shape[::-1], [0, fill.shape[0]]])
    way = cv2.getPerspectiveTransform(corners, quad)
    finer = np.diag([2.0, 2.0, 1.0]) @ way
    large = cv2.warpPerspective(canvas, finer, (2 * width, 2 * height), borderValue=ground)
    picture = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA).clip(0, 255).round().astype(np.uint8)
    rim = (outline + 2) * FINE
    low, high = pad - rim, (fill.shape[1] - pad + rim, fill.shape[0] - pad + rim)
    box = np.float32([[low, low], [high[0], low], high, [low, high[1]]])
    return picture, Region(cv2.perspectiveTransform(box[None], way)[0], 1.0)


def drawn_size(font, words):
    """px from the foot to the head of words as `drawn` draws them."""
    face = ImageFont.truetype(str(font), 400)
    _, head, _, foot = face.getbbox("H", anchor="ls")
    low = foot if set(words) & set("gjpqy") else face.getbbox(words, anchor="ls")[3]
    return CAPITALS * (low - face.getmask2(words, anchor="ls")[1][1]) / (foot - head)


def as_jpeg(picture, quality):
    """The picture as a JPEG file would give it back, with colours at half the places."""
    file = cv2.imencode(".jpg", picture[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, quality))[1]
    return np.ascontiguousarray(cv2.imdecode(file, cv2.IMREAD_COLOR)[..., ::-1])

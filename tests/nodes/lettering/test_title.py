"""Titles through ComfyUI's own executor."""

import math
import unicodedata

import pytest
import torch
from dancheong.testing import made_fonts


def noise(batch, height, width, channels=3):
    return torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def made(base):
    """Fonts of the user's own: one that claims a syllable, one for Hanja, a variable one."""
    folder = base / "models" / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    files = [
        made_fonts.font(folder / "Claims.ttf", "\ubdc1\ub2ec", empty="\ubdc1"),
        made_fonts.font(folder / "Hanja.ttf", "\U00020000"),
        made_fonts.font(folder / "Weights.ttf", "ab", axes=[("wght", 100, 100, 900)]),
    ]
    yield
    for file in files:
        file.unlink()


def test_a_title_changes_only_where_its_letters_are(comfy):
    image = noise(2, 300, 200)
    result, layer, mask, report, _ = comfy.node("DancheongTypesetTitle", image=image, title="\ub2ec\ube5b")
    assert layer.shape == (2, 300, 200, 4) and mask.shape == (2, 300, 200)
    assert torch.equal(result[mask == 0], image[mask == 0]) and not torch.equal(result, image)
    assert torch.equal(layer[..., 3], mask)
    assert report.startswith("Font ") and "letters 24 px" in report


def test_decomposed_hangul_is_set_composed(comfy):
    """macOS file names and some editors give NFD; most fonts draw it as separate jamo."""
    text = "\ub2ec\ube5b \uc544\ub798"
    image = noise(1, 200, 300)
    composed = comfy.node("DancheongTypesetTitle", image=image, title=text)[0]
    assert torch.equal(
        composed, comfy.node("DancheongTypesetTitle", image=image, title=unicodedata.normalize("NFD", text))[0]
    )


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"title": "\U0001f600", "font": "NanumGothicExtraBold.ttf"}, "U+1F600 GRINNING FACE"),
        ({"title": "a", "colour": "reddish"}, "Expected a colour such as #ffcc00 or white for 'colour', got 'reddish'"),
        ({"title": "a", "font": "nowhere.ttf"}, "font: 'nowhere.ttf' not in"),
        ({"title": "a b " * 1000}, "does not fit"),
    ],
)
def test_bad_titles_are_explained(comfy, inputs, message):
    assert message in comfy.try_node("DancheongTypesetTitle", image=noise(1, 300, 200), **inputs).error


def test_a_syllable_that_is_claimed_and_not_drawn_is_named(comfy, made):
    error = comfy.try_node(
        "DancheongTypesetTitle", image=noise(1, 90, 90), title="\ub2ec\ubdc1", font="Claims.ttf"
    ).error
    assert "Claims.ttf, has no letter for \ubdc1 (U+BDC1" in error


def test_hanja_come_from_a_font_of_their_own_when_asked(comfy, made):
    asked = {"image": noise(1, 200, 300), "title": "\ub2ec\U00020000", "font": "NanumGothicExtraBold.ttf"}
    assert "has no letter for \U00020000" in comfy.try_node("DancheongTypesetTitle", **asked).error
    report = comfy.node("DancheongTypesetTitle", **asked, hanja_font="Hanja.ttf")[3]
    assert report.startswith("Font NanumGothicExtraBold.ttf from ") and "hanja Hanja.ttf from models/fonts;" in report


def test_a_weight_is_drawn_and_told(comfy, made):
    asked = {"image": noise(1, 200, 300), "title": "ab", "font": "Weights.ttf", "outline": 0.0}
    light, heavy = (comfy.node("DancheongTypesetTitle", **asked, weight=weight) for weight in (100, 900))
    assert heavy[2].sum() > light[2].sum()
    assert "Weights.ttf (weight 900) from models/fonts" in heavy[3]
    assert "width 75 has no effect" in comfy.node("DancheongTypesetTitle", **asked, width=75)[3]


def test_a_spine_is_told_and_keeps_away_from_the_knife(comfy):
    trim = comfy.node("DancheongTrimSize", preset="custom", width_mm=40.0, height_mm=60.0, bleed_mm=3.0, dpi=100)[0]
    image = noise(1, trim.pixels[1], 40)
    _, _, mask, report, _ = comfy.node(
        "DancheongTypesetTitle", image=image, title="\ub2ec", author="\ubc24", layout="vertical", margin=2.0, trim=trim
    )
    rows = mask[0].sum(1).nonzero()
    assert rows.min() >= 24 and rows.max() < trim.pixels[1] - 24
    assert report.endswith("A spine: all words stand in one line.")
    other = comfy.try_node("DancheongTypesetTitle", image=noise(1, 90, 90), title="a", trim=trim).error
    assert "got 90 x 90 px: put Upscale to Size before this node" in other


def test_another_font_in_the_folder_counts_for_auto_alone(comfy, made, base):
    node = comfy.module("nodes.lettering.nodes").TypesetTitle
    before = [node.fingerprint_inputs(font=font) for font in ("auto", "Hanja.ttf")]
    linked = node.fingerprint_inputs(font=None, hanja_font=None)
    assert isinstance(linked, str) or math.isnan(linked)
    path = made_fonts.font(base / "models" / "fonts" / "Another.ttf", "a")
    comfy.module("nodes.host.folders")
    after = [node.fingerprint_inputs(font=font) for font in ("auto", "Hanja.ttf")]
    path.unlink()
    assert before[0] != after[0] and before[1] == after[1]

"""Print sizes against the sizes that printers publish."""

import pytest
from dancheong.nodes.page.trim import PRESETS, Trim

# mm -> px at 300 dpi without and with 3 mm bleed, from printers' tables.
PUBLISHED = {
    "sinkukpan": ((1795, 2657), (1866, 2728)),
    "kukpan": ((1748, 2480), (1819, 2551)),
    "46pan": ((1512, 2220), (1583, 2291)),
    "b6": ((1512, 2150), (1583, 2220)),
    "crown": ((2079, 2929), (2150, 3000)),
    "46baepan": ((2220, 3035), (2291, 3106)),
    "kukbaepan": ((2480, 3508), (2551, 3579)),
}


@pytest.mark.parametrize("preset", PUBLISHED)
def test_pixels_are_the_published_ones(preset):
    width, height = PRESETS[preset]["mm"]
    bare, bled = PUBLISHED[preset]
    assert Trim(width, height, 0, 300).pixels == bare
    assert Trim(width, height, 3, 300).pixels == bled


def test_points_are_the_trim_without_bleed():
    assert Trim(25.4, 50.8, 3, 300).points == pytest.approx((72, 144))


@pytest.mark.parametrize("preset", PRESETS)
def test_generate_size_keeps_proportions(preset):
    for megapixels in [0.25, 0.4, 1.0, 4.0]:
        page = Trim(*PRESETS[preset]["mm"], 3, 300)
        width, height = page.generate_size(megapixels)
        assert width % 16 == height % 16 == 0
        assert width * height == pytest.approx(megapixels * 1024 * 1024, rel=0.05)
        assert width / height == pytest.approx(page.pixels[0] / page.pixels[1], rel=0.03)


def test_report_states_both_sizes():
    page = Trim(152, 225, 3, 300)
    text = page.report(page.generate_size(0.4))
    assert "152 x 225 mm" in text and "1866 x 2728 px" in text


def test_presets_are_named_in_both_languages():
    assert all(entry["en"] and entry["ko"] and len(entry["mm"]) == 2 for entry in PRESETS.values())

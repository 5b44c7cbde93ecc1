"""Where a title stands: contrast, calm, faces, the safe area, lines by sense, conventions."""

import json
from pathlib import Path

import numpy as np
import pytest
from dancheong.nodes.cover_prompt import GENRES
from dancheong.nodes.ground import UserError
from dancheong.nodes.lettering import choice, fonts
from dancheong.nodes.lettering.ink import Ink
from dancheong.nodes.lettering.placing import conventions, inks, veil
from dancheong.nodes.lettering.placing.contrast import contrast, limit, luminance
from dancheong.nodes.lettering.placing.given import Page, Words
from dancheong.nodes.lettering.placing.ground import Ground
from dancheong.nodes.lettering.placing.people import Box, Faces, faces
from dancheong.nodes.lettering.placing.place import place
from dancheong.nodes.lettering.placing.safe import is_spine, panel_of, safe_area
from dancheong.nodes.lettering.placing.sense import broken
from dancheong.nodes.lettering.placing.setting import set_lines
from dancheong.nodes.lettering.placing.sizes import Hand, sizes_of
from dancheong.nodes.lettering.wishes import PANELS
from dancheong.nodes.page.trim import Trim
from dancheong.testing import fonts as made_of
from dancheong.testing import placed

WORDS = Words("달빛 아래 기와집", "산이 깊은 마을의 밤", "김단청 지음")
FONT = fonts.Font(made_of.korean(), "a package")


def page(picture, genre="none", people=(), dpi=None):
    kept = conventions.convention(genre)
    found, _ = choice.faces_of({FONT.name: FONT}, FONT.name, {}, "".join(vars(WORDS).values()), 0, 100)
    height, width = picture.shape[:2]
    spine = is_spine(width, height)
    return Page(
        Ground(picture, Faces(tuple(people))), safe_area(width, height, None), kept,
        Hand(found, kept.tracking, kept.leading), Hand(found, 2.0, 135.0),
        sizes_of(kept, width, height, dpi, spine), spine,
    )  # fmt: skip


def noisy(height, width, busy):
    """A grey picture that is busy where the mask is set."""
    rng = np.random.default_rng(1)
    picture = np.full((height, width, 3), 90, np.uint8)
    picture[busy] = rng.integers(0, 256, (int(busy.sum()), 3))
    return picture


def drawn(part, height, width):
    """The coverage of a part, `[H,W]` uint8."""
    ink = Ink(width, height)
    part.draw(ink)
    return ink.letters


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # Published pairs: black on white, the greys and reds that WCAG's techniques call just enough and just too little.
    [((0, 0, 0), (255, 255, 255), 21.0), ((118, 118, 118), (255, 255, 255), 4.54), ((119, 119, 119), (255,) * 3, 4.48),
     ((255, 0, 0), (255, 255, 255), 4.0), ((0, 0, 255), (255, 255, 255), 8.59), ((18, 52, 86), (18, 52, 86), 1.0)],
)  # fmt: skip
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert float(contrast(*(luminance(np.array(colour)) for colour in (one, other)))) == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize("is_light", [True, False])
def test_a_limit_is_where_the_contrast_is_just_reached(is_light):
    ink = 0.9 if is_light else 0.02
    assert float(contrast(ink, limit(ink, 4.5, is_light))) == pytest.approx(4.5)


@pytest.mark.parametrize("side", ["bottom", "left"])
def test_a_title_goes_to_the_calm_side(side):
    busy = np.ones((240, 240), bool)
    half = {"top": np.s_[:120], "bottom": np.s_[120:], "left": np.s_[:, :120], "right": np.s_[:, 120:]}[side]
    busy[half] = False
    found = place(page(noisy(240, 240, busy), "essay"), Words(WORDS.title, "", ""), 1)[0].layout.heading
    middle = (found.top + found.bottom) / 2 if side in ("top", "bottom") else (found.left + found.right) / 2
    assert (middle < 120) == (side in ("top", "left"))
    rows, columns = (
        slice(round(found.top) + 4, round(found.bottom) - 4),
        slice(round(found.left) + 4, round(found.right) - 4),
    )
    assert not busy[rows, columns].any()


@pytest.mark.parametrize("face", [Box(10, 5, 140, 100), Box(30, 60, 120, 150)])
def test_no_word_stands_on_a_face(face):
    calm = np.full((240, 160, 3), 60, np.uint8)
    for one in place(page(calm, "religion", [face]), WORDS, 3):
        assert [part.box.common(face) for part in one.layout.parts.values()] == [0.0] * 3


@pytest.mark.parametrize(
    ("height", "width", "genre"),
    [(256, 256, "none"), (330, 220, "historical"), (96, 720, "mystery"), (720, 96, "novel")],
)
def test_words_are_inside_the_safe_area_and_part_from_their_ground(height, width, genre):
    """Measured on what is drawn, on a ground that is anything from black to white."""
    picture = noisy(height, width, np.ones((height, width), bool))
    given = page(picture, genre)
    for one in place(given, WORDS, 2):
        assert one.layout.title.size > one.layout.subtitle.size > one.layout.author.size
        alpha = one.layer[..., 3:] / 255
        result = np.round(picture * (1 - alpha) + one.layer[..., :3] * alpha)
        planes = {name: drawn(part, height, width) for name, part in one.layout.parts.items()}
        every = np.maximum.reduce(list(planes.values()))
        rows, columns = np.nonzero(every)
        assert rows.min() >= given.safe.top and rows.max() < given.safe.bottom
        assert columns.min() >= given.safe.left and columns.max() < given.safe.right
        for name, part in one.layout.parts.items():
            around = placed.surroundings(planes[name], every, part.size)
            assert around.sum() > 50
            assert placed.contrasts(result, around, one.inks[name].colour).min() >= 4.5
            assert one.contrasts[name][0] >= 4.5


def test_a_title_is_smaller_where_a_face_leaves_no_more_room():
    calm = np.full((300, 200, 3), 60, np.uint8)
    crowded = page(calm, "business", [Box(0, 50, 200, 300)])
    free, small = (place(given, Words("달빛", "", ""), 1)[0].layout for given in (page(calm, "business"), crowded))
    assert free.title.size >= crowded.sizes.least > small.title.size and small.cost.face == 0


def test_on_a_spine_letters_are_sized_by_its_width():
    found = place(page(np.full((720, 96, 3), 60, np.uint8)), Words("달빛", "", "김단청"), 1)[0].layout
    assert found.direction != "horizontal" and 0.5 * 82 < found.title.size < 96


def test_a_calm_ground_gets_no_veil_and_a_ground_of_black_and_white_does():
    calm = place(page(np.full((200, 150, 3), 30, np.uint8)), WORDS, 1)[0]
    assert set(calm.veils.values()) == {0.0} and set(calm.softened.values()) == {0.0}
    split = np.zeros((200, 150, 3), np.uint8)
    split[::2] = 255
    assert place(page(split), WORDS, 1)[0].veils["title"] > 0


def test_an_ink_passes_where_its_bound_says():
    shade = inks.shades(np.full((9, 9, 3), 200, np.uint8), accent=False)[1]
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)
    asked = veil.opacities(greys, shade)
    enough = contrast(luminance(greys), shade.luminance) >= inks.TARGET
    assert np.array_equal(asked == 0, enough) and 0 < enough.sum() < 256
    mixed = greys + (np.array(shade.veil) - greys) * asked[:, None]
    assert float(contrast(luminance(np.round(mixed)), shade.luminance).min()) >= 4.5


@pytest.mark.parametrize(
    ("text", "count", "lines"),
    [
        ("달빛 아래 기와집", 2, ["달빛 아래", "기와집"]),
        ("참을 수 없는 존재의 가벼움", 2, ["참을 수 없는", "존재의 가벼움"]),
        ("돌아오지 않는 그 여름의 끝에서", 2, ["돌아오지 않는", "그 여름의 끝에서"]),
        ("밤은 길고 또 온다 너", 2, ["밤은 길고", "또 온다 너"]),
        ("The Sea of Fog and the Night", 3, ["The Sea", "of Fog", "and the Night"]),
        ("한 줄\n두 번째 줄은 길다", 2, ["한 줄", "두 번째 줄은 길다"]),
    ],
)
def test_titles_break_by_sense(text, count, lines):
    assert broken(text, count, len, 99) == lines


def test_no_line_ends_in_a_single_syllable():
    assert broken("아주 오래된 집", 2, len, 99) is None or len(broken("아주 오래된 집", 2, len, 99)[-1]) > 1
    assert broken("나 너", 2, len, 99) is None
    assert broken("나\n너", 2, len, 99) == ["나", "너"], "the author's own line ends stay"


def test_a_long_word_breaks_only_where_it_must():
    word = "가나다라마바사아자차카타파하" * 3
    assert broken(word, 1, len, 99) == [word] and broken(word, 3, len, 99) is None
    lines = broken(word, 3, len, 20)
    assert "".join(lines) == word and max(map(len, lines)) <= 15


def test_words_that_fit_nowhere_are_refused():
    with pytest.raises(UserError, match=r"do not fit into the .* px that are safe"):
        place(page(np.zeros((64, 64, 3), np.uint8)), Words("끝없이 길고 긴 " * 20, "", ""), 3)


@pytest.mark.parametrize("direction", ["horizontal", "vertical", "turned"])
def test_ink_stays_in_its_box(direction):
    """Hinting and rounding move letters by a px or two; the safe area is kept by the box."""
    hand = Hand(choice.faces_of({FONT.name: FONT}, FONT.name, {}, WORDS.title + "Ag", 0, 100)[0], 3.0, 130.0)
    for size in range(8, 60, 3):
        setting = set_lines([WORDS.title, "Ag"], hand.letters(size, direction), "right").moved(20.4, 20.6)
        rows, columns = np.nonzero(drawn(setting, 700, 700))
        assert setting.box.left <= columns.min() and columns.max() + 1 <= setting.box.right
        assert setting.box.top <= rows.min() and rows.max() + 1 <= setting.box.bottom


def test_layouts_differ():
    found = place(page(np.full((240, 160, 3), 60, np.uint8), "religion"), WORDS, 3)
    ways = {(one.layout.direction, one.layout.align, round(one.layout.heading.top)) for one in found}
    assert len(found) == len(ways) == 3
    costs = [one.layout.cost.total for one in found]
    assert costs[0] == min(costs)


def test_every_genre_has_its_conventions():
    data = json.loads(Path(conventions.__file__).with_name("conventions.json").read_text(encoding="utf-8"))
    assert set(data["genres"]) == set(GENRES)
    for genre in GENRES:
        kept = conventions.convention(genre)
        least, usual, most = kept.size
        assert {kept.title, kept.rest} <= set(data["typefaces"]) and least < usual < most
        assert min(kept.top, kept.middle, kept.bottom) == 0 and kept.align and kept.directions
        assert kept.author in ("with title", "apart")


@pytest.mark.parametrize(
    ("subtitle", "author", "genre"),
    [
        ("", "김단청 시집", "poetry"),
        ("장편소설", "", "novel"),
        ("어느 여행기", "", "travel"),
        ("A Ghost Story", "", "horror"),
        ("역사소설", "", "historical"),
        ("", "이하루 에세이", "essay"),
        ("산이 깊은 마을의 밤", "김단청", "none"),
        ("몽유시집가기", "", "none"),
    ],
)
def test_a_cover_tells_its_genre(subtitle, author, genre):
    assert conventions.guessed(subtitle, author)[0] == genre


def test_a_typeface_comes_before_other_fonts():
    known = {name: fonts.Font(Path(f"{name}.ttf"), "here") for name in ("Other", "NanumMyeongjo", "NanumMyeongjoBold")}
    assert list(conventions.in_order(known, "myeongjo")) == ["NanumMyeongjoBold", "NanumMyeongjo", "Other"]


def test_the_knife_and_the_fold_are_kept_from():
    trim = Trim(152, 225, bleed_mm=3, dpi=100)
    safe = safe_area(*trim.pixels, trim)
    assert safe.left >= (3 + 3) / 25.4 * 100 - 1 and safe.right <= trim.pixels[0] - (3 + 3) / 25.4 * 100 + 1
    with pytest.raises(UserError, match="give it the same trim"):
        safe_area(300, 400, trim)


@pytest.mark.parametrize("is_right_bound", [False, True])
def test_on_a_flat_words_stand_on_the_panel_that_was_asked_for(is_right_bound):
    """Away from knife and folds; those of a spine may be near, as no knife cuts there."""
    from dancheong.nodes.cover_flat import flat as cover_flat

    flat = cover_flat.Flat(Trim(152, 225, bleed_mm=3, dpi=50), 7.0, 40, is_right_bound)
    assert set(PANELS) == set(cover_flat.PANELS)
    for panel in PANELS:
        left, right, safe = panel_of(flat, panel, *flat.sheet.pixels)
        free = 1 if panel == "spine" else 6
        assert (left, right) == flat.panels[panel] and safe.width > 0
        assert free <= safe.left < safe.right <= right - left - free
        assert safe.top >= 12 and safe.bottom <= flat.sheet.pixels[1] - 12
    with pytest.raises(UserError, match="Expected the sheet of this flat"):
        panel_of(flat, "front", 300, 400)
    bare = cover_flat.Flat(flat.page, 7.0, 0)
    with pytest.raises(UserError, match="This flat has no back wing, only back, spine, front: choose another panel"):
        panel_of(bare, "back wing", *bare.sheet.pixels)


@pytest.mark.parametrize("turns", [0, 3])
def test_a_face_is_found_however_it_lies(turns):
    from skimage import data

    upright = data.astronaut()[:256, 96:352]
    found = faces(np.ascontiguousarray(np.rot90(upright, turns)))
    assert found.looked and len(found.certain) == 1
    x, y = 129, 100  # her nose
    for _ in range(turns):
        x, y = y, 255 - x
    box = found.certain[0]
    assert box.left < x < box.right and box.top < y < box.bottom and box.width < 160

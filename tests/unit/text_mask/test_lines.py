"""From probability maps to lines, and which of several sights of a text is kept."""

import numpy as np
import pytest
from dancheong.nodes.text_mask.finding import detection, evidence, judge
from dancheong.nodes.text_mask.finding.detection import Candidate, choose
from dancheong.nodes.text_mask.finding.lines import lines, upright_first
from dancheong.nodes.text_mask.finding.pyramid import Look
from dancheong.nodes.text_mask.regions import Region


def quad(left, top, width, height, angle=0.0):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    half = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    return (half @ turn.T + (left + width / 2, top + height / 2)).astype(np.float32)


def core(corners, size=(400, 600), value=230):
    import cv2

    probability = np.zeros(size, np.uint8)
    cv2.fillPoly(probability, [np.round(corners).astype(np.int32)], value)
    return probability


@pytest.mark.parametrize("angle", [0.0, 0.3, -0.6])
@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_a_core_becomes_a_line_widened_by_dbs_rule(angle, scale):
    look = Look(scale, core(quad(150, 150, 240, 24, angle)))
    (found,) = lines(look, round(400 / scale), round(600 / scale))
    more = 2 * 1.6 * 240 * 24 / (2 * (240 + 24))
    assert sorted(np.array(found.sides) * scale) == pytest.approx([24 + more, 240 + more], abs=7)
    assert found.polygon.mean(axis=0) * scale == pytest.approx([270, 162], abs=1.5)
    assert found.score == pytest.approx(230 / 255, abs=0.1)


def test_a_bent_core_is_cut_into_straight_pieces():
    import cv2

    band = np.zeros((400, 600), np.uint8)
    cv2.ellipse(band, (300, 330), (250, 250), 0, 200, 340, 230, 26)
    found = lines(Look(1.0, band), 400, 600)
    assert 2 <= len(found) <= 16
    covered = np.zeros_like(band)
    for region in found:
        cv2.fillPoly(covered, [np.round(region.polygon).astype(np.int32)], 1)
    assert covered[band > 0].mean() > 0.99
    assert covered.mean() < 0.75 * cv2.boundingRect(band)[2] * cv2.boundingRect(band)[3] / band.size


@pytest.mark.parametrize(("value", "height"), [(60, 24), (110, 24), (230, 0)])
def test_what_is_faint_or_thin_is_no_line(value, height):
    """60 of 255 lies below the threshold, 110 above it but below the least score."""
    assert lines(Look(1.0, core(quad(150, 150, 240, height), value=value)), 400, 600) == []


def test_lines_end_at_the_picture():
    (found,) = lines(Look(1.0, core(quad(-20, -5, 300, 30))), 400, 600)
    assert (found.polygon >= 0).all()


@pytest.mark.parametrize("roll", range(4))
def test_corners_begin_at_the_texts_own_top_left(roll):
    for angle in (-0.7, -0.2, 0.0, 0.5, 0.7):
        corners = quad(100, 100, 200, 40, angle)
        assert upright_first(np.roll(corners, roll, axis=0)) == pytest.approx(corners, abs=1e-4)


def sight(weight, *frame, score=0.8):
    region = Region(quad(*frame), score)
    return Candidate(region, region, weight)


def test_the_likeliest_of_equal_sights_stays():
    best, other = sight(3.0, 100, 100, 200, 40), sight(2.0, 104, 98, 204, 44)
    assert choose([other, best]) == [best.drawn_in]


def test_a_line_takes_the_place_of_the_pieces_of_its_letters():
    line, pieces = sight(3.0, 100, 100, 400, 100), [sight(4.0, 110, 110, 60, 60), sight(4.0, 220, 120, 60, 60)]
    assert choose([line, *pieces]) == [line.drawn_in]


def test_a_caption_on_a_title_stays_beside_it():
    title, caption = sight(3.0, 100, 100, 400, 200), sight(4.0, 150, 180, 200, 30)
    assert choose([title, caption]) == [caption.drawn_in, title.drawn_in]


def test_a_neighbour_that_overlaps_a_little_does_not_hide_a_line():
    line, neighbour = sight(5.0, 100, 100, 400, 100), sight(6.0, 120, 180, 60, 34)
    assert choose([line, neighbour]) == [neighbour.drawn_in, line.drawn_in]


def test_what_only_one_look_shows_needs_more_evidence():
    doubtful, again, elsewhere = (
        sight(0.0, 100, 100, 200, 40),
        sight(-0.5, 102, 99, 200, 42),
        sight(0.0, 400, 300, 60, 30),
    )
    assert choose([doubtful, elsewhere]) == []
    assert choose([doubtful, again, elsewhere]) == [doubtful.drawn_in]
    assert choose([sight(2.5, 100, 100, 200, 40)]) != []
    assert choose([sight(-1.0, 100, 100, 200, 40), sight(-1.0, 101, 100, 200, 40)]) == []


def test_the_model_of_the_evidence_weighs_every_feature():
    assert evidence.weight(np.zeros((3, len(evidence.FEATURES)), np.float32), np.zeros(3)).shape == (3,)
    model = evidence._model()
    assert all(np.isfinite(values).all() for values in model.values()) and (model["deviation"] > 0).all()


def test_a_wall_is_no_title():
    """What a text network shows of plain ground and of fine noise is left alone, however sure the network is."""
    rng = np.random.default_rng(0)
    picture = rng.normal(120, 12, (200, 200, 3)).clip(0, 255).astype(np.uint8)
    looks = [Look(scale, np.full((int(200 * scale), int(200 * scale)), 240, np.uint8)) for scale in (1.4, 1.0, 0.5)]
    assert all(candidate.weight < detection.LEAST_WEIGHT for candidate in detection.weighed(picture, looks))


SURE, NEVER = 9.0, -9.0


@pytest.mark.parametrize(
    ("judged", "small", "odds", "tiny", "larger"),
    [
        (SURE, SURE, SURE, True, True),
        (SURE, NEVER, SURE, False, True),
        (SURE, SURE, NEVER, False, True),
        (0.5 * evidence.DOUBT, SURE, SURE, True, False),
        (NEVER, SURE, SURE, True, False),
    ],
)
def test_the_judge_decides_and_voices_where_it_is_not_asked(monkeypatch, judged, small, odds, tiny, larger):
    """It is not asked about what is tiny; of that, nothing is text that cannot be read from any distance. Grids never
    are, and what is rather like one is none where the line network doubts."""
    names = list(evidence.FEATURES)
    features = np.zeros((5, len(names)), np.float32)
    features[:, names.index("readable")] = [1.0, 1.0, 0.0, 1.0, 1.0]
    features[:, names.index("grid_likeness")] = [0.0, 0.0, 0.0, 0.45, 0.35]
    features[:, names.index("log_share")] = np.log(np.array([0.5, 2, 0.5, 0.5, 0.5]) * evidence.TINY)
    monkeypatch.setattr(evidence, "small_weight", lambda rows: np.full(len(rows), small))
    monkeypatch.setattr(judge, "weight", lambda columns, rows: np.full(len(rows), judged))
    weights = evidence.weight(features, np.full(5, odds))
    assert (weights >= detection.LEAST_WEIGHT).tolist() == [tiny, larger, False, False, tiny]
    doubted = evidence.weight(features, np.full(5, min(odds, 0.5 * evidence.EVEN)))
    assert doubted[4] == -np.inf


def test_what_cannot_be_read_from_any_distance_needs_the_line_network(monkeypatch):
    names = list(evidence.FEATURES)
    features = np.zeros((1, len(names)), np.float32)
    features[:, names.index("log_share")] = np.log(2 * evidence.TINY)
    monkeypatch.setattr(judge, "weight", lambda columns, rows: np.full(len(rows), SURE))
    weights = [evidence.weight(features, np.array([odds]))[0] for odds in (0.9 * evidence.SURE, 1.1 * evidence.SURE)]
    assert weights[0] == -np.inf and weights[1] >= detection.LEAST_WEIGHT

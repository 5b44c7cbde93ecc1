"""Two hundred lines of Korean typography: what stands, lies and breaks, written down before it was set."""

import pytest
from dancheong.nodes.lettering.breaks import SYLLABLE_WISE, WORD_WISE, segments
from dancheong.nodes.lettering.faces import Faces
from dancheong.nodes.lettering.letters import Letters
from dancheong.nodes.lettering.opening import Cut, open_face
from dancheong.testing import typography


@pytest.mark.parametrize("kind", typography.LINES["columns"])
def test_columns(kind):
    lines = [(line, steps) for of, line, steps in typography.columns() if of == kind]
    assert [typography.set_in_columns(line) for line, _ in lines] == [steps for _, steps in lines]


@pytest.mark.parametrize("kind", typography.LINES["breaks"])
def test_breaks(kind):
    lines = [(line, words, parts) for of, line, words, parts in typography.breaks() if of == kind]
    found = [(line, list(segments(line, WORD_WISE)), list(segments(line, SYLLABLE_WISE))) for line, *_ in lines]
    assert found == lines


def test_hanging(korean_font):
    letters = Letters(Faces(open_face(korean_font, Cut()).face), 100, 0, hanging=1000.0)
    lines = list(typography.hanging())
    assert [(line, *(length > 0 for length in letters.hangs(line))) for line, *_ in lines] == lines


def test_there_are_two_hundred():
    assert sum(1 for rows in (typography.columns(), typography.breaks(), typography.hanging()) for _ in rows) >= 200

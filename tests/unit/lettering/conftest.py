"""Fixtures for lettering."""

from dataclasses import replace

import pytest
from dancheong.nodes.lettering.reletter.measure import measured
from dancheong.testing.scenes.line import drawn


@pytest.fixture
def seen():
    """Measures a line that was drawn here, by font, words and what `drawn` takes."""

    def measure(font, words="HEXLI", fonts=(), **how):
        picture, region = drawn(font, words, **how)
        found = measured(picture, replace(region, text=words, certainty=1.0), fonts)
        assert found is not None
        return found

    return measure

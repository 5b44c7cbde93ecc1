"""Datasets as desks have them: every good row is kept, every bad one refused for its reason, none ends the run."""

import random
import re

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.news import RefusedRow, dataset, read_picture
from dancheong.testing.scenes import odd_rows


def outcome(source):
    """Title and reason of every row; one of them is empty."""
    for row in dataset.records(source):
        if isinstance(row, RefusedRow):
            row.reason.encode()
            row.row.encode()
            yield "", row.reason
            continue
        try:
            read_picture(row.read())
            yield row.title, ""
        except UserError as error:
            yield "", str(error)


@pytest.mark.parametrize("seed", range(40))
def test_every_row_gets_what_it_deserves(seed, tmp_path):
    drawn = odd_rows.draw(tmp_path / "set", random.Random(seed))
    found = list(outcome(drawn.source))
    assert len(found) == len(drawn.rows) == dataset.count(drawn.source), drawn.traits
    for (title, reason), row in zip(found, drawn.rows, strict=True):
        assert title == ("" if row.reason else row.values[1].split(" [SEP]")[0]), (drawn.traits, reason)
        assert re.search(row.reason, reason) and len(reason) < 300, drawn.traits

"""Parquet: labels by their names, and a damaged part that costs its own rows."""

import json

import pyarrow
import pyarrow.parquet
import pytest
from dancheong.nodes.news import RefusedRow, dataset


def write(path, rows, features=None, **options):
    table = pyarrow.Table.from_pylist(rows)
    if features is not None:
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    pyarrow.parquet.write_table(table, path, **options)
    return path


def row(number, **more):
    return {"image": {"bytes": b"picture", "path": None}, "text": f"T{number}", **more}


def test_numbers_of_labels_get_their_names(tmp_path):
    features = {"label": {"names": ["\uacbd\uc81c", "\uc0ac\ud68c"], "_type": "ClassLabel"}, "text": {"_type": "Value"}}
    rows = [row(number, label=label) for number, label in enumerate((1, 0, -1, None, 2))]
    found = list(dataset.records(write(tmp_path / "a.parquet", rows, features)))
    assert [one.topic for one in found[:4]] == ["\uc0ac\ud68c", "\uacbd\uc81c", "", ""]
    assert found[4].reason == "its label 2 has no name: the file names 2"


@pytest.mark.parametrize("features", [None, {}, {"label": 3}, {"label": {"_type": "ClassLabel", "names": None}}, []])
def test_a_schema_that_says_nothing_leaves_numbers(tmp_path, features):
    (found,) = dataset.records(write(tmp_path / "a.PARQUET", [row(0, Label=7)], features))
    assert found.topic == "7"


def test_a_damaged_part_costs_its_own_rows(tmp_path):
    path = write(tmp_path / "a.parquet", [row(number) for number in range(90)], row_group_size=30, compression="zstd")
    place = pyarrow.parquet.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    data = bytearray(path.read_bytes())
    data[place : place + 40] = b"\xff" * 40
    path.write_bytes(data)
    found = list(dataset.records(path))
    assert len(found) == dataset.count(path) == 90
    assert all(isinstance(one, RefusedRow) == (30 <= number < 60) for number, one in enumerate(found))
    assert "this part of the file is damaged" in found[30].reason

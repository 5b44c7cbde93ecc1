"""Sentence pairs in the forms that people have them; what is left out is counted, by its reason."""

import csv
import io
import json
import random

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.korean_clip.learning import pairs, tables

PAIRS = [("안녕하세요, 여러분", "Hello, everyone"), ('그는 "예"라고 했다', 'He said "yes"'), ("비가\n온다", "It rains")]
CLEAN = [(korean.replace("\n", " "), english) for korean, english in PAIRS]


def delimited(path, names=("원문", "번역문"), encoding="utf-8", separator=",", rows=PAIRS):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows([("번호", *names), *((n, *row) for n, row in enumerate(rows))])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def objects(names=("ko", "en"), rows=PAIRS):
    return [{"sn": number, **dict(zip(names, row, strict=True))} for number, row in enumerate(rows)]


def parquet(path):
    import pyarrow
    from pyarrow.parquet import write_table

    write_table(pyarrow.Table.from_pylist(objects()), path)
    return path


def xlsx(path):
    from openpyxl import Workbook

    book = Workbook()
    for row in [("SID", "원문", "번역문"), *((number, *row) for number, row in enumerate(PAIRS))]:
        book.active.append(row)
    book.save(path)
    return path


def written(path, text, encoding="utf-8"):
    path.write_text(text, encoding=encoding)
    return path


FORMS = {
    "tsv": lambda root: delimited(root / "a.tsv", separator="\t"),
    "csv with a mark": lambda root: delimited(root / "a.csv", encoding="utf-8-sig"),
    "csv of Excel in Korea": lambda root: delimited(root / "a.csv", encoding="cp949"),
    "csv with semicolons": lambda root: delimited(root / "a.csv", names=("korean", "english"), separator=";"),
    "json lines": lambda root: written(root / "a.jsonl", "\n".join(map(json.dumps, objects()))),
    "json of AI Hub": lambda root: written(root / "a.json", json.dumps({"data": objects(("ko_original", "en"))})),
    "parquet": lambda root: parquet(root / "a.parquet"),
    "xlsx of AI Hub": lambda root: xlsx(root / "3_문어체_뉴스(1).xlsx"),
}


def read(*sources, korean=None, english=None):
    source = pairs.opened(sources, korean, english)
    return [(pair.korean, pair.english) for pair in source.pairs()], dict(source.left_out)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_pairs(form, tmp_path):
    path = FORMS[form](tmp_path)
    assert read(path) == (CLEAN, {})
    assert read(tmp_path) == (CLEAN, {})


def test_columns_can_be_named(tmp_path):
    path = delimited(tmp_path / "a.csv", names=("말", "speech"))
    assert read(path, korean="말", english="Speech") == (CLEAN, {})
    for named in ({}, {"korean": "말", "english": "글"}):
        with pytest.raises(UserError, match="번호, 말, speech: expected"):
            read(path, **named)
    with pytest.raises(UserError, match="both columns"):
        read(path, korean="말")


def test_each_row_that_is_none_is_counted_by_its_reason(tmp_path):
    rows = [
        ("가나다라마바사아자차", "a long enough sentence"),
        ("", "no Korean"),
        (" ​\t", "\n"),
        ("짧다", "This says very much more than the other side of it does."),
        ("가" * 1001, "long"),
        ("e\u0301 한글", "nfc"),
        ("네", "Yes"),
    ]
    found, left_out = read(delimited(tmp_path / "a.tsv", separator="\t", rows=rows))
    assert found == [rows[0], ("é 한글", "nfc"), rows[6]]
    assert left_out == {"empty": 2, "length ratio": 1, "too long": 1}


def test_mixed_encodings_cost_their_own_rows(tmp_path):
    path = tmp_path / "a.tsv"
    rows = [
        f"문장 {number}번이다\tsentence {number}".encode("cp949" if number in (3, 7) else "utf-8")
        for number in range(60)
    ]
    path.write_bytes(b"\n".join([b"korean\tenglish", *rows]))
    found, left_out = read(path)
    assert [english for _, english in found] == [f"sentence {number}" for number in range(60) if number not in (3, 7)]
    assert left_out == {"bytes that are no letters": 2}


@pytest.mark.parametrize("ending", ["tsv", "csv", "jsonl"])
def test_a_row_of_ten_megabytes_costs_itself(ending, tmp_path):
    rows = [("첫째 문장", "the first"), ("가" * 3_400_000, "huge"), ("셋째 문장", "the third")]
    path = tmp_path / f"a.{ending}"
    if ending == "jsonl":
        written(path, "\n".join(json.dumps(row, ensure_ascii=False) for row in objects(rows=rows)))
    else:
        delimited(path, separator="\t" if ending == "tsv" else ",", rows=rows)
    assert read(path) == ([rows[0], rows[2]], {"too long": 1})


def test_damaged_rows_cost_themselves(tmp_path):
    lines = ["korean\tenglish", "첫째 문장\tthe first", '"열린 따옴표\tan open quote', '"그래," 했다\t"Yes," he said']
    text = "\n".join([*lines, "둘째 문장\tthe second", "하나뿐", "셋째 문장\tthe third"])
    wanted = [
        ("첫째 문장", "the first"),
        ('"열린 따옴표', "an open quote"),
        ('"그래," 했다', '"Yes," he said'),
        ("둘째 문장", "the second"),
        ("셋째 문장", "the third"),
    ]
    assert read(written(tmp_path / "a.tsv", text)) == (wanted, {"damaged rows": 1})
    lines = [*map(json.dumps, objects()), "{", "[1]", '"x"', '{"ko": 3, "en": null}']
    assert read(written(tmp_path / "a.jsonl", "\n".join(lines))) == (CLEAN, {"damaged rows": 3, "empty": 1})


def test_what_is_no_file_of_pairs_is_said(tmp_path):
    cases = {
        "a.txt": ("x", "expected .tsv"),
        "a.json": ("{", "is no JSON"),
        "b.json": ("3", "no list"),
        "a.parquet": ("x", "no parquet"),
        "a.xlsx": ("x", "no .xlsx"),
    }
    for name, (text, said) in cases.items():
        with pytest.raises(UserError, match=said):
            read(written(tmp_path / name, text))
    with pytest.raises(UserError, match="not there"):
        read(tmp_path / "none.tsv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no sentence pairs"):
        read(tmp_path / "empty")


def test_what_is_held_out_is_so_by_its_english_alone_and_in_its_share():
    chance = random.Random(1)
    told = [pairs.Pair(str(chance.random()), str(number)) for number in range(2000)]
    held = {pair.english for pair in told if pair.is_held_out(0.1)}
    assert 140 < len(held) < 260
    assert held == {pair.english for pair in told if pairs.Pair("다른 말", pair.english).is_held_out(0.1)}
    assert {pair.english for pair in told if pair.is_held_out(0.05)} < held


def test_every_form_of_the_data_file_is_looked_for():
    for form in pairs.FORMS:
        source = pairs.Source(())
        names = ["id", form["korean"], form["english"]]
        assert source._columns(tables.Path("x.csv"), names) == (form["korean"], form["english"])

"""Whatever the sources say stands in the catalogue, whole; what nobody says any more does not."""

import json
from io import BytesIO

import pytest
from babel.messages.pofile import read_po
from dancheong.nodes.ground import catalogue
from dancheong.nodes.ground.patterns import named
from dancheong.testing.language import sentences

LEFT_OVER = "run `python testing/language`, translate what it lists in locales/ko/LC_MESSAGES/dancheong.po"


@pytest.fixture(scope="module")
def said():
    return sentences.said()


def test_every_sentence_of_the_sources_has_its_korean_and_no_other_is_kept(said):
    korean = catalogue.read("ko")
    assert [*(set(said) - set(korean)), *(set(korean) - set(said))] == [], LEFT_OVER


def test_no_value_is_lost():
    for msgid, msgstr in catalogue.read("ko").items():
        assert sorted(set(named(msgid))) == sorted(set(named(msgstr))), msgid
        assert msgid.isascii(), msgid


def test_the_catalogue_is_read_as_gettexts_tools_read_it():
    kept = read_po(BytesIO(catalogue.path("ko").read_bytes()), locale="ko")
    assert {message.id: message.string for message in kept if message.id} == catalogue.read("ko")


@pytest.mark.parametrize(
    ("source", "msgids"),
    [
        ('raise UserError(f"There is no {kind!r} in {self._place}: take {names[0]:>3}.")',
         ["There is no {kind} in {place}: take {names}."]),
        ('say(f"{len(rows)} row{\'s\' * (n > 1)} of {total:,} {\'are\' if n else \'is\'} done")',
         ["{count_of_rows} rows of {total} are done", "{count_of_rows} rows of {total} is done",
          "{count_of_rows} row of {total} are done", "{count_of_rows} row of {total} is done"]),
        ('x = f"a {y} b" + (" and c" if z else "") + f" in {y}"', ["a {y} b and c in {y2}", "a {y} b in {y2}"]),
        ('x = "takes {} of {name}".format(a, name=b)', ["takes {value1} of {name}"]),
        ('log.warning("%d of %s are 50 % done", 1, x)', ["{value1} of {value2} are 50 % done"]),
        ('x = f"{path}: {fault or \'no text here\'}"', ["no text here"]),
        ('x = "first line\\n  second line"', ["first line", "second line"]),
        ('"""A docstring is not said."""\ndef f(x: "int | None") -> "a or b":\n    """Nor is this."""', []),
        ('io.String.Input("text", tooltip="Has its own place.")', []),
        ('x = json.dumps({"a": 1}); y = "expected { } here"', ["expected {{ }} here"]),
    ],
)  # fmt: skip
def test_what_is_said_is_found_in_every_form_of_it(tmp_path, monkeypatch, source, msgids):
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "x.py").write_text(source)
    monkeypatch.setattr(sentences, "PACK", tmp_path)
    models = tmp_path / "models.json"
    models.write_text(json.dumps({}))
    monkeypatch.setattr(sentences, "MODELS", models)
    monkeypatch.setattr(sentences, "RULES", {"said": [], "not said": [], "others say": []})
    assert sorted(sentences.said()) == sorted(msgids)

"""What is said of an encoder: the teacher's own is perfect, and what is worse is seen to be."""

import itertools
import json

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.korean_clip.learning import EncoderJudging, judged_lines
from dancheong.runner import cli

PAIRS = [
    (f"a {size} {colour} {shape} on a {ground} ground",) * 2
    for size, colour, shape, ground in itertools.product(
        ("small", "large"), ("red", "blue"), ("star", "circle"), ("green", "yellow")
    )
]


@pytest.fixture(scope="module")
def same(tmp_path_factory):
    """English for Korean: what the teacher itself must be perfect at."""
    path = tmp_path_factory.mktemp("same") / "same.tsv"
    path.write_text("\n".join(["korean\tenglish", *map("\t".join, PAIRS)]), encoding="utf-8")
    return path


def test_the_teacher_judged_by_itself_is_perfect(root, same, world_unet, tmp_path):
    kept = root / "testing/world/kept"
    out = tmp_path / "result.json"
    result = EncoderJudging((kept,), (same,), kept, out, unet=world_unet, heads=4).finish()
    found = result["encoders"]["kept"]
    assert found["R@1 Korean to English"] == found["R@1 English to Korean"] == found["pooled cosine"] == 1
    for language in ("korean", "english"):
        assert [found[f"{language} {name}"] for name in ("pooled", "ends", "attention")] == [0, 0, 0]
    assert json.loads(out.read_text(encoding="utf-8")) == result


def test_translations_that_are_another_pairs_are_not_found(root, same, tmp_path):
    kept = root / "testing/world/kept"
    wrong = tmp_path / "wrong.tsv"
    rows = [(korean, english) for (korean, _), (_, english) in zip(PAIRS, PAIRS[1:] + PAIRS[:1], strict=True)]
    wrong.write_text("\n".join(["korean\tenglish", *map("\t".join, rows)]), encoding="utf-8")
    found = EncoderJudging((kept,), (wrong,), kept, tmp_path / "x.json").finish()["encoders"]["kept"]
    assert found["R@1 Korean to English"] == found["R@1 English to Korean"] == 0
    assert found["korean pooled"] > 0.1 and found["english pooled"] == 0 and "korean attention" not in found


def test_on_the_command_line_two_stand_side_by_side(root, distilling, world_tsv, tmp_path, capsys):
    distilling(tmp_path / "trained", steps=3).finish()
    kept = str(root / "testing/world/kept")
    words = [
        "judge",
        "encoder",
        str(world_tsv),
        "--teacher",
        kept,
        "--encoder",
        kept,
        "--out",
        str(tmp_path / "a.json"),
    ]
    assert cli.main([*words, "--encoder", str(tmp_path / "trained"), "--most", "40"]) == 0
    shown = capsys.readouterr().out
    assert "40 pairs" in shown and "kept   trained" in shown
    result = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert judged_lines(result) == shown.splitlines()
    assert 0 < result["encoders"]["trained"]["english ends"] < result["encoders"]["kept"]["korean ends"]
    with pytest.raises(UserError, match="0 pairs are left"):
        (tmp_path / "none.tsv").write_text("korean\tenglish\n", encoding="utf-8")
        EncoderJudging((tmp_path / "trained",), (tmp_path / "none.tsv",), root / kept, tmp_path / "b.json").finish()
    assert cli.main([*words, "--unet", str(tmp_path / "a.json")]) == 1


def test_training_on_the_command_line_says_what_it_made(root, world_tsv, tmp_path, capsys):
    kept = str(root / "testing/world/kept")
    assert (
        cli.main(["train", "tokenizer", str(world_tsv), "--out", str(tmp_path / "words"), "--vocabulary", "650"]) == 0
    )
    assert "650 pieces from 160 rows" in capsys.readouterr().out
    words = ["train", "encoder", str(world_tsv), "--teacher", kept, "--tokenizer", str(tmp_path / "words")]
    words += ["--out", str(tmp_path / "made"), "--losses", "pooled=1,ends=0.5", "--steps", "2", "--held-out", "0.1"]
    assert cli.main(words) == 0
    assert "Written to" in capsys.readouterr().out
    assert json.loads((tmp_path / "made/card.json").read_text(encoding="utf-8"))["losses"] == {"pooled": 1, "ends": 0.5}
    with pytest.raises(SystemExit):
        cli.main([*words, "--losses", "pooled=much"])
    assert "expected such as pooled=1" in capsys.readouterr().err

"""What is said of an encoder: the teacher's own is perfect, and what is worse is seen to be."""

import itertools
import json
import shutil

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.korean_clip.learning import EncoderJudging, judged_lines
from dancheong.runner import cli
from dancheong.testing.world import judging, pair
from PIL import Image
from transformers import CLIPImageProcessor

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


@pytest.fixture(scope="module")
def drawn(comfy, root, tmp_path_factory):
    """What the world draws of 12 sentences, named 1 to 12 as a sheet's rows are; the words of a judgement of them."""
    folder = tmp_path_factory.mktemp("drawn")
    sentences = [english for english, _ in PAIRS[:12]]
    pictures = judging.drawn(judging.Models(*comfy.node("LoadSmallWorld")), sentences, 3)
    for name, order in (("right", range(12)), ("wrong", range(11, -1, -1))):
        (folder / name).mkdir()
        for number, place in enumerate(order, 1):
            Image.fromarray(pictures[place]).save(folder / name / f"{number}.png")
    rows = "\n".join(["korean\tenglish", *(f"{text}\t{text}" for text in sentences)])
    (folder / "pairs.tsv").write_text(rows, encoding="utf-8")
    side = pair.write(folder / "clip").config.vision_config.image_size
    CLIPImageProcessor(size={"shortest_edge": side}, crop_size=side).save_pretrained(folder / "clip")
    kept = str(root / "testing/world/kept")
    typed = ["judge", "encoder", str(folder / "pairs.tsv"), "--teacher", kept, "--encoder", kept]
    return folder, [*typed, "--out", str(folder / "a.json")]


def test_what_encoders_draw_is_held_against_the_english(drawn, capsys):
    folder, typed = drawn
    looks = ["--clip", str(folder / "clip")]
    found = {}
    for name in ("right", "wrong"):
        assert cli.main([*typed, *looks, "--pictures", str(folder / name)]) == 0
        (found[name],) = json.loads((folder / "a.json").read_text(encoding="utf-8"))["encoders"].values()
        assert "cosine of pictures" in capsys.readouterr().out
    # A CLIP of 0.2 MB: of 12 sentences that differ in one word it takes 1 in 12 by chance.
    for way in ("R@1 picture to English", "R@1 English to picture"):
        assert found["right"][way] >= 0.5 > 0.1 >= found["wrong"][way]
    assert found["right"]["cosine of pictures"] > found["wrong"]["cosine of pictures"] + 0.1


def test_pictures_that_are_not_those_of_the_pairs_are_one_sentence(drawn, tmp_path, capsys):
    folder, typed = drawn
    looks = ["--clip", str(folder / "clip"), "--pictures"]
    shutil.copytree(folder / "right", tmp_path / "some")
    (tmp_path / "some" / "7.png").write_bytes((folder / "right" / "7.png").read_bytes()[:99])
    cases = {
        f"{tmp_path / 'some' / '7.png'} cannot be read": [*looks, str(tmp_path / "some")],
        "holds 0 pictures (.png, .jpg, .jpeg, .webp), 12 pairs are judged": [*looks, str(folder)],
        "2 folders of pictures came for 1 encoders": [*looks, str(folder / "right"), "--pictures", str(folder)],
        "Give both, --pictures and the --clip": ["--clip", str(folder / "clip")],
        f"{folder / 'right'} holds no CLIP": ["--clip", str(folder / "right"), "--pictures", str(folder / "right")],
    }
    for sentence, words in cases.items():
        assert cli.main([*typed, *words]) == 1
        assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("row", "number"), [(2, 3), (0, 2)], ids=["a row that says what another said", "a row that is empty"]
)
def test_pictures_are_never_held_against_the_sentence_of_another_row(drawn, tmp_path, capsys, row, number):
    """As many pictures as pairs, drawn of the first rows: what is left out shifts all after it."""
    folder, typed = drawn
    lines = (folder / "pairs.tsv").read_text(encoding="utf-8").splitlines()
    lines[number:number] = [lines[row] if row else "\t"]
    moved = tmp_path / "moved.tsv"
    moved.write_text("\n".join(lines), encoding="utf-8")
    words = [str(moved) if word.endswith("pairs.tsv") else word for word in typed[:-1]]
    words += [str(tmp_path / "a.json"), "--most", "12"]
    assert cli.main([*words, "--clip", str(folder / "clip"), "--pictures", str(folder / "right")]) == 1
    assert f"Row {number} of the pairs is not judged" in capsys.readouterr().err
    assert cli.main(words) == 0


def test_what_macos_puts_beside_pictures_is_none(drawn, tmp_path):
    folder, typed = drawn
    shutil.copytree(folder / "right", tmp_path / "right")
    (tmp_path / "right" / "._1.png").write_bytes(b"Mac OS X")
    assert cli.main([*typed, "--clip", str(folder / "clip"), "--pictures", str(tmp_path / "right")]) == 0


def test_an_encoder_that_comes_twice_is_one_sentence(root, same, tmp_path):
    kept = root / "testing/world/kept"
    with pytest.raises(UserError, match="An --encoder came twice"):
        EncoderJudging((kept, kept), (same,), kept, tmp_path / "x.json").finish()


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

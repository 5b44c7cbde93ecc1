"""JourneyDB's measures are those of the libraries that they come from, and nothing is counted that was not asked."""

import json

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.retrieval.judging import Judging, measures
from dancheong.runner import cli
from dancheong.testing.scenes import journey


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    return journey.write(tmp_path_factory.mktemp("journey") / "valid")


def written(path, lines):
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def test_bleu_is_the_worked_example_of_sacrebleu():
    """From its own README: three sentences beside one of its references."""
    import sacrebleu

    said = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."]
    right = ["The dog bit the man.", "It was not unexpected.", "The man bit him first."]
    found = measures.texts(said, right)
    assert found["bleu_4"] == pytest.approx(sacrebleu.corpus_bleu(said, [right], lowercase=True).score / 100)
    assert measures.texts(["The very same words again"] * 2, ["the very same words again"] * 2)[
        "bleu_4"
    ] == pytest.approx(1)


def test_meteor_is_the_worked_example_of_nltk():
    """Of its documentation: without synonyms six of the words match exactly or by their stems."""
    said = "It is a guide to action which ensures that the military always obeys the commands of the party"
    right = "It is a guide to action that ensures that the military will forever heed Party commands"
    found = measures.texts([said], [right])
    name = next(name for name in found if name.startswith("meteor"))
    assert found[name] == pytest.approx(0.6944 if name == "meteor" else 0.6704, abs=0.03)


def test_rouge_is_the_worked_example_of_rouge_score():
    """From its own README; its tokenizer drops Korean, ours does not."""
    found = measures.texts(["The quick brown dog jumps on the log."], ["The quick brown fox jumps over the lazy dog"])
    assert found["rouge_l"] == pytest.approx(0.5882, abs=1e-4)
    assert measures.texts(["고양이 두 마리가 잔다"], ["고양이 두 마리가 달린다"])["rouge_l"] == pytest.approx(0.75)


def test_cider_of_the_very_words_is_ten_and_of_others_nothing():
    right = [f"{ink} {shape} on plain ground" for ink in journey.INKS for shape in journey.SHAPES]
    assert measures.texts(right, right)["cider"] == pytest.approx(10)
    assert measures.texts(["nothing of it at all"] * len(right), right)["cider"] == pytest.approx(0, abs=1e-9)


def test_perfect_captions_and_prompts_count_as_such_and_flags_do_not(split, tmp_path):
    rows = journey.rows(8)
    for task, text in {
        "caption": lambda row: row["Task2"]["Caption"],
        "inversion": lambda row: row["prompt"].partition(" --")[0],
    }.items():
        said = written(tmp_path / f"{task}.jsonl", [{"img_path": row["img_path"], "text": text(row)} for row in rows])
        result = Judging(task, split, tmp_path / task, said).finish()
        assert result["counts"]["judged"] == 8 and result["measures"]["bleu_4"] == pytest.approx(1)
        assert result["measures"]["rouge_l"] == pytest.approx(1) and result["measures"]["cider"] == pytest.approx(10)
        assert json.loads((tmp_path / task / "result.json").read_text(encoding="utf-8")) == result


def test_answers_are_counted_by_group_and_what_names_no_option_is_wrong(split, tmp_path):
    lines = []
    for number, row in enumerate(journey.rows(8)):
        for group, asked in row["Task3"].items():
            right = asked[0]["Answer"]
            text = f"The answer is {right}." if group == "Style-QA" or number < 4 else "I cannot tell."
            if (group, number) == ("Content-QA", 0):
                text = "D" if right != "D" else "A"
            lines.append({"img_path": row["img_path"], "question": asked[0]["Question"], "text": text})
    said = written(tmp_path / "said.jsonl", [*lines[:-1], {"img_path": 3}, "x"])
    result = Judging("vqa", split, tmp_path / "out", said).finish()
    assert result["measures"] == {"accuracy": 10 / 15, "Content-QA": 3 / 8, "Style-QA": 1.0}
    assert result["counts"] == {
        "judged": 15, "without an answer": 1, "name no option": 4, "lack something": 0, "answers that are none": 2
    }  # fmt: skip


def test_missing_labels_answers_and_lines_are_counted(tmp_path):
    rows = journey.rows(4)
    rows[1]["Task2"] = None
    lines = [json.dumps(row) for row in rows]
    lines[3] = lines[3][:50]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    said = written(tmp_path / "said.txt", [{"img_path": rows[0]["img_path"], "text": "A red circle"}])
    result = Judging("caption", tmp_path / "a.jsonl", tmp_path / "out", said).finish()
    assert result["counts"] == {
        "judged": 1, "without an answer": 1, "without a label": 1, "answers that are none": 0,
        "lines refused": {"the line is no JSON: it breaks off, or was cut": 1},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("task", "given", "said"),
    [
        ("caption", {}, "add --answers FILE"),
        ("style", {}, "add --clip DIR"),
        ("caption", {"styles": "list"}, "does not look at --styles: leave it out"),
        ("style", {"answers": "said", "clip": "clip"}, "does not look at --answers: leave it out"),
        ("style", {"styles": "nowhere", "clip": "clip"}, "nowhere could not be read"),
        ("style", {"styles": "broken", "clip": "clip"}, "Lines left out: 1 .1 x damaged letters"),
        ("vqa", {"sentences": "model"}, "does not look at --sentences: leave it out"),
        ("vqa", {"answers": "empty"}, "holds no answer"),
        ("vqa", {"answers": "nowhere"}, "could not be read"),
    ],
)
def test_what_cannot_be_judged_is_one_sentence(split, tmp_path, task, given, said):
    (tmp_path / "empty").write_text("{}\n")
    (tmp_path / "broken").write_bytes("빛\t노을\ufffd\n".encode())
    with pytest.raises(UserError, match=said):
        Judging(task, split, tmp_path / "out", **{name: tmp_path / value for name, value in given.items()}).finish()
    assert not (tmp_path / "out").exists()


def test_the_command_line_prints_the_result_and_says_what_is_missing(split, tmp_path, capsys):
    said = written(
        tmp_path / "said.jsonl", [{"img_path": "000/picture-0000.jpg", "text": "A red circle on a plain ground."}]
    )
    typed = ["judge", "journeydb", str(split), "--task", "caption", "--out", str(tmp_path / "out")]
    assert cli.main(typed) == 1
    assert capsys.readouterr().err == "dancheong: The task caption judges what a model said: add --answers FILE.\n"
    assert cli.main([*typed, "--answers", str(said)]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["judged"] == 1

"""What `dancheong train` makes of what was typed, where ComfyUI learns."""

import json

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner import arguments, cli, learning


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("topic", ["economy", "--topic", "경제"]), ("story", ["tales"]), ("storyboard", ["tales"])],
    ids=["topic", "story", "storyboard"],
)
def test_every_option_has_an_input_of_the_workflow(root, kind, typed):
    learned = cli.LEARNED[kind]
    prompt = json.loads((root / "workflows" / "api" / f"{learned.workflow}.json").read_text(encoding="utf-8"))
    given = set(vars(arguments.parser().parse_args(["train", kind, *typed])))
    assert set(learned.inputs) == given - {"command", "kind", "dataset", "out", "server", "base", "ray"}
    for target in [*learned.inputs.values(), learned.dataset]:
        node, name = target.split(".")
        assert name in prompt[node]["inputs"], target
    assert all(prompt[node]["class_type"] == "DancheongSaveTopicPrompt" for node in learned.left_out)


@pytest.mark.parametrize("place", ["input", "datasets"])
def test_a_dataset_is_called_as_the_server_calls_it(tmp_path, monkeypatch, place):
    dataset = tmp_path / place / "news" / "economy"
    dataset.mkdir(parents=True)
    monkeypatch.chdir(dataset.parent)
    assert learning.called(str(dataset), tmp_path) == learning.called("economy", tmp_path) == "news/economy"
    assert learning.called("elsewhere.zip", tmp_path) == "elsewhere.zip"


def test_a_dataset_where_no_server_looks_is_said(tmp_path):
    (tmp_path / "economy").mkdir()
    with pytest.raises(UserError, match=r"move it there, or .*--out .*datasets/economy"):
        learning.called(str(tmp_path / "economy"), tmp_path / "base")


def test_a_topic_must_be_named(capsys):
    with pytest.raises(SystemExit):
        arguments.parser().parse_args(["train", "topic", "economy"])
    assert "--topic" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "says"),
    [(["--server", "a", "--server", "b"], "on one server"), (["--server", "a", "--base", "b"], "leave one out")],
)
def test_what_cannot_be_meant_is_said_before_a_server_starts(more, says, capsys):
    assert cli.main(["train", "topic", "economy", "--topic", "경제", *more]) == 1
    assert says in capsys.readouterr().err

"""What `dancheong train topic` makes of what was typed."""

import json

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner import arguments, cli, topics


def test_every_option_has_an_input_of_the_workflow():
    prompt = json.loads(topics.WORKFLOW.read_text(encoding="utf-8"))
    typed = vars(arguments.parser().parse_args(["train", "topic", "economy", "--topic", "경제"]))
    assert set(topics.INPUTS) <= set(typed)
    for target in [*topics.INPUTS.values(), "5.dataset"]:
        node, name = target.split(".")
        assert name in prompt[node]["inputs"], target
    assert prompt[topics.SAVED]["class_type"] == "DancheongSaveTopicPrompt"


@pytest.mark.parametrize("place", ["input", "datasets"])
def test_a_dataset_is_called_as_the_server_calls_it(tmp_path, monkeypatch, place):
    dataset = tmp_path / place / "news" / "economy"
    dataset.mkdir(parents=True)
    monkeypatch.chdir(dataset.parent)
    assert topics.called(str(dataset), tmp_path) == topics.called("economy", tmp_path) == "news/economy"
    assert topics.called("elsewhere.zip", tmp_path) == "elsewhere.zip"


def test_a_dataset_where_no_server_looks_is_said(tmp_path):
    (tmp_path / "economy").mkdir()
    with pytest.raises(UserError, match=r"move it there, or .*--out .*datasets/economy"):
        topics.called(str(tmp_path / "economy"), tmp_path / "base")


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

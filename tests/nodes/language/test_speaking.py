"""A node's report and error are translated, and nothing else of what it gives or raises."""

import inspect

import pytest

ENGLISH, KOREAN = "There is no sheet a.csv.", "\uc791\uc5c5\ud45c a.csv"


@pytest.fixture
def speaking(comfy, monkeypatch):
    language = comfy.module("nodes.host.language")
    monkeypatch.setattr(language, "asked", lambda: "ko")
    return language


@pytest.fixture
def node(speaking):
    io, missing = speaking.io, speaking.UserError

    class Missing(missing):
        pass

    class Node(io.ComfyNode):
        @classmethod
        def define_schema(cls):
            outputs = [io.String.Output(display_name=name) for name in ("path", "report", "raw")]
            return io.Schema(node_id="Node", inputs=[io.String.Input("text")], outputs=outputs)

        @classmethod
        def validate_inputs(cls, text=None):
            return text == "good" or ENGLISH

        @classmethod
        def execute(cls, text, more=1):
            if text == "ours":
                raise Missing(ENGLISH)
            if text == "bug":
                raise ValueError(ENGLISH)
            return io.NodeOutput(ENGLISH, ENGLISH, [ENGLISH, 3])

    Node.GET_SCHEMA()
    return speaking.speaking(Node)


def test_reports_are_translated_and_data_is_not(node):
    path, report, raw = node.EXECUTE_NORMALIZED(text="x").args
    assert path == ENGLISH and report.startswith(KOREAN) and raw[0] == report and raw[1] == 3


def test_what_a_user_can_mend_is_translated_and_a_bug_keeps_its_words(node, speaking):
    with pytest.raises(speaking.UserError, match=KOREAN) as raised:
        node.EXECUTE_NORMALIZED(text="ours")
    assert type(raised.value).__name__ == "Missing"
    with pytest.raises(ValueError, match=ENGLISH):
        node.EXECUTE_NORMALIZED(text="bug")


def test_a_refusal_is_translated_and_comfyui_still_sees_which_inputs_it_is_about(node):
    assert node.validate_inputs(text="good") is True
    assert node.validate_inputs(text="bad").startswith(KOREAN)
    assert inspect.getfullargspec(node.validate_inputs).args == ["cls", "text"]
    assert inspect.getfullargspec(node.validate_inputs).varkw is None


def test_without_a_server_nodes_speak_as_the_sources_do(comfy):
    assert comfy.module("nodes.host.language").asked() == "en"


def test_what_comfyui_logs_of_ours_is_translated(speaking, caplog):
    import logging

    log = logging.getLogger("dancheong")
    log.addFilter(speaking._logged)
    try:
        log.warning("%d bytes of a prompt have no id in this tokenizer and are left out", 3)
    finally:
        log.removeFilter(speaking._logged)
    assert "3\ubc14\uc774\ud2b8" in caplog.text

"""Brackets and weights as ComfyUI's parser takes them."""

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.topic_prompt.brackets import escape_lone, words_end


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("(고양이:1.2) 두", "(고양이:1.2) 두"),
        ("((고양이))", "((고양이))"),
        ("고양이) (두:1.2)", "고양이\\) (두:1.2)"),
        ("(고양이 (두:1.2)", "\\(고양이 (두:1.2)"),
        ("웃음 :) 둘 :(", "웃음 :\\) 둘 :\\("),
        ("\\(두 마리\\)", "\\(두 마리\\)"),
        ("끝\\\\)", "끝\\\\)"),
        ("", ""),
    ],
)
def test_a_bracket_without_a_partner_is_a_letter(text, written):
    assert escape_lone(text) == written == escape_lone(written)


def test_brackets_too_deep_for_comfyui_are_refused():
    assert escape_lone("(" * 100 + "달" + ")" * 100)
    with pytest.raises(UserError, match="at most 100 brackets"):
        escape_lone("(" * 1000 + "달" + ")" * 1000)


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("달:1.4", "달"),
        ("달: 1.4 ", "달"),
        ("달 :-.5", "달 "),
        ("달:+1e0", "달"),
        ("달:밝게", "달:밝게"),
        ("달:1,4", "달:1,4"),
        (":1.4", ":1.4"),
        ("해:1.2:1.4", "해:1.2"),
    ],
)
def test_a_weight_is_any_number_behind_the_last_colon(inside, words):
    assert inside[: words_end(inside)] == words

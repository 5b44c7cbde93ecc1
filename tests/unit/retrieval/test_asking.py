"""An answer in any of twenty shapes is the option that it means, and no order of the options changes it."""

from itertools import permutations

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.retrieval import asking

OPTIONS = ("a cat", "a dog", "a red house", "a house")
MEANT = [
    "B", "b", "B.", "(B)", "B)", "[B]", "**B**", "'B'", "- B", "\uff22", "2", "2.", "B: a dog", "B. a dog",
    "B\n\nIt barks.",
    "Answer: B", "The answer is B.", "The correct option is (b).", "Option 2", "$\\boxed{B}$", "I would choose (B).",
    "Looks like B to me", "a dog", "A dog.", "It is a dog.", "The picture shows a dog on grass.",
    "정답은 B입니다.", "답: B", "B번", "<think>A? No, it barks. A.</think>\nB",
]  # fmt: skip
NONE = [
    "",
    "I cannot tell.",
    "E",
    "9",
    "A or B",
    "A 또는 B",
    "A와 B 둘 다 맞습니다",
    "a cat and a dog",
    "Both (A) and (C)",
    "<think>B",
    "A picture of a bird",
]


@pytest.mark.parametrize("answer", MEANT)
def test_the_second_option_is_meant(answer):
    assert asking.meant(answer, OPTIONS) == "a dog"


@pytest.mark.parametrize("answer", NONE)
def test_no_option_is_meant(answer):
    assert asking.meant(answer, OPTIONS) == ""


@pytest.mark.parametrize(
    ("answer", "option"),
    [
        ("The answer is a dog.", "a dog"),
        ("The answer is A because it purrs.", "a cat"),
        ("A", "a cat"),
        ("A. a cat", "a cat"),
        ("A가 맞습니다", "a cat"),
        ("a)", "a cat"),
        ("I cannot answer a question like this.", ""),
        ("A dog, I think.", "a dog"),
        ("I - no idea", ""),
    ],
)
def test_articles_are_no_letters(answer, option):
    assert asking.meant(answer, OPTIONS) == option
    assert asking.meant("The answer is a cat.", OPTIONS[::-1]) == "a cat"


def test_the_longer_of_two_options_is_meant_where_both_stand():
    assert asking.meant("It is a red house.", OPTIONS) == "a red house"
    assert asking.meant("a house", OPTIONS) == "a house"


def answers(question, reply):
    """To every order, what a model replies to the prompt."""
    return [reply(order) for order in question.orders()]


@pytest.mark.parametrize("given", permutations(OPTIONS[:3]))
def test_the_order_of_options_changes_nothing(given):
    question = asking.read("What is it?", "\n".join(given))
    knows = asking.verdict(question, answers(question, lambda order: "ABC"[order.index("a dog")]))
    assert given[knows.index] == "a dog" and knows.letter == "ABC"[knows.index]
    first = asking.verdict(question, answers(question, lambda order: "A"))
    assert (first.index, first.letter) == (-1, "")
    mostly = asking.verdict(question, answers(question, lambda order: "A" if order[0] == "a cat" else "a dog"))
    assert given[mostly.index] == "a dog"
    assert "No option has more votes" in asking.told(question, ["A"] * 3, first)


def test_every_option_stands_at_every_place_once():
    orders = asking.read("?", "\n".join(OPTIONS)).orders()
    assert all(set(column) == set(OPTIONS) for column in zip(*orders, strict=True))


def test_letters_before_options_are_left_out():
    typed = "A. a cat\nB) a dog\n(c) 3 men\n4. 5.5 m\n- A\n\n"
    assert asking.read("?", typed).options == ("a cat", "a dog", "3 men", "5.5 m", "A")


@pytest.mark.parametrize(
    ("question", "options", "said"),
    [
        (" ", "a\nb", "Expected a question"),
        ("?", "a", "Expected 2 to 26 options, one a line, got 1."),
        ("?", "a\nb\nA ", "'a' twice"),
        ("?", "\n".join(map(str, range(30))), "got 30"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(question, options, said):
    with pytest.raises(UserError, match="Expected") as told:
        asking.read(question, options)
    assert said in str(told.value)

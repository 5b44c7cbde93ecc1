"""The prompt of a picture is the one that trying everything finds, and as long as the encoder reads."""

import numpy as np
import pytest
from dancheong.nodes.retrieval import bank, invert

ENTRIES = ["red", "blue", "circle", "square", "noise", "dark red"]
WORDS = dict(zip(["red", "blue", "circle", "square", "noise", "dark"], np.eye(6, dtype=np.float32), strict=True))


def encode(texts):
    """A text is the sum of its words, and of some noise."""
    rows = np.array(
        [
            sum((WORDS[word] for word in text.replace(",", "").split()), np.array([0, 0, 0, 0, 0.0625, 0]))
            for text in texts
        ]
    )
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def inverter(longest=99):
    made = bank.parse([f"category {number % 2}\t{entry}" for number, entry in enumerate(ENTRIES)])
    return invert.Inverter(
        made, encode(ENTRIES), encode, lambda texts: [len(text.split()) <= longest for text in texts]
    )


def picture(**parts):
    vector = sum(WORDS[word] * weight for word, weight in parts.items())
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def greedy(shown, most):
    """Every entry, every step, in plain NumPy."""
    prompt, left = "", list(ENTRIES)
    cosine = -1.0
    while left and most:
        longer = [f"{prompt}, {entry}".lstrip(", ") for entry in left]
        values = np.round(encode(longer) @ shown, 6)
        if values.max() <= cosine:
            break
        prompt, cosine = longer[values.argmax()], values.max()
        left.pop(values.argmax())
        most -= 1
    return prompt, cosine


@pytest.mark.parametrize("most", [1, 2, 6])
@pytest.mark.parametrize("parts", [{"red": 1, "circle": 0.5}, {"square": 1}, {"dark": 1, "red": 1, "blue": 0.25}])
def test_greedy_is_the_best_of_all_at_every_step(parts, most):
    shown = picture(**parts)
    found = inverter().invert(shown, "", invert.GREEDY, most)
    prompt, cosine = greedy(shown, most)
    assert found.prompt == prompt and found.cosine == pytest.approx(cosine, abs=1e-6)
    assert sum(gain for _, gain in found.steps) == pytest.approx(found.cosine, abs=1e-6)
    assert all(gain > 0 for _, gain in found.steps)


def test_the_nearest_comes_first_however_near_the_empty_text_is():
    shown, entries = picture(noise=1, blue=0.1), ["red", "blue"]
    found = invert.Inverter(bank.parse(entries), encode(entries), encode, lambda texts: [True] * len(texts)).invert(
        shown, "", invert.GREEDY, 3
    )
    empty, nearest = (float((encode([text]) @ shown)[0]) for text in ("", "blue"))
    assert empty > nearest
    assert (found.prompt, *found.steps) == ("blue", ("blue", pytest.approx(nearest, abs=1e-6)))


def test_fast_is_the_rank_of_each_for_itself():
    shown = picture(red=1, circle=0.5)
    found = inverter().invert(shown, "", invert.FAST, 3)
    order = np.argsort(-np.round(encode(ENTRIES) @ shown, 6), kind="stable")
    assert found.prompt == ", ".join(ENTRIES[place] for place in order[:3])


def test_a_caption_comes_first_and_counts():
    found = inverter().invert(picture(red=1, circle=1), "red", invert.GREEDY, 3)
    assert found.prompt == "red, circle"


@pytest.mark.parametrize("mode", invert.MODES)
def test_what_the_encoder_would_not_read_is_left_out_and_told(mode):
    found = inverter(longest=2).invert(picture(red=1, circle=1, square=1), "", mode, 6)
    assert len(found.prompt.split()) <= 2 and found.is_full
    assert "reads 2 tokens" in invert.told(found, 2)
    assert not inverter().invert(picture(red=1), "", mode, 1).is_full

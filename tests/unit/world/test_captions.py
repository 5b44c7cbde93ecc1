"""What the world's CLIP learns from: captions that are true, the same with less, and wrong ones."""

import random

import pytest
from dancheong.testing.world import captions, pair

SCENES = pair.some(random.Random(5), 300, False)


@pytest.mark.parametrize("place", range(0, 300, 60))
def test_a_caption_grows_by_a_phrase_and_the_wrong_one_is_wrong(place):
    chance, kinds, sentences = random.Random(place), set(), 0
    for scene in SCENES[place : place + 60]:
        shown = captions.seen(scene)
        longer, shorter, wrong = captions.growing(shown, chance)
        assert longer.is_true(shown) and shorter.is_true(shown) and not wrong.is_true(shown)
        kind, name = longer.said[-1]
        assert longer.said[:-1] == shorter.said
        assert longer.text == ", ".join(filter(None, (shorter.text, captions.PHRASES[kind][name])))
        assert sum(each not in longer.said for each in wrong.said) == 1 and wrong.text != longer.text
        kinds |= {kind for kind, name in wrong.said if shown.get(kind) != name}
        sentences += "ground" in longer.text and " a " in f" {longer.text}"
    assert kinds == {*captions.PHRASES} and 0 < sentences < 60


def test_a_prompt_to_check_has_one_wrong_word():
    chance = random.Random(6)
    for scene in SCENES:
        shown = captions.seen(scene)
        said, wrong = captions.one_wrong(shown, chance)
        right = {captions.PHRASES[kind][name] for kind, name in shown.items()}
        assert {*said} - right == {wrong} and len(said) == len(shown)

"""Each loss is 0 for the same, and sees what it is there for and nothing else."""

import pytest
import torch
from dancheong.nodes.korean_clip.learning.attention import Layer
from dancheong.nodes.korean_clip.learning.encoder import Said
from dancheong.nodes.korean_clip.learning.losses import LOSSES, errors, listen, scales

BATCH, PLACES, WIDTH = 5, 20, 64


@pytest.fixture(scope="module")
def layers():
    """Two cross-attentions of a picture model, of random weights."""
    chance = torch.Generator().manual_seed(1)

    def layer(channels):
        def weight(*shape):
            return torch.randn(*shape, generator=chance) * shape[-1] ** -0.5

        square, wide = (channels, channels), (channels, WIDTH)
        return Layer(torch.ones(channels), torch.zeros(channels), weight(*square), weight(*wide), weight(*wide),
                     weight(*square), 4)  # fmt: skip

    return [layer(32), layer(64)]


@pytest.fixture
def said():
    chance = torch.Generator().manual_seed(3)
    states = torch.randn(BATCH, PLACES, WIDTH, generator=chance)
    ends = torch.tensor([4, 5, 6, 7, 8])
    return Said(states, states[torch.arange(BATCH), ends], ends)


def found(student, teacher, layers):
    every = dict.fromkeys(LOSSES, 1.0)
    heard = listen(teacher, layers, torch.Generator().manual_seed(0))
    told = errors(student, teacher, every, layers, scales(teacher, layers), heard)
    return {name: error.item() for name, error in told.items()}


def test_the_same_is_nothing_and_another_sentence_is_about_one(said, layers):
    assert found(said, said, layers) == pytest.approx(dict.fromkeys(LOSSES, 0.0), abs=0.01)
    middle = Said(said.states.mean(0, keepdim=True).expand_as(said.states), said.pooled.mean(0).expand_as(said.pooled),
                  said.ends)  # fmt: skip
    told = found(middle, said, layers)
    assert told["pooled"] == pytest.approx(1, abs=1e-4) and told["ends"] == pytest.approx(1, abs=0.1)


def test_another_order_of_words_is_no_error_to_what_does_not_look_at_order(said, layers):
    states = said.states.clone()
    for row, end in enumerate(said.ends):
        states[row, 1:end] = states[row, 1:end].flip(0)
    told = found(Said(states, said.pooled, said.ends), said, layers)
    assert told == pytest.approx(dict.fromkeys(LOSSES, 0.0), abs=0.01)


def test_a_longer_sentence_is_held_against_its_end(said, layers):
    """One word more before the end: all that stands from the end on is where it is looked for."""
    states = torch.cat([said.states[:, :1], torch.randn(BATCH, 1, WIDTH), said.states[:, 1:-1]], 1)
    longer = Said(states, said.pooled, said.ends + 1)
    assert found(longer, said, layers)["ends"] == 0
    assert found(Said(states, said.pooled, said.ends), said, layers)["ends"] > 0.1


@pytest.mark.parametrize(("place", "seen"), [("start", "ends"), ("behind the end", "ends"), ("word", "words")])
def test_what_is_wrong_in_one_place_is_seen_by_its_own_loss(said, layers, place, seen):
    states = said.states.clone()
    where = {"start": [0] * BATCH, "behind the end": (said.ends + 2).tolist(), "word": [2] * BATCH}[place]
    states[torch.arange(BATCH), where] += 2
    told = found(Said(states, said.pooled, said.ends), said, layers)
    assert told[seen] > 0.05 and told["attention"] > 0 and told["pooled"] == 0
    assert told[{"ends": "words", "words": "ends"}[seen]] < 0.01


def test_what_weighs_nothing_is_not_asked(said):
    assert set(errors(said, said, {"ends": 1.0, "attention": 0.0}, [], scales(said, []), [])) == {"ends"}


def test_places_ask_through_the_norm_of_their_layer():
    weights = [torch.randn(*shape, generator=torch.Generator().manual_seed(4)) for shape in ((32,), (32,), (32, 32))]
    norm, bias, query = weights
    layer = Layer(norm, bias, query, query, query, query, 4)
    own = torch.nn.LayerNorm(32)
    own.load_state_dict({"weight": norm, "bias": bias})
    with torch.no_grad():
        seen = own(torch.randn(7, 32, generator=torch.Generator().manual_seed(2))) @ query.T
    asked = layer.queries(7, torch.Generator().manual_seed(2))
    assert torch.allclose(asked[0], seen.reshape(7, 4, 8).transpose(0, 1), atol=1e-5)

"""StoryGen in ComfyUI gives what the published formulas give, and a small departure from them is noticed."""

from contextlib import contextmanager

import pytest
import torch

from .conftest import CFG, IMAGE_CFG, numbers

TOLERANCE, SEEN = 1e-4, 5e-3
ONE_AFTER_ANOTHER, SEVERAL = "auto-regressive", "multi-image"
T = 876
"""Its tenth is not whole."""


def off(ours, theirs):
    """Largest difference, relative to the largest value."""
    return float((ours - theirs).abs().max() / theirs.abs().max())


@contextmanager
def changed(reference, **parts):
    """The reference with other parts."""
    for name, part in parts.items():
        setattr(reference, name, part)
    try:
        yield
    finally:
        for name in parts:
            delattr(reference, name)


def sampled(comfy, guider, sigmas, seed=5, rows=1):
    """(last latents, noise it began with, noise of the references), as Tell Story draws."""
    import comfy.samplers as samplers

    ddim = comfy.module("nodes.host.ddim")
    sampling = guider.model_patcher.get_model_object("model_sampling")
    chance = torch.Generator().manual_seed(seed)
    noise, again = torch.randn(rows, 4, 8, 8, generator=chance), torch.randn(1, 4, 8, 8, generator=chance)
    with torch.inference_mode():
        last = guider.sample(
            noise * ddim.start(float(sigmas[0]), float(sampling.sigma_max)),
            torch.zeros_like(noise),
            samplers.ksampler("euler"),
            sigmas,
            disable_pbar=True,
            seed=seed,
        )
    # ComfyUI gives latents at the VAE's scale.
    return ddim.at_scale(last, sigmas[-1]) * 0.18215, noise, again


def evaluated(comfy, guider, rows=1):
    """(guided noise at T, picture as the reference sees it, noise of the references): one step to the end."""
    sampling = guider.model_patcher.get_model_object("model_sampling")
    sigmas = sampling.sigmas[[T, 0]].cpu()
    last, noise, again = sampled(comfy, guider, sigmas, rows=rows)
    first = noise * (1 + sigmas[0] ** 2) ** 0.5
    return (last * (1 + sigmas[1] ** 2) ** 0.5 - first) / (sigmas[1] - sigmas[0]), noise, again


def given(told, count):
    return list(zip(told.latents, told.captions, strict=True))[:count]


def expected(reference, told, x, again, count=3, stage=ONE_AFTER_ANOTHER, **other):
    """The reference's guided noise at T."""
    inputs = {
        "text": told.text,
        "negative": told.negative,
        "references": given(told, count),
        "null": told.null,
        "noise": again,
        "stage": stage,
        "cfg": CFG,
        "image_cfg": IMAGE_CFG,
    }
    with torch.no_grad():
        return reference.guided(x, T, **(inputs | other))


@pytest.fixture(scope="module")
def evaluation(comfy, told):
    """With three references, one drawn after another."""
    return evaluated(comfy, told.guider(3, ONE_AFTER_ANOTHER))


def test_a_reference_gives_the_published_features(comfy, told, reference):
    noisy = reference.noised(told.latents[0], numbers(7, 1, 4, 8, 8), 97)
    attention, load = comfy.module("nodes.story.comfy_attention"), comfy.module("nodes.story.comfy_load")
    noting = attention.Noting()
    comfy.model_management.load_models_gpu([told.model])
    options = {**told.model.model_options["transformer_options"], attention.PASS: noting}
    with torch.inference_mode():
        told.model.model.diffusion_model(
            noisy, torch.tensor([97]), context=told.captions[0], transformer_options=options
        )

    def worst():
        with torch.no_grad():
            theirs = reference.features(noisy, 97, told.captions[0])
        assert len(theirs) == len(noting.features) == 16
        places = load.native_places(told.model)
        return max(off(noting.features[load.block_of(places[place])], theirs[place]) for place in theirs)

    assert worst() <= TOLERANCE
    with changed(reference, noted_after_text=True):
        assert worst() > SEEN


def test_an_evaluation_with_up_to_three_references_is_the_published_one(comfy, told, reference, evaluation):
    for count in range(3):
        ours, x, again = evaluated(comfy, told.guider(count, ONE_AFTER_ANOTHER))
        assert off(ours, expected(reference, told, x, again, count)) <= TOLERANCE
    ours, x, again = evaluation
    assert off(ours, expected(reference, told, x, again)) <= TOLERANCE


def test_captions_of_several_lengths_are_read_as_each_alone(comfy, told, reference, monkeypatch):
    longer = numbers(11, 1, 10, told.text.shape[-1])
    monkeypatch.setattr(told, "captions", [told.captions[0], longer, told.captions[2]])
    ours, x, again = evaluated(comfy, told.guider(2, ONE_AFTER_ANOTHER))
    assert off(ours, expected(reference, told, x, again, 2)) <= TOLERANCE


def share_of_the_whole(t, number, count, stage):
    return int(t * (count - number) / 10)


def rounded_share(t, number, count, stage):
    return round(t / 10) * (count - number)


def the_newest_through_most(t, number, count, stage):
    return t // 10 * (number + 1)


@pytest.mark.parametrize(
    "parts",
    [
        {"again": 0.0},
        {"norm": "norm1"},
        {"beside": False},
        {"noted_after_text": True},
        {"reference_timestep": share_of_the_whole},
        {"reference_timestep": rounded_share},
        {"reference_timestep": the_newest_through_most},
    ],
    ids=["h once", "norm1", "one after the other", "after the text", "t * k", "rounded", "newest most"],
)
def test_a_departure_in_the_network_or_the_schedule_is_noticed(told, reference, evaluation, parts):
    ours, x, again = evaluation
    with changed(reference, **parts):
        assert off(ours, expected(reference, told, x, again)) > SEEN


def test_a_departure_in_what_is_told_is_noticed_and_the_order_of_the_bank_alone_is_not(told, reference, evaluation):
    ours, x, again = evaluation
    (one, first), (two, second), last = given(told, 3)
    swapped = [(one, second), (two, first), last]
    others = [
        {"references": swapped},
        {"references": given(told, 3)[:2]},
        {"stage": SEVERAL},
        {"null": told.null * 0},
        {"cfg": IMAGE_CFG, "image_cfg": CFG},
        {"noise": numbers(8, 1, 4, 8, 8)},
    ]
    for other in others:
        assert off(ours, expected(reference, told, x, again, **other)) > SEEN, list(other)
    in_order = reference.looking
    with changed(reference, looking=lambda x, t, text, several: in_order(x, t, text, several[::-1])):
        assert off(ours, expected(reference, told, x, again)) <= TOLERANCE


@pytest.mark.parametrize("stage", [ONE_AFTER_ANOTHER, SEVERAL])
def test_a_whole_loop_is_the_published_one(comfy, told, reference, stage):
    guider = told.guider(2, stage)
    sampling = guider.model_patcher.get_model_object("model_sampling")
    ours, noise, again = sampled(comfy, guider, comfy.module("nodes.host.ddim").leading_sigmas(sampling, 5))
    with torch.no_grad():
        theirs = reference.drawn(
            noise, told.text, told.negative, given(told, 2), told.null, again, stage, CFG, IMAGE_CFG, 5
        )
    assert off(ours, theirs) <= TOLERANCE


def test_a_batch_of_pictures_and_memory_for_one_alone_change_nothing(comfy, told, reference, monkeypatch):
    guider = told.guider(2, ONE_AFTER_ANOTHER)
    together, x, again = evaluated(comfy, guider, rows=2)
    for row in range(2):
        theirs = expected(reference, told, x[row : row + 1], again, 2)
        assert off(together[row : row + 1], theirs) <= TOLERANCE
    monkeypatch.setattr(type(told.model.model), "memory_required", lambda *args, **named: 1e18)
    assert off(evaluated(comfy, guider, rows=2)[0], together) <= 1e-5

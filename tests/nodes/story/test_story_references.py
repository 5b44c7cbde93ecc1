"""Story References and Story Guider: what the VAE is given, and what is refused in a sentence."""

import pytest
import torch

from .test_storygen_parity import ONE_AFTER_ANOTHER, evaluated

REFERENCES, GUIDER = "DancheongStoryReferences", "DancheongStoryGuider"


class Words:
    """A CLIP that keeps the texts."""

    def tokenize(self, text):
        return text

    def encode_from_tokens_scheduled(self, text):
        return [[text, {}]]


def references(comfy, told, images, captions, **inputs):
    given = {"vae": told, "images": images, "clip": Words(), "captions": captions}
    return comfy.try_node(REFERENCES, **given, **inputs)


def made(comfy, told, images, captions, **inputs):
    outcome = references(comfy, told, images, captions, **inputs)
    assert not outcome.error, outcome.error
    return outcome.captured["out0"]


def test_the_vae_sees_grey_first_and_references_as_they_were_trained(comfy, told):
    white, half = torch.ones(1, 64, 64, 3), torch.full((1, 64, 64, 3), 0.5)
    pair = made(comfy, told, torch.cat([white, half]), "One.\nTwo.")
    null, latents = pair.latents(64, 64)
    assert null.shape == (1, 4, 8, 8) and latents.shape == (2, 4, 8, 8)
    # ComfyUI's VAE takes 0.5 for 0, which is StoryGen's "no reference", and 1 for 1.
    assert [float(picture.mean()) for picture in told.seen] == [0.5, 1.0, 0.75]
    made(comfy, told, torch.cat([white, half]), "One.\nTwo.", reference_range="normalised").latents(64, 64)
    assert [float(picture.mean()) for picture in told.seen] == [0.5, 1.0, 0.5]


def test_other_sizes_grey_and_alpha_are_brought_to_what_the_vae_takes(comfy, told):
    for shape in ((1, 50, 30, 1), (1, 200, 300, 3)):
        made(comfy, told, torch.full(shape, 0.5), "One.").latents(64, 72)
        assert told.seen.shape == (2, 64, 72, 3) and torch.allclose(told.seen[1], torch.tensor(0.75))
    clear = torch.ones(1, 64, 64, 4)
    clear[:, :32, :, 3] = 0
    made(comfy, told, clear, "One.").latents(64, 64)
    assert told.seen[1, :32].unique().tolist() == [0.5] and told.seen[1, 32:].unique().tolist() == [1.0]


def test_captions_and_pictures_belong_together(comfy, told):
    two = torch.zeros(2, 64, 64, 3)
    found = made(comfy, told, two, "\n One. \n\nTwo.\n", null_caption="blurry")
    assert [caption[0][0] for caption in found.captions] == ["One.", "Two."] and found.null[0][0] == "blurry"
    for captions, count in (("One.\nTwo.\nThree.", 3), ("One.", 1), ("\n\n", 0)):
        refused = references(comfy, told, two, captions).error
        assert f"a line of captions for each of 2 pictures, got {count}" in refused
    many = references(comfy, told, two[:1].expand(11, -1, -1, -1), "\n".join("abcdefghijk")).error
    assert "at most 10 references, got 11: keep the newest" in many


def test_a_guider_without_storygen_or_with_texts_of_another_width_is_refused(comfy, told, plain):
    text = [[told.text, {}]]
    inputs = {"model": told.model, "positive": text, "text_only": text, "negative": text}
    pair = told.guider(1, ONE_AFTER_ANOTHER).references
    assert "add Apply StoryGen" in comfy.try_node(GUIDER, **inputs | {"model": plain}, references=pair).error
    wide = [[torch.zeros(1, 77, 2048), {}]]
    for name in ("positive", "negative", "text_only"):
        refused = comfy.try_node(GUIDER, references=pair, **inputs | {name: wide}).error
        assert f"Expected {name} to be 32 wide, as this MODEL reads, got 2048" in refused
    pair = type(pair)(told, pair.pictures, [wide], text, pair.range, pair.stage)
    assert "captions of references to be 32 wide" in comfy.try_node(GUIDER, references=pair, **inputs).error


def test_the_vae_of_another_architecture_is_refused(comfy, told, monkeypatch):
    guider = told.guider(1, ONE_AFTER_ANOTHER)
    monkeypatch.setattr(told, "encoded", torch.zeros(2, 16, 8, 8))
    with pytest.raises(Exception, match=r"a VAE of 4 latent channels .* got one of 16: connect the VAE"):
        evaluated(comfy, guider)


def test_without_references_it_is_the_ordinary_guider(comfy, told, plain):
    import comfy.samplers as samplers

    ordinary = samplers.CFGGuider(told.model)
    ordinary.set_conds([[told.text, {}]], [[told.negative, {}]])
    ordinary.set_cfg(7.0)
    assert torch.equal(evaluated(comfy, ordinary)[0], evaluated(comfy, told.guider(0, ONE_AFTER_ANOTHER))[0])


@pytest.mark.parametrize(("t", "count", "stage", "passes"), [(976, 3, "auto-regressive", 9), (976, 3, "multi-image", 7),
                                                             (1, 2, "auto-regressive", 7)])  # fmt: skip
def test_a_step_costs_two_passes_a_reference_and_three(comfy, told, monkeypatch, t, count, stage, passes):
    guider, rows = told.guider(count, stage), []
    model = type(told.model.model)
    apply = model.apply_model
    monkeypatch.setattr(
        model, "apply_model", lambda self, x, *args, **named: rows.append(len(x)) or apply(self, x, *args, **named)
    )
    from .test_storygen_parity import sampled

    sampled(comfy, guider, guider.model_patcher.get_model_object("model_sampling").sigmas[[t, 0]].cpu())
    assert sum(rows) == passes

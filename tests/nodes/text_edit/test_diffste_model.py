"""DiffSTE in ComfyUI gives what the published formulas give, and a small departure from them is noticed."""

import numpy as np
import pytest
import torch
from dancheong.runner import places
from dancheong.testing.models import diffste as diffste_models
from dancheong.testing.references import diffste as diffste_reference
from transformers import CLIPTokenizer

STEPS_TOLERANCE, NOISE_TOLERANCE = 1e-4, 1e-4


def off(ours, theirs):
    """Largest difference, relative to the largest value."""
    return float((ours - theirs).abs().max() / theirs.abs().max())


@pytest.fixture(scope="module")
def tensors():
    return diffste_models.tensors()


@pytest.fixture(scope="module")
def reference(tensors):
    return diffste_reference.Reference(tensors)


@pytest.fixture(scope="module")
def editor(comfy, base, tensors):
    diffste_models.lightning(base / "models" / "diffste" / "parity.ckpt", tensors)
    return comfy.node("DancheongLoadDiffSTE", checkpoint="parity.ckpt", dtype="float32")[0]


@pytest.fixture(scope="module")
def told(reference):
    """(text, characters) of an instruction, as the reference has them."""
    tokenizer = CLIPTokenizer.from_pretrained(str(places.comfyui() / "comfy" / "sd1_tokenizer"))
    ids = tokenizer('Write "ARTI" in color: red', padding="max_length", max_length=20, truncation=True)["input_ids"]
    return reference.text(torch.tensor([ids])), reference.characters(torch.tensor([[37, 54, 56, 45] + [0] * 16]))


@pytest.fixture(scope="module")
def hidden():
    """(latent of the hole, mask), 8 x 8."""
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 2:6, 1:7] = 1
    return torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(5)), mask


def network(editor, x, t, text, char):
    with torch.inference_mode():
        return editor.model.model.diffusion_model(x, t, context=text, transformer_options={}, characters=char)


def contexts(comfy, editor, word="ARTI", sentence='Write "ARTI" in color: red'):
    encode = comfy.module("nodes.text_edit.comfy_encode")
    with torch.inference_mode():
        ids, _ = encode.instruction_ids(editor, sentence)
        return encode.context(editor, ids, word), encode.null_context(editor)


def sampled(comfy, editor, hidden, steps, cfg=7.5, count=2, seed=11, **changes):
    sampling = comfy.module("nodes.text_edit.comfy_sampling")
    settings = sampling.Settings(**{"steps": steps, "cfg": cfg, "sampler": "ddim", "scheduler": "leading", "eta": 0.0,
                                    **changes})  # fmt: skip
    positive, negative = contexts(comfy, editor)
    with torch.inference_mode():
        scale = editor.sizes.latent_scale
        latent = sampling.sample(editor, positive, negative, hidden[0] / scale, hidden[1], seed, count, settings, None)
        return latent * scale


def expected(reference, told, hidden, steps, cfg=7.5, count=2, seed=11):
    noise = torch.randn((count, 4, 8, 8), generator=torch.Generator().manual_seed(seed))
    return reference.sample(noise, *told, *hidden, cfg, steps)


def test_every_tensor_of_the_public_layout_is_there(tensors):
    counts = {
        part: sum(name.startswith(part) for name in tensors)
        for part in ("unet.", "vae.", "text_encoder.", "char_embedder.")
    }
    assert counts == {"unet.": 1102, "vae.": 248, "text_encoder.": 197, "char_embedder.": 3}


@pytest.mark.parametrize("timestep", [1, 500, 958])
def test_one_evaluation_is_the_references(editor, reference, told, timestep):
    random = torch.Generator().manual_seed(1)
    x, t = torch.randn(2, 9, 32, 32, generator=random), torch.tensor([timestep, timestep])
    text, char = (part.expand(2, -1, -1) for part in told)
    wanted = reference.noise(x, t, text, char)
    assert wanted.std() > 0.1
    assert off(network(editor, x, t, text, char), wanted) <= NOISE_TOLERANCE
    alone = reference.noise(x, t, text, None)
    assert off(alone, wanted) > 100 * NOISE_TOLERANCE
    assert off(network(editor, x, t, text, None), alone) <= NOISE_TOLERANCE


def test_a_sum_of_the_branches_is_noticed(editor, tensors, told):
    class Summed(diffste_reference.Reference):
        mean_of_branches = staticmethod(lambda text, char: text + char)

    x, t = torch.randn(1, 9, 32, 32, generator=torch.Generator().manual_seed(1)), torch.tensor([500])
    assert off(network(editor, x, t, *told), Summed(tensors).noise(x, t, *told)) > 100 * NOISE_TOLERANCE


def test_the_instruction_is_encoded_as_20_tokens(comfy, editor, told, reference):
    positive, negative = contexts(comfy, editor)
    assert positive.text.shape == (1, 20, 64) and positive.characters.shape == (1, 20, 32)
    assert off(positive.text, told[0]) <= NOISE_TOLERANCE
    assert torch.equal(positive.characters, told[1])
    for ours, theirs in zip((negative.text, negative.characters), reference.null(), strict=True):
        assert off(ours, theirs) <= NOISE_TOLERANCE


def test_the_empty_instruction_has_no_start_of_text(comfy, editor, reference):
    encode = comfy.module("nodes.text_edit.comfy_encode")
    ids = encode.null_ids(editor)
    assert ids == [49407] * 20
    usual = reference.text(torch.tensor([[diffste_reference.START] + [diffste_reference.END] * 19]))
    _, negative = contexts(comfy, editor)
    assert off(negative.text, usual) > 100 * NOISE_TOLERANCE


@pytest.mark.parametrize("steps", [5, 30])
def test_guided_steps_end_where_the_references_end(comfy, editor, reference, told, hidden, steps):
    wanted = expected(reference, told, hidden, steps)
    assert off(sampled(comfy, editor, hidden, steps), wanted) <= STEPS_TOLERANCE
    assert off(wanted[:1], wanted[1:]) > 100 * STEPS_TOLERANCE


def test_without_guidance_the_empty_pair_is_left_out(comfy, editor, reference, told, hidden):
    assert (
        off(sampled(comfy, editor, hidden, 5, cfg=1.0), expected(reference, told, hidden, 5, cfg=1.0))
        <= STEPS_TOLERANCE
    )


def test_departures_from_the_original_are_noticed(comfy, editor, tensors, reference, told, hidden):
    ours = sampled(comfy, editor, hidden, 5)
    short = tensors["text_encoder.text_model.embeddings.position_embedding.weight"].shape[0]
    assert short == 77

    class WithStart(diffste_reference.Reference):
        def null(self):
            return self.text(torch.tensor([[49406] + [49407] * 19])), super().null()[1]

    class Long(diffste_reference.Reference):
        def null(self):
            return self.text(torch.full((1, 77), 49407)), super().null()[1]

    for mutant in (WithStart(tensors), Long(tensors)):
        assert off(ours, expected(mutant, told, hidden, 5)) > 3 * STEPS_TOLERANCE
    # ComfyUI's own schedule of that name begins at 991 and ends at 0.
    at_30 = expected(reference, told, hidden, 30)
    assert off(sampled(comfy, editor, hidden, 30, scheduler="ddim_uniform"), at_30) > 10 * STEPS_TOLERANCE


def test_the_schedule_is_diffusers_leading(comfy, editor):
    sampling = comfy.module("nodes.text_edit.comfy_sampling")
    model_sampling = editor.model.get_model_object("model_sampling")
    for steps in (1, 5, 20, 30, 50, 500):
        scheduler = diffste_reference.schedule()
        scheduler.set_timesteps(steps)
        sigmas = sampling.leading_sigmas(model_sampling, steps)
        assert torch.equal(model_sampling.timestep(sigmas[:-1]), scheduler.timesteps)
        alpha = 1 / (1 + sigmas[-1] ** 2)
        np.testing.assert_allclose(alpha, scheduler.final_alpha_cumprod, rtol=1e-5)
    assert model_sampling.timestep(sampling.leading_sigmas(model_sampling, 30))[0] == 958


def test_eta_adds_ddims_own_noise(comfy, editor):
    """One step of a network that predicts nothing: what remains is the schedule's noise, whose strength is known."""
    sampling = comfy.module("nodes.text_edit.comfy_sampling")
    model_sampling = editor.model.get_model_object("model_sampling")
    scheduler = diffste_reference.schedule()
    scheduler.set_timesteps(10)
    sigmas = sampling.leading_sigmas(model_sampling, 10)
    from comfy.k_diffusion.sampling import get_ancestral_step

    for index, t in enumerate(scheduler.timesteps):
        before = int(t) - 100
        _, up = get_ancestral_step(sigmas[index], sigmas[index + 1], eta=0.7)
        alpha = scheduler.alphas_cumprod[before] if before >= 0 else scheduler.final_alpha_cumprod
        wanted = 0.7 * scheduler._get_variance(int(t), before) ** 0.5 / alpha**0.5
        np.testing.assert_allclose(up, wanted, rtol=1e-3)


@pytest.mark.parametrize(("sampler", "scheduler"), [("euler", "normal"), ("dpmpp_2m", "karras"), ("uni_pc", "simple")])
def test_comfyuis_samplers_run(comfy, editor, hidden, sampler, scheduler):
    result = sampled(comfy, editor, hidden, 4, sampler=sampler, scheduler=scheduler)
    assert torch.isfinite(result).all() and result.std() > 0.01


def test_the_seed_decides(comfy, editor, hidden):
    one, again, other = (sampled(comfy, editor, hidden, 3, seed=seed, eta=1.0) for seed in (7, 7, 8))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert not torch.equal(one, sampled(comfy, editor, hidden, 3, seed=7, eta=0.0))


def test_a_whole_edit_is_the_originals(comfy, editor, reference, told):
    """From the picture to the decoded candidate; the original's random draw at the VAE aside, whose mean is taken."""
    random = torch.Generator().manual_seed(3)
    picture = torch.rand(256, 256, 3, generator=random)
    mask = torch.zeros(256, 256)
    mask[96:160, 20:236] = 1
    sentence = {"text": "ARTI", "color": "red"}
    candidates = comfy.node("DancheongEditText", diffste=editor, image=picture[None], mask=mask[None], steps=2, seed=9,
                            context=60.0, **sentence)[1]  # fmt: skip
    vae, scale = reference.vae(), 0.18215
    with torch.no_grad():
        seen = (picture.movedim(-1, 0)[None] * 2 - 1) * (mask < 0.5)
        hole = vae.encode(seen).latent_dist.mean * scale
        cells = torch.nn.functional.interpolate(mask[None, None], size=(32, 32), mode="nearest")
        noise = torch.randn(1, 4, 32, 32, generator=torch.Generator().manual_seed(9))
        latent = reference.sample(noise, *told, hole, cells, 7.5, 2)
        wanted = (vae.decode(latent / scale).sample / 2 + 0.5).clamp(0, 1)[0].movedim(0, -1)
    assert wanted.std() > 0.05 and off(candidates[0], wanted) <= 5e-3


def test_what_stands_under_the_mask_is_not_seen(comfy, editor):
    one = torch.rand(1, 256, 256, 3, generator=torch.Generator().manual_seed(4))
    mask = torch.zeros(1, 256, 256)
    mask[0, 96:160, 20:236] = 1
    other = torch.where(mask[..., None] > 0, 1 - one, one)
    candidates = [
        comfy.node("DancheongEditText", diffste=editor, image=image, mask=mask, text="ARTI", steps=1, context=60.0)[1]
        for image in (one, other)
    ]
    assert torch.equal(*candidates)


def test_steps_move_the_bar_and_show_what_is_drawn(comfy, editor, monkeypatch):
    import latent_preview

    monkeypatch.setattr(latent_preview.args, "preview_method", latent_preview.LatentPreviewMethod.Latent2RGB)
    steps = comfy.module("nodes.host.ddim").Steps(editor.model, samplings=2, steps=3)
    moved = []
    monkeypatch.setattr(
        steps._bar, "update_absolute", lambda value, total=None, preview=None: moved.append((value, preview))
    )
    steps.next()
    steps.callback(0, torch.zeros(1, 4, 8, 8), None, 3)
    (first, nothing), (second, shown) = moved
    assert (first, nothing, second) == (3, None, 4)
    assert shown[0] == "JPEG" and shown[1].size == (8, 8)

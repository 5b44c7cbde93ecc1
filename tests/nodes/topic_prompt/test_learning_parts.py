"""What a topic is learned through: the same states and predictions as ComfyUI's own, with a gradient."""

import importlib

import pytest
import torch
from dancheong.testing.world.latent import CHANNELS
from safetensors.torch import save_file

TEXTS = ["", "한국은행이 기준금리를 동결했다", "cat (again) embedding:x a photo", "가을 하늘 " * 40]


@pytest.fixture
def part(comfy):
    """A module of the learning room."""
    room = comfy.module("nodes.topic_prompt.comfy_encode").__package__ + ".learning"
    return lambda name: importlib.import_module(f"{room}.{name}")


@pytest.fixture
def clip(clip_of):
    return clip_of(64)


@pytest.fixture
def model(comfy):
    from dancheong.testing.world import network

    with torch.inference_mode():
        unet = network.unet()
        network.begin(unet, 3)
        for weight in unet.parameters():
            weight.add_(torch.randn(weight.shape, generator=torch.Generator().manual_seed(1)) * 0.02)
        return network.model(unet.state_dict())


@pytest.mark.parametrize("text", TEXTS, ids=["nothing", "headline", "brackets", "too long"])
@pytest.mark.parametrize("skip", [None, -2])
def test_states_are_those_of_the_file(comfy, part, folder, clip, text, skip):
    vectors = torch.randn(3, 64, generator=torch.Generator().manual_seed(2))
    save_file({"clip_l": vectors}, folder / "learning.safetensors")
    clip = clip.clone()
    clip.layer_idx = skip
    with torch.inference_mode(False):
        encoder = part("comfy_encoder").LearningEncoder(clip)
        states = encoder.states(vectors, [encoder.words(text)])
    topic = comfy.node("DancheongLoadTopicPrompt", embedding="learning.safetensors")[0]
    literal = comfy.module("nodes.ground.prompt_text").literal(text)
    options = {"position": "prefix", "strength": 1.0, "on_overflow": "truncate"}
    (((expected, _),), *_) = comfy.node("DancheongEncodeTopicText", clip=clip, text=literal, topic=topic, **options)
    if len(encoder.words(text)) <= encoder.room(3):
        assert torch.allclose(states, expected, atol=1e-5)
    else:  # the node leaves out whole words
        assert states.shape == expected.shape


def test_a_gradient_reaches_the_vectors_and_nothing_else(comfy, part, clip, model):
    frozen = comfy.module("nodes.training.comfy_frozen")
    encoders = part("comfy_encoder")
    before = {name: value.clone() for name, value in clip.cond_stage_model.state_dict().items()}
    weights = {name: value.clone() for name, value in model.model.state_dict().items()}
    with torch.inference_mode(), torch.inference_mode(False), torch.enable_grad():
        encoder, denoiser = encoders.LearningEncoder(clip), frozen.Denoiser(model)
        vectors = torch.nn.Parameter(torch.randn(2, 64))
        latents, noise = torch.randn(2, CHANNELS, 8, 8), torch.randn(2, CHANNELS, 8, 8)
        told = encoder.states(vectors, [encoder.words(text) for text in ("가을 하늘", "")])
        denoiser.missed(latents, noise, torch.tensor([0.2, 0.9]), told).mean().backward()
    assert torch.isfinite(vectors.grad).all()
    assert (vectors.grad.abs() > 0).any(dim=1).all()
    assert all(torch.equal(value, before[name]) for name, value in clip.cond_stage_model.state_dict().items())
    assert all(torch.equal(value, weights[name]) for name, value in model.model.state_dict().items())


def test_a_prediction_is_comfyuis(comfy, model):
    with torch.inference_mode(False):
        denoiser = comfy.module("nodes.training.comfy_frozen").Denoiser(model)
    sigmas, noisy, context = torch.tensor([0.5, 8.0]), torch.randn(2, CHANNELS, 8, 8), torch.randn(2, 77, 64)
    with torch.no_grad():
        own = model.model.apply_model(noisy, sigmas, c_crossattn=context)
        assert torch.allclose(denoiser.denoised(noisy, sigmas, context), own, atol=1e-5)


def test_the_error_is_of_what_the_model_predicts(comfy, model):
    """v of Salimans and Ho (2022): at a signal of cos and a noise of sin."""
    with torch.inference_mode(False):
        denoiser = comfy.module("nodes.training.comfy_frozen").Denoiser(model)
    latents, noise, context = torch.randn(1, CHANNELS, 8, 8), torch.randn(1, CHANNELS, 8, 8), torch.randn(1, 77, 64)
    sampling = model.get_model_object("model_sampling")
    sigma = torch.tensor([sampling.percent_to_sigma(0.4)])
    with torch.no_grad():
        found = denoiser.missed(latents, noise, torch.tensor([0.6]), context)
        signal, spread = 1 / (1 + sigma**2).sqrt(), sigma / (1 + sigma**2).sqrt()
        given = signal * latents + spread * noise
        v = model.model.diffusion_model(
            given, sampling.timestep(sigma).float(), context=context, transformer_options={}
        )
        assert torch.allclose(found, ((v - (signal * noise - spread * latents)) ** 2).mean(), rtol=1e-4)

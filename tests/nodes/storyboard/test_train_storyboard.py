"""Train Storyboard: the LoRA alone learns, from boards as they are drawn; a stopped run ends as an unbroken one."""

import importlib
import shutil

import pytest
import torch
from dancheong.testing.scenes import stories
from dancheong.testing.world.latent import CHANNELS
from safetensors.torch import load_file

TRAIN = "DancheongTrainStoryboard"
SHORT = {"stories": "boards", "frames": 4, "columns": 2, "side": 64, "steps": 3, "learning_rate": 0.05, "rank": 2}
SHORT |= {"batch_size": 1, "seed": 3, "name": "board", "global_weight": 0.25, "held_out": 0.3}


@pytest.fixture(scope="module")
def world(comfy):
    return dict(zip(("model", "clip", "vae"), comfy.node("LoadSmallWorld"), strict=True))


@pytest.fixture
def boards(base):
    """Three stories of four pictures; what runs leave goes after each test."""
    place = base / "input" / "boards"
    stories.write(place)
    yield place
    left = [base / "output" / name for name in ("storyboard_runs", "story_latents")]
    for folder in (place, *left, base / "models" / "loras" / "trained"):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def train(comfy, world, boards):
    return lambda hook=None, **other: comfy.try_node(TRAIN, hook, **{**world, **SHORT, **other})


@pytest.fixture
def kept(base):
    return lambda run: load_file(base / "models" / "loras" / "trained" / f"{run}.safetensors")


def test_the_lora_alone_learns_and_comfyui_loads_all_of_it(train, world, kept):
    before = [value.clone() for value in world["model"].model.state_dict().values()]
    outcome = train()
    assert not outcome.error
    assert all(
        torch.equal(one, other) for one, other in zip(before, world["model"].model.state_dict().values(), strict=True)
    )
    lora, losses, report = (outcome.captured[f"out{number}"] for number in range(3))
    assert len(losses["loss"]) == SHORT["steps"]
    assert "3 stories that fill a board" in report
    file = kept("board_001")
    assert all(torch.equal(file[name], tensor) for name, tensor in lora.items())
    patched, _ = importlib.import_module("comfy.sd").load_lora_for_models(world["model"], None, file, 1.0, 0.0)
    assert len(patched.patches) == len(file) / 2
    assert {shape[0] for shape in (file[name].shape for name in file if "down" in name)} == {2}


def test_a_run_that_was_stopped_ends_as_one_that_was_not(comfy, train, kept):
    def stop(value, total):
        if (value, total) == (1, SHORT["steps"]):
            comfy.nodes.interrupt_processing()

    train()
    assert train(stop).interrupted
    assert not train(resume="board_002").error
    one, other = kept("board_001"), kept("board_002")
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert "is of another job" in train(resume="board_002", rank=3).error


def test_a_board_is_learned_as_it_is_drawn(comfy, world, monkeypatch):
    """What the task is told of a board is what Storyboard Attention tells the sampler: the same prediction.

    A board so large that its blocks are computed twice is learned from in the same way.
    """
    room = comfy.module("nodes.storyboard.comfy_attention").__package__ + ".learning"
    training, loras = (importlib.import_module(f"{room}.{name}") for name in ("comfy_task", "comfy_lora"))
    frozen, plans = comfy.module("nodes.training.comfy_frozen"), comfy.module("nodes.training.plan")
    encode, model = comfy.module("nodes.story.comfy_references").encode, world["model"]
    captions = ["a red star", "a hero", "a blue circle", "a small hero at the left"]
    with torch.inference_mode(False):
        frames = torch.randn(4, 2, CHANNELS, 8, 8)
        states = {text: encode(world["clip"], text)[0][0].clone() for text in (*captions, " ".join(captions), "")}
        denoiser = frozen.Denoiser(model)
        lesson = training.Lesson(plans.Plan(1, 0.1), 1, 4, 2, 2, 0.25, 0.1)
        lora = loras.LoRA(denoiser.network, 2, 0)
        task = training.BoardTask(
            denoiser, lora, [frames] * 2, [captions] * 2, states.__getitem__, 64, lesson, "by hand"
        )
        gradients = []
        for large in (frozen.LARGE, 0):
            monkeypatch.setattr(frozen, "LARGE", large)
            missed = task._missed([(0, 0)], True, torch.tensor([0.7]), torch.Generator().manual_seed(1))
            gradients.append(torch.autograd.grad(missed.sum(), lora.learned.values()))
        assert all(torch.allclose(one, other, atol=1e-6) for one, other in zip(*gradients, strict=True))
        assert any(one.any() for one in gradients[0])
    with torch.no_grad():
        found = missed.item()
        _, board = comfy.node(
            "DancheongStoryboard", story="\n".join(captions), task="visualize", frames=0, columns=2, frame_width=64,
            frame_height=64,
        )  # fmt: skip
        patched, ((tokens, extra),) = comfy.node(
            "DancheongStoryboardAttention", model=model, clip=world["clip"], storyboard=board, whole_story="",
            global_weight=0.25,
        )  # fmt: skip
        options = {**extra["hooks"].hooks[0].transformers_dict, "wrappers": patched.wrappers}
        noise = torch.randn(1, CHANNELS, 16, 16, generator=torch.Generator().manual_seed(1))
        canvas = torch.cat([torch.cat(list(row), -1) for row in frames[:, 1].unflatten(0, (2, 2))], -2)[None]
        sigma = torch.tensor([model.get_model_object("model_sampling").percent_to_sigma(0.3)])
        clean = model.model.apply_model(canvas + sigma * noise, sigma, c_crossattn=tokens, transformer_options=options)
        by_hand = ((clean - canvas) ** 2).mean() * (sigma**2 + 1) / sigma**2
    assert found == pytest.approx(by_hand.item(), rel=1e-4)


@pytest.mark.parametrize(
    ("other", "says"),
    [({"frames": 5}, "two stories or more with 5 pictures each, got 0"), ({"stories": "nowhere"}, "no dataset")],
    ids=["too short", "nowhere"],
)
def test_what_cannot_be_learned_from_is_said(train, other, says):
    outcome = train(**other)
    assert says in outcome.error
    assert outcome.error.count("\n") == 0

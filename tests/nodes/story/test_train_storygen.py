"""Train StoryGen: image attention alone changes, a stopped run ends as an unbroken one, bad stories cost themselves."""

import csv
import importlib
import shutil

import numpy as np
import pytest
import torch
from dancheong.testing.scenes import stories
from dancheong.testing.world.latent import CHANNELS
from PIL import Image
from safetensors.torch import load_file

TRAIN = "DancheongTrainStoryGen"
SHORT = {"stories": "tales", "side": 64, "steps": 3, "learning_rate": 0.01, "batch_size": 1, "seed": 3, "name": "tale"}
SHORT |= {"held_out": 0.3, "stage": "auto-regressive", "noise_levels": "as published"}
FRAMES = 4


@pytest.fixture(scope="module")
def world(comfy):
    return dict(zip(("model", "clip", "vae"), comfy.node("LoadSmallWorld"), strict=True))


@pytest.fixture
def tales(base):
    """Four stories of four pictures; what runs leave goes after each test."""
    place = base / "input" / "tales"
    stories.write(place, 4)
    yield place
    left = [base / "output" / name for name in ("story_runs", "story_latents")]
    for folder in (place, *left, base / "models" / "storygen" / "trained"):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def train(comfy, world, tales):
    """One run of the node; its inputs may be others, and a hook may see its progress."""
    return lambda hook=None, **other: comfy.try_node(TRAIN, hook, **{**world, **SHORT, **other})


@pytest.fixture
def stopped(comfy, train):
    def run(step):
        def hook(value, total):
            if (value, total) == (step, SHORT["steps"]):
                comfy.nodes.interrupt_processing()

        assert train(hook).interrupted

    return run


@pytest.fixture
def kept(base):
    """Every tensor of a run's file."""
    return lambda run: load_file(base / "models" / "storygen" / "trained" / f"{run}.safetensors")


def own(model, name):
    """The MODEL's weight that the published layout calls so."""
    place, part = name.split(".transformer_blocks.0.")
    native = {"down_blocks.0.attentions.0": "input_blocks.1.1", "mid_block.attentions.0": "middle_block.1"}[place]
    part = part.replace("attn3.", "attn1.").replace("norm4.", "norm1.")
    return model.model.diffusion_model.state_dict()[f"{native}.transformer_blocks.0.{part}"]


def test_image_attention_alone_changes(train, world, kept):
    def everything():
        parts = (world["model"].model, world["clip"].cond_stage_model, world["vae"].first_stage_model)
        return [value.clone() for part in parts for value in part.state_dict().values()]

    before = everything()
    outcome = train()
    assert not outcome.error
    assert all(torch.equal(one, other) for one, other in zip(before, everything(), strict=True))
    found = {
        name: tensor for name, tensor in kept("tale_001").items() if name.startswith(("down_blocks.0", "mid_block"))
    }
    for name, tensor in found.items():
        assert torch.equal(tensor, own(world["model"], name)) == (".attn3." not in name), name
    assert "held-out" in outcome.captured["out2"]
    assert "4 of 4 stories" in outcome.captured["out2"]
    assert len(outcome.captured["out1"]["loss"]) == SHORT["steps"]


def test_a_run_that_was_stopped_ends_as_one_that_was_not(train, stopped, kept, base):
    straight = train()
    stopped(1)
    resumed = train(resume="tale_002")
    assert resumed.captured["out1"] == straight.captured["out1"]
    one, other = kept("tale_001"), kept("tale_002")
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    log = (base / "output" / "story_runs" / "tale_002.csv").read_text()
    assert [line.split(",")[0] for line in log.splitlines()] == ["step", "0", "1", "2", "3"]
    assert "is of another job" in train(resume="tale_002", seed=4).error


def test_it_goes_on_from_a_storygen_and_is_drawn_with(comfy, train, world, kept, base):
    def held_out(run):
        with (base / "output" / "story_runs" / f"{run}.csv").open() as log:
            return [float(row["held out"]) for row in csv.DictReader(log) if row["held out"]]

    first = train()
    again = train(storygen=first.captured["out0"])
    one, other = kept("tale_001"), kept("tale_002")
    assert all(torch.equal(one[name], other[name]) for name in one if ".attn1." in name)
    begun, *learned = held_out("tale_001")
    assert held_out("tale_002")[0] == pytest.approx(min(learned), rel=1e-4)
    assert min(learned) < 0.9 * begun
    told = comfy.node(
        "DancheongTellStory", **world, storygen=again.captured["out0"], story="a\nb", negative="", keep=3, steps=1,
        cfg=2.0, image_cfg=2.0, width=64, height=64, seed=0,
    )  # fmt: skip
    assert told[0].shape == (2, 64, 64, 3)
    assert torch.isfinite(told[0]).all()


@pytest.mark.parametrize("count", [1, 3])
def test_it_learns_through_what_drawing_does(comfy, world, tales, count):
    """The error of a picture by ComfyUI's own model, references noised by the published schedule, by hand."""
    room = comfy.module("nodes.story.comfy_load").__package__ + ".learning"
    training, lessons = (importlib.import_module(f"{room}.{name}") for name in ("comfy_task", "lesson"))
    load, attention = comfy.module("nodes.story.comfy_load"), comfy.module("nodes.story.comfy_attention")
    trainer = importlib.import_module(f"{room}.comfy_train")
    frozen, plans = comfy.module("nodes.training.comfy_frozen"), comfy.module("nodes.training.plan")
    model, encode = world["model"], comfy.module("nodes.story.comfy_references").encode
    with torch.inference_mode(False):
        places = load.fitting(model, None)
        blocks = trainer._beginning(model, places)
        weights = comfy.module("nodes.story.weights").Weights(blocks, "auto-regressive", ())
        storygen = load.load("mine", weights, None, torch.float32)
        latents, null = torch.randn(1, FRAMES, 2, CHANNELS, 8, 8), torch.zeros(CHANNELS, 8, 8)
        states = {text: encode(world["clip"], text)[0][0].clone() for text in ("a", "b", "c", "d", "")}
        task = training.StoryTask(
            frozen.Denoiser(model),
            {load.block_of(native): (place, storygen.image_attention(place)) for place, native in places.items()},
            {},
            [latents[0], latents[0]],
            [["a", "b", "c", "d"]] * 2,
            null,
            states.__getitem__,
            lessons.Lesson(plans.Plan(1, 0.1), 1, "auto-regressive", 1.0, 0.1),
            "by hand",
        )
    level, no = torch.tensor([0.7]), torch.tensor([False])
    with torch.no_grad():
        found = task._missed([(0, 3)], count, no, no, level, torch.Generator().manual_seed(1)).item()
        chance = torch.Generator().manual_seed(1)
        noise, shared = (torch.randn(1, CHANNELS, 8, 8, generator=chance) for _ in range(2))
        patched, sampling = load.apply(model, storygen), model.get_model_object("model_sampling")
        sigma = torch.tensor([sampling.percent_to_sigma(0.3)])
        tenth = int(sampling.timestep(sigma).item()) // 10
        features = []
        for back in range(count, 0, -1):
            noting, at = attention.Noting(), sampling.sigma(torch.tensor([float(tenth * back)]))
            told = states["abcd"[3 - back]]
            options = {**patched.model_options["transformer_options"], attention.PASS: noting}
            seen = latents[0, 3 - back, :1] + at.view(-1, 1, 1, 1) * shared
            patched.model.apply_model(seen, at, c_crossattn=told, transformer_options=options)
            features.append(noting.features)
        joined = {block: torch.cat([each[block] for each in features], 1) for block in features[0]}
        options = {**patched.model_options["transformer_options"], attention.PASS: attention.Reading(joined)}
        picture = latents[0, 3, 1:]
        clean = patched.model.apply_model(
            picture + sigma * noise, sigma, c_crossattn=states["d"], transformer_options=options
        )
        by_hand = ((clean - picture) ** 2).mean() * (sigma**2 + 1) / sigma**2
    assert found == pytest.approx(by_hand.item(), rel=1e-4)


def test_a_bad_story_costs_itself(train, tales):
    (tales / "tale 4" / "captions.txt").write_text("one line")
    (tales / "tale 1" / "2.png").write_bytes(b"no picture")
    report = train().captured["out2"]
    assert "2 of 4 stories can be learned from" in report
    assert "- tale 4: captions.txt should have a line for each picture (1 for 4" in report
    assert "- tale 1: 2.png" in report


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"stories": "nowhere"}, "There is no dataset 'nowhere'"),
        ({"stories": "a_file.txt"}, "Expected a folder of stories"),
        ({"stories": "no_stories"}, "holds no story"),
        ({"resume": "tale_999"}, "Expected a run of story_runs"),
    ],
    ids=["nowhere", "file", "empty", "no run"],
)
def test_what_cannot_be_learned_from_is_said(train, base, other, says):
    (base / "input" / "a_file.txt").write_text("x")
    (base / "input" / "no_stories").mkdir(exist_ok=True)
    outcome = train(**other)
    assert says in outcome.error
    assert outcome.error.count("\n") == 0


def test_a_clip_of_another_width_is_said(train):
    class Wide:
        def tokenize(self, text):
            return text

        def encode_from_tokens_scheduled(self, _):
            return [[torch.zeros(1, 77, 128), {}]]

    assert "Expected a CLIP of width 64, as this MODEL reads, got one of 128" in train(clip=Wide()).error


def test_a_single_story_is_too_few(train, tales):
    for number in (1, 2, 3):
        shutil.rmtree(tales / f"tale {number}")
    assert "Expected two stories or more" in train().error


def test_other_pictures_are_other_stories(comfy, tales):
    node = comfy.nodes.NODE_CLASS_MAPPINGS[TRAIN]
    before = node.fingerprint_inputs(stories="tales")
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(tales / "tale 2" / "1.png")
    assert node.fingerprint_inputs(stories="tales") != before

"""Every public form of the weights encodes as transformers does: names, nesting, shards, variants, links, precision."""

import json

import pytest
import torch
from dancheong.testing.models import korean as korean_models
from dancheong.testing.references.korean import OpenAIText, Reference
from safetensors.torch import save_file
from transformers import CLIPTokenizerFast

TOLERANCE = 1e-5
SENTENCE = "고양이 두 마리가 창가에 앉아 있다"
VISION = {
    "visual.conv1.weight": torch.zeros(8, 3, 2, 2),
    "visual.transformer.resblocks.0.attn.in_proj_weight": torch.zeros(24, 8),
    "logit_scale": torch.tensor(2.6),
}


@pytest.fixture
def folder(base, request):
    found = base / "models" / "text_encoders" / f"form-{abs(hash(request.node.name))}"
    korean_models.tokenizer(found, "last")
    return found


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".safetensors":
        save_file({name: tensor.contiguous() for name, tensor in content.items()}, path)
    else:
        torch.save(content, path)


def prefixed(prefix, state):
    return {prefix + name: tensor for name, tensor in state.items()}


def agrees(comfy, made, choice, tolerance=TOLERANCE):
    clip, report = comfy.korean_clip(choice)
    states, pooled = comfy.encode(clip, SENTENCE)
    reference = made["last"]
    expected, expected_pooled = reference.states(reference.chunk(reference.ids(SENTENCE)))
    assert max(float((states - expected).abs().max()), float((pooled - expected_pooled).abs().max())) <= tolerance
    return clip, report


def bare(state):
    return {name.removeprefix("text_model."): tensor for name, tensor in state.items()}


FORMS = {
    "openai.safetensors": lambda state: korean_models.openai_names(state) | VISION,
    "openai.pt": lambda state: (
        korean_models.openai_names(state) | {"input_resolution": 224, "attn_mask": torch.ones(2, 2)}
    ),
    "open_clip_model.safetensors": lambda state: prefixed("text.", korean_models.openai_names(state)) | VISION,
    "open_clip_pytorch_model.bin": lambda state: {"state_dict": prefixed("module.", korean_models.openai_names(state))},
    "sd2.ckpt": lambda state: {"state_dict": prefixed("cond_stage_model.model.", korean_models.openai_names(state))},
    "model.ckpt": lambda state: {"model": state, "epoch": 3},
    "state_dict.pt": lambda state: {"state_dict": state},
    "text_model.pth": lambda state: {"text_model": bare(state)},
    "twice.pt": lambda state: {
        "model": {"state_dict": prefixed("module.clip.", state)},
        "optimizer": {"state": {0: {}}},
    },
    "prefix.safetensors": lambda state: prefixed("model.text_encoder.", state),
    "comfy.SAFETENSORS": lambda state: (
        prefixed("clip_l.transformer.", state) | {"clip_l.logit_scale": torch.tensor(4.6)}
    ),
    "trained.bin": lambda state: {name: torch.nn.Parameter(tensor) for name, tensor in state.items()},
    "double.bin": lambda state: {name: tensor.double() for name, tensor in state.items()},
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_the_names(comfy, made, folder, name):
    state = dict(made["last"].model.state_dict())
    put(folder / name.lower(), FORMS[name](state))
    (folder / name.lower()).rename(folder / name)
    clip, report = agrees(comfy, made, f"{folder.name}/{name}")
    kept = clip.cond_stage_model.clip_l.transformer.text_projection.weight
    assert torch.equal(kept, state["text_projection.weight"]) and "projection" not in report


def test_openais_names_mean_what_openai_computes(comfy, made, folder):
    """Against torch's own attention, and so that query and key in the other order are noticed."""
    reference = made["last"]
    state = korean_models.openai_names(dict(reference.model.state_dict()))
    put(folder / "openai.safetensors", state)
    clip, _ = comfy.korean_clip(f"{folder.name}/openai.safetensors")
    ids = torch.tensor(reference.chunk(reference.ids(SENTENCE)))
    states = comfy.encode(clip, SENTENCE)[0]
    assert float((states - OpenAIText(state, 1)(ids)).abs().max()) <= TOLERANCE
    name = "transformer.resblocks.1.attn.in_proj_weight"
    swapped = torch.cat([state[name].chunk(3)[number] for number in (1, 0, 2)])
    assert float((states - OpenAIText(state | {name: swapped}, 1)(ids)).abs().max()) > 1e-2


@pytest.mark.parametrize("quick", [True, False])
def test_open_clips_configuration(comfy, made, folder, quick):
    reference = made["last"]
    state = korean_models.openai_names(dict(reference.model.state_dict()))
    put(folder / "open_clip_model.safetensors", state)
    text = {"width": 64, "heads": 2, "layers": 4, "context_length": 77}
    settings = {"model_cfg": {"embed_dim": 64, "quick_gelu": quick, "text_cfg": text}}
    (folder / "open_clip_config.json").write_text(json.dumps(settings))
    clip, report = comfy.korean_clip(f"{folder.name}/")
    ids = torch.tensor(reference.chunk(reference.ids(SENTENCE)))
    expected = OpenAIText(state, 2, "quick_gelu" if quick else "gelu")(ids)
    other = OpenAIText(state, 2, "gelu" if quick else "quick_gelu")(ids)
    states = comfy.encode(clip, SENTENCE)[0]
    assert float((states - expected).abs().max()) <= TOLERANCE and float((states - other).abs().max()) > 1e-3
    assert "2 heads" in report
    text["no_causal_mask"] = True
    (folder / "open_clip_config.json").write_text(json.dumps(settings))
    assert "asks for no_causal_mask" in comfy.try_node("DancheongLoadKoreanCLIP", text_encoder=f"{folder.name}/").error


SHARDS = {
    "model.safetensors.index.json": "model-{}-of-00003.safetensors",
    "model.safetensors.index.fp16.json": "model.fp16-{}-of-00003.safetensors",
    "text_encoder/model.safetensors.index.json": "model-{}-of-00003.safetensors",
    "pytorch_model.bin.index.json": "pytorch_model-{}-of-00003.bin",
}


def shard(folder, listed, state):
    """Weights in three parts; part -> its tensors."""
    parts = [SHARDS[listed].format(f"{number:05}") for number in (1, 2, 3)]
    places = {name: parts[number % 3] for number, name in enumerate(state)}
    for part in parts:
        tensors = {name: tensor for name, tensor in state.items() if places[name] == part}
        put(folder / listed.rpartition("/")[0] / part, tensors)
    (folder / listed).write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": places}))
    return parts


@pytest.mark.parametrize("listed", SHARDS)
def test_shards(comfy, made, folder, listed):
    parts = shard(folder, listed, dict(made["last"].model.state_dict()))
    _, report = agrees(comfy, made, f"{folder.name}/")
    assert report.count("File SHA-256") == 4
    agrees(comfy, made, f"{folder.name}/{listed}")
    place = f"{folder.name}/{listed}".rpartition("/")[0]
    outcome = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder=f"{place}/{parts[1]}")
    assert "is one part of several: choose its folder" in outcome.error
    last = folder / listed.rpartition("/")[0] / parts[2]
    put(last, {"something.else": torch.zeros(2)})
    assert "lacks" in comfy.try_node("DancheongLoadKoreanCLIP", text_encoder=f"{folder.name}/").error
    last.unlink()
    outcome = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder=f"{folder.name}/")
    assert f"{parts[2]} is missing, which {listed.rpartition('/')[2]} lists" in outcome.error


@pytest.mark.parametrize(
    "content", ["{}", "[]", "{", '{"weight_map": {"a": "../outside.safetensors"}}', '{"weight_map": 3}']
)
def test_a_list_that_is_none(comfy, made, folder, content):
    (folder / "model.safetensors.index.json").write_text(content)
    outcome = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder=f"{folder.name}/")
    assert "is no list of weight files" in outcome.error and len(outcome.error.splitlines()) == 1


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (["model.fp16.safetensors"], 0),
        (["pytorch_model.fp16.bin"], 0),
        (["text_encoder/model.fp16.safetensors"], 0),
        (["MODEL.FP16.SAFETENSORS"], 0),
        (["model.bf16.safetensors", "model.fp16.safetensors"], 1),
        (["model.fp16.safetensors", "model.safetensors"], 1),
        (["model.fp16.bin", "model.ema.safetensors"], 1),
        (["open_clip_model.safetensors", "pytorch_model.safetensors"], 1),
    ],
)
def test_a_variant_is_offered_and_the_best_is_taken(comfy, made, folder, names, taken):
    state = dict(made["last"].model.state_dict())
    for number, name in enumerate(names):
        put(
            (folder / name).parent / name.lower().rpartition("/")[2],
            state if number == taken else {"x": torch.zeros(1)},
        )
        ((folder / name).parent / name.lower().rpartition("/")[2]).rename(folder / name)
    _, report = agrees(comfy, made, f"{folder.name}/")
    assert report.startswith(f"{names[taken].rpartition('/')[2]}, tokenizer from")


def test_links_to_folders_are_offered_and_loops_end(comfy, made, base, tmp_path):
    korean_models.tokenizer(tmp_path / "elsewhere" / "mine", "last")
    put(tmp_path / "elsewhere" / "mine" / "model.safetensors", dict(made["last"].model.state_dict()))
    (tmp_path / "elsewhere" / "mine" / "loop").symlink_to(base / "models" / "text_encoders")
    link = base / "models" / "text_encoders" / "linked"
    link.symlink_to(tmp_path / "elsewhere")
    try:
        agrees(comfy, made, "linked/mine/")
        agrees(comfy, made, "linked/mine/model.safetensors")
        comfy.korean_clip("last/", tokenizer="linked/mine")
    finally:
        link.unlink()


def eight(state, kind, form):
    """Linear weights in eight bits, with what each form puts beside them; and what they mean in float32."""
    kept, meant = {}, {}
    for name, tensor in state.items():
        if not name.endswith("weight") or "layers" not in name or "norm" in name:
            kept[name] = meant[name] = tensor
            continue
        layer = name.removesuffix(".weight")
        per_row = form == "rows"
        scale = tensor.abs().amax(1, keepdim=True) / 400 if per_row else tensor.abs().max() / 400
        scale = torch.ones(()) if form == "plain" else scale
        kept[name] = (tensor / scale).to(kind)
        meant[name] = kept[name].float() * scale
        if form == "marker":
            kept |= {f"{layer}.scale_weight": scale, f"{layer}.scale_input": torch.ones(())}
        elif form != "plain":
            kept[f"{layer}.weight_scale"] = scale
        if form == "today":
            told = json.dumps({"format": str(kind).removeprefix("torch.")}).encode()
            kept[f"{layer}.comfy_quant"] = torch.tensor(list(told), dtype=torch.uint8)
    if form == "marker":
        kept["scaled_fp8"] = torch.zeros(2, dtype=kind)
    return kept, meant


@pytest.mark.parametrize("kind", [torch.float8_e4m3fn, torch.float8_e5m2])
@pytest.mark.parametrize("form", ["plain", "marker", "today", "rows"])
def test_float8_is_read_with_its_scale(comfy, made, folder, kind, form):
    kept, meant = eight(dict(made["last"].model.state_dict()), kind, form)
    put(folder / "model.safetensors", kept)
    clip, report = comfy.korean_clip(f"{folder.name}/")
    model = korean_models.encoder(made["last"].end + 1, made["last"].end)
    model.load_state_dict(meant)
    reference = Reference(model, CLIPTokenizerFast.from_pretrained(str(folder)))
    states, _ = comfy.encode(clip, SENTENCE)
    assert float((states - reference.states(reference.chunk(reference.ids(SENTENCE)))[0]).abs().max()) <= TOLERANCE
    assert "weights in float8" in report
    if form != "plain":  # without the scales it is another encoder
        for name in [name for name in kept if "scale" in name and "input" not in name and name != "scaled_fp8"]:
            del kept[name]
        put(folder / "model.safetensors", kept)
        if form == "rows":
            return  # nothing is left that says that there were any
        outcome = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder=f"{folder.name}/")
        assert "not understood: encoder.layers.0" in outcome.error and "without a scale that fits" in outcome.error

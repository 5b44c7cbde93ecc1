"""What is wrong with weights is refused by name: names, shapes, kinds, values, and configurations of other weights."""

import json

import pytest
import torch
from dancheong.testing.models import korean as korean_models
from safetensors.torch import save_file

QUERY = "text_model.encoder.layers.1.self_attn.q_proj.weight"
FIRST = "text_model.encoder.layers.0.mlp.fc1.weight"
TOKENS = "text_model.embeddings.token_embedding.weight"
POSITIONS = "text_model.embeddings.position_embedding.weight"


@pytest.fixture
def refused(comfy, made, base):
    folder = base / "models" / "text_encoders" / "wrong"
    korean_models.tokenizer(folder, "last")

    def refused(change, name="model.safetensors", metadata=None, config=None):
        state = {key: tensor.clone() for key, tensor in made["last"].model.state_dict().items()}
        change(state)
        for old in folder.glob("*model.*"):
            old.unlink()
        if name.endswith("safetensors"):
            save_file(state, folder / name, metadata)
        else:
            torch.save(state, folder / name)
        (folder / "config.json").unlink(missing_ok=True)
        if config is not None:
            (folder / "config.json").write_text(config)
        error = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder="wrong/").error
        assert len(error.splitlines()) <= 1, error
        return error

    return refused


CHANGES = {
    "int8 weights": (
        lambda state: state.update({QUERY: (state[QUERY] * 30).to(torch.int8)}),
        "is int8, expected float",
    ),
    "int8 with bitsandbytes' scales": (
        lambda state: state.update(
            {QUERY: state[QUERY].to(torch.int8), QUERY.replace("weight", "SCB"): torch.ones(64)}
        ),
        "q_proj.SCB is not known",
    ),
    "int8 with a scale": (
        lambda state: state.update({QUERY: state[QUERY].to(torch.int8), f"{QUERY}_scale": torch.ones(())}),
        "has a scale, but is no weight in float8",
    ),
    "float16 with a scale": (
        lambda state: state.update({QUERY: state[QUERY].half(), f"{QUERY}_scale": torch.ones(())}),
        "has a scale, but is no weight in float8",
    ),
    "a scale of another shape": (
        lambda state: state.update({QUERY: state[QUERY].to(torch.float8_e4m3fn), f"{QUERY}_scale": torch.ones(7)}),
        "without a scale that fits",
    ),
    "scales of blocks": (
        lambda state: state.update(
            {QUERY: state[QUERY].to(torch.float8_e4m3fn), f"{QUERY}_scale_inv": torch.ones(1, 1)}
        ),
        "weight_scale_inv is not known",
    ),
    "a format of tomorrow": (
        lambda state: state.update(
            {QUERY.replace("weight", "comfy_quant"): torch.tensor(list(b'{"format": "nvfp4"}'), dtype=torch.uint8)}
        ),
        "comfy_quant is nvfp4",
    ),
    "whole numbers": (lambda state: state.update({TOKENS: state[TOKENS].long()}), "is int64, expected float"),
    "a transposed weight": (lambda state: state.update({FIRST: state[FIRST].T.contiguous()}), "is [64, 256], expected"),
    "a weight of another width": (
        lambda state: state.update({QUERY: torch.zeros(32, 64)}),
        "[32, 64], expected [64, 64]",
    ),
    "a bias of two dimensions": (
        lambda state: state.update({QUERY.replace("weight", "bias"): torch.zeros(64, 1)}),
        "is [64, 1], expected [64]",
    ),
    "tokens of another width": (lambda state: state.update({TOKENS: torch.zeros(435, 32)}), "32], expected"),
    "a flat table": (lambda state: state.update({TOKENS: torch.zeros(435)}), "expected [435, 64]"),
    "a number for a table": (lambda state: state.update({POSITIONS: torch.tensor(1.0)}), "is [], expected [0, 64]"),
    "too few positions": (lambda state: state.update({POSITIONS: torch.zeros(3, 64)}), "has 3 positions, too few"),
    "not a number": (lambda state: state[QUERY].view(-1)[7:8].fill_(float("nan")), "holds values that are no numbers"),
    "infinity": (lambda state: state[TOKENS].view(-1)[7:8].fill_(float("inf")), "holds values that are no numbers"),
    "beyond float16": (lambda state: state[QUERY].view(-1)[7:8].fill_(1e20), "far too large"),
    "a projection of no numbers": (
        lambda state: state["text_projection.weight"].fill_(float("nan")),
        "text_projection",
    ),
    "a name too many": (
        lambda state: state.update({"text_model.encoder.adapter": torch.zeros(1)}),
        "adapter is not known",
    ),
    "a layer of a foreign name": (
        lambda state: state.update({"text_model.encoder.layers.x.bias": torch.zeros(1)}),
        "layers.x.bias is not known",
    ),
    "a layer far away": (
        lambda state: state.update({"text_model.encoder.layers.999999999999.mlp.fc1.bias": torch.zeros(1)}),
        "is not known",
    ),
    "a layer left out": (
        lambda state: [state.pop(name) for name in list(state) if ".layers.1." in name],
        "16 weights are missing, the first is text_model.encoder.layers.1",
    ),
    "two encoders": (
        lambda state: state.update({f"b.{key}": value.clone() for key, value in state.items()}),
        "2 text encoders",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_weights_that_are_not_understood_are_refused_by_name(refused, what):
    change, said = CHANGES[what]
    for name in ("model.safetensors", "pytorch_model.bin"):
        error = refused(change, name)
        assert said in error and name in error, error


def test_a_header_that_names_another_precision(refused):
    told = json.dumps({"layers": {"text_model.encoder.layers.0.mlp.fc1": {"format": "nvfp4"}}})
    assert "keeps its weights as nvfp4" in refused(lambda state: None, metadata={"_quantization_metadata": told})
    assert "not understood" in refused(lambda state: None, metadata={"_quantization_metadata": "{"})


@pytest.mark.parametrize(
    "kind",
    [lambda tensor: tensor.to_sparse(), lambda tensor: tensor.to("meta"), lambda tensor: tensor.to(torch.complex64)],
)
def test_tensors_of_other_kinds(refused, kind):
    error = refused(lambda state: state.update({QUERY: kind(state[QUERY])}), "pytorch_model.bin")
    assert "q_proj.weight is" in error and "expected float32 or float16" in error, error


@pytest.mark.parametrize("found", [[torch.zeros(2)], torch.zeros(2), {}, {"a": {"b": {}}}, 3])
def test_a_file_of_something_else(comfy, base, made, found):
    path = base / "models" / "text_encoders" / "last" / "other.bin"
    torch.save(found, path)
    error = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder="last/other.bin").error
    path.unlink()
    assert "other.bin is no" in error and len(error.splitlines()) == 1, error


def test_a_container_that_holds_itself(comfy, base, made):
    found = {}
    found["model"] = found
    path = base / "models" / "text_encoders" / "last" / "itself.bin"
    torch.save(found, path)
    assert "is no CLIP text encoder" in comfy.try_node("DancheongLoadKoreanCLIP", text_encoder="last/itself.bin").error
    path.unlink()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("[]", "is no configuration"),
        ('{"text_config": [1]}', "is no configuration"),
        ("{", "is no JSON"),
        ("<html>", "is no JSON"),
        ('{"num_hidden_layers": 12}', "do not belong together"),
        ('{"hidden_size": 768}', "do not belong together"),
        ('{"num_attention_heads": 0}', "do not belong together"),
        ('{"num_attention_heads": "8"}', "do not belong together"),
        ('{"num_attention_heads": true}', "do not belong together"),
        ('{"num_attention_heads": 5}', "do not belong together"),
        ('{"layer_norm_eps": "small"}', "layer_norm_eps small"),
        ('{"hidden_act": ["gelu"]}', "asks for"),
        ('{"model_cfg": {}}', "says nothing of a text encoder"),
    ],
)
def test_configurations_that_do_not_fit(refused, config, said):
    error = refused(lambda state: None, config=config)
    assert "config.json" in error and said in error, error

"""Text encoders and tokenizers in every public layout, and files that are none."""

import json
import pickle
import re
import shutil

import torch
from dancheong.testing.models import korean as korean_models
from safetensors.torch import save_file

SENTENCE = "고양이 두 마리가 창가에 앉아 있다"


def layouts(folder, state):
    """Layout -> (what is chosen, relative to `folder`)."""

    def put(name, tensors):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".safetensors":
            save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, path)
        else:
            torch.save(tensors, path)

    text = {name: tensor for name, tensor in state.items() if name.startswith("text_model.")}
    vision = {
        "vision_model.embeddings.patch_embedding.weight": torch.zeros(8, 3, 2, 2),
        "vision_model.encoder.layers.0.self_attn.q_proj.weight": torch.zeros(8, 8),
        "visual_projection.weight": torch.zeros(4, 8),
        "logit_scale": torch.tensor(2.6),
        "text_model.embeddings.position_ids": torch.arange(77)[None],
    }
    korean_models.tokenizer(folder / "fullclip", "last")
    put("fullclip/model.safetensors", {**state, **vision})
    korean_models.tokenizer(folder / "pipeline" / "tokenizer", "last")
    put("pipeline/text_encoder/model.safetensors", text)
    korean_models.tokenizer(folder / "rootpipeline" / "tokenizer", "last", "json")
    put("rootpipeline/model.safetensors", text)
    put("rootpipeline/text_encoder/pytorch_model.bin", {name: tensor * 0 for name, tensor in text.items()})
    korean_models.tokenizer(folder / "bare", "last")
    put("bare/model.safetensors", {name.removeprefix("text_model."): tensor for name, tensor in text.items()})
    korean_models.tokenizer(folder / "pickled", "last")
    put("pickled/pytorch_model.bin", state)
    korean_models.tokenizer(folder / "single", "last")
    prefixed = {f"cond_stage_model.transformer.{name}": tensor for name, tensor in text.items()}
    put("single/checkpoint.ckpt", {"state_dict": {**prefixed, "model.diffusion_model.out.0.weight": torch.zeros(4)}})
    put("single/prefixed.safetensors", {f"text_encoder.{name}": tensor for name, tensor in text.items()})
    return ["fullclip/", "pipeline/", "rootpipeline/", "bare/", "pickled/", "single/checkpoint.ckpt",
            "single/prefixed.safetensors"]  # fmt: skip


def test_every_layout_gives_the_same(comfy, made, base):
    folder = base / "models" / "text_encoders"
    expected = comfy.encode(comfy.korean_clip("last/")[0], SENTENCE)
    origins = set()
    for choice in layouts(folder, made["last"].model.state_dict()):
        clip, report = comfy.korean_clip(choice)
        states, pooled = comfy.encode(clip, SENTENCE)
        assert torch.equal(states, expected[0]) and torch.equal(pooled, expected[1]), choice
        origins.add(comfy.module("nodes.korean_clip.origin").origin_of(clip).text_encoder)
        assert "Vocabulary 4" in report
    assert len(origins) == 1


def test_a_tokenizer_can_be_chosen(comfy, made, base):
    last, parted = (base / "models" / "text_encoders" / name for name in ("last", "parted"))
    parted.mkdir()
    for name in ("model.safetensors", "config.json"):
        shutil.copy(last / name, parted)
    clip, report = comfy.korean_clip("parted/model.safetensors", tokenizer="last")
    shutil.rmtree(parted)
    assert "tokenizer from last" in report
    assert torch.equal(comfy.encode(clip, SENTENCE)[0], comfy.encode(comfy.korean_clip("last/")[0], SENTENCE)[0])


class Bomb:
    def __reduce__(self):
        return (exec, ("raise SystemExit('code was run')",))


def bad_files(folder, reference):
    state = dict(reference.model.state_dict())
    korean_models.tokenizer(folder, "last")
    whole = folder / "whole.safetensors"
    save_file(state, whole)
    (folder / "cut.safetensors").write_bytes(whole.read_bytes()[:-100])
    (folder / "empty.safetensors").write_bytes(b"")
    whole.unlink()
    vision = {"vision_model.embeddings.patch_embedding.weight": torch.zeros(2, 3, 2, 2)}
    save_file(
        {**vision, "vision_model.encoder.layers.0.self_attn.q_proj.weight": torch.zeros(4, 4)},
        folder / "vision.safetensors",
    )
    save_file({"model.diffusion_model.out.0.weight": torch.zeros(4)}, folder / "unet.safetensors")
    state.pop("text_model.encoder.layers.2.mlp.fc1.bias")
    save_file(state, folder / "hole.safetensors")
    (folder / "code.bin").write_bytes(pickle.dumps({"x": Bomb()}))
    (folder / "page.bin").write_bytes(b"<!DOCTYPE html><html></html>")
    return {
        "cut.safetensors": "damaged or cut off",
        "empty.safetensors": "is empty",
        "vision.safetensors": "is a vision encoder",
        "unet.safetensors": "is no CLIP text encoder",
        "hole.safetensors": "incomplete: 1 weights are missing, the first is text_model.encoder.layers.2.mlp.fc1.bias",
        "code.bin": "was refused",
        "page.bin": "is a web page, not a model",
    }


def test_bad_files_are_explained(comfy, made, base):
    folder = base / "models" / "text_encoders" / "bad"
    for name, said in bad_files(folder, made["last"]).items():
        outcome = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder=f"bad/{name}")
        assert re.search(said, outcome.error) and name in outcome.error, (name, outcome.error)
        assert len(outcome.error.splitlines()) == 1
    shutil.rmtree(folder)


def test_a_foreign_tokenizer_is_refused(comfy, made):
    outcome = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder="last/", tokenizer="full")
    assert "knows 49,408 pieces, but model.safetensors has 4" in outcome.error


def test_missing_and_damaged_tokenizers_are_explained(comfy, made, base):
    folder = base / "models" / "text_encoders" / "alone"
    folder.mkdir()
    shutil.copy(base / "models" / "text_encoders" / "last" / "model.safetensors", folder)
    outcome = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder="alone/")
    assert "No tokenizer found beside model.safetensors" in outcome.error
    (folder / "tokenizer.json").write_text("{")
    outcome = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder="alone/")
    assert "The tokenizer in alone cannot be read" in outcome.error
    shutil.rmtree(folder)


def test_another_activation_or_norm_is_refused(comfy, made, base):
    config = base / "models" / "text_encoders" / "last" / "config.json"
    good = config.read_text()
    try:
        for change in ({"hidden_act": "relu"}, {"layer_norm_eps": 1e-12}, {"hidden_size": 512}):
            config.write_text(json.dumps({"num_attention_heads": 1, **change}))
            assert "config.json" in comfy.try_node("DancheongLoadKoreanCLIP", text_encoder="last/").error
    finally:
        config.write_text(good)

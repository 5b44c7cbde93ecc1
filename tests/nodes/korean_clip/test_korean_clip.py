"""The Korean CLIP against transformers, and every way in which its numbers could be silently wrong."""

import hashlib
import json
import shutil
import unicodedata

import pytest
import torch
from dancheong.testing.models import korean as korean_models
from dancheong.testing.references.korean import Reference
from safetensors.torch import save_file
from transformers import CLIPTokenizerFast

TOLERANCE = 1e-5
SENTENCE = "고양이 두 마리가 창가에 앉아 있다"
KINDS = ("last", "first", "full")


def error(one, other):
    return float((one - other).abs().max())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", [SENTENCE, "", "a photo of two cats", "漢字 뿅", "best" * 12])
def test_states_and_pooled_are_those_of_transformers(comfy, made, kind, text):
    clip, _ = comfy.korean_clip(f"{kind}/")
    states, pooled = comfy.encode(clip, text)
    ids = clip.tokenizer.clip_l.tokenizer(text)["input_ids"][1:-1]
    expected, expected_pooled = made[kind].states(made[kind].chunk(ids))
    assert error(states, expected) <= TOLERANCE and error(pooled, expected_pooled) <= TOLERANCE
    if "漢" not in text:
        assert ids == made[kind].ids(text)


@pytest.mark.parametrize("kind", KINDS)
def test_clip_skip(comfy, made, kind):
    clip, _ = comfy.korean_clip(f"{kind}/")
    (skipped,) = comfy.node("CLIPSetLastLayer", clip=clip, stop_at_clip_layer=-2)
    states, pooled = comfy.encode(skipped, SENTENCE)
    expected, expected_pooled = made[kind].states(made[kind].chunk(made[kind].ids(SENTENCE)), layer=-2)
    assert error(states, expected) <= TOLERANCE and error(pooled, expected_pooled) <= TOLERANCE
    assert error(states, comfy.encode(clip, SENTENCE)[0]) > 0.01


SEGMENTS = [("고양이", 1.0), ("두 마리", 1.3), ("창가에", 0.6)]
WEIGHTED = "고양이 (두 마리:1.3) (창가에:0.6)"


@pytest.mark.parametrize("kind", KINDS)
def test_weights(comfy, made, kind):
    clip, _ = comfy.korean_clip(f"{kind}/")
    assert error(comfy.encode(clip, WEIGHTED)[0], made[kind].weighted(SEGMENTS)) <= TOLERANCE


@pytest.mark.parametrize("chunks", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_chunks(comfy, made, kind, chunks):
    reference = made[kind]
    clip, _ = comfy.korean_clip(f"{kind}/")
    words = SENTENCE.split()
    text = ""
    while len(reference.ids(text)) <= 75 * (chunks - 1):
        text = f"{text} {words[len(text) % len(words)]}".strip()
    ids = reference.ids(text)
    expected = torch.cat([reference.states(reference.chunk(ids[at : at + 75]))[0] for at in range(0, len(ids), 75)])
    states, _ = comfy.encode(clip, text)
    assert len(states) == 77 * chunks and error(states, expected) <= TOLERANCE


def test_the_default_special_ids_of_comfyui_are_noticed(comfy, base):
    """Mutation: the vocabulary is as large as the English one, so that nothing crashes; it is only wrong."""
    folder = base / "models" / "text_encoders" / "fullfirst"
    korean_models.tokenizer(folder, "fullfirst")
    tokenizer = CLIPTokenizerFast.from_pretrained(str(folder))
    assert (len(tokenizer.get_vocab()), tokenizer.eos_token_id) == (49408, 1)
    reference = Reference(korean_models.encoder(49408, 1), tokenizer)
    save_file(reference.model.state_dict(), folder / "model.safetensors")
    clip, _ = comfy.korean_clip("fullfirst/")
    assert error(comfy.encode(clip, WEIGHTED)[0], reference.weighted(SEGMENTS)) <= TOLERANCE
    inner = clip.cond_stage_model.clip_l
    expected_pooled = reference.states(reference.chunk(reference.ids(SENTENCE)))[1]
    for wrong in ({"start": 49406, "end": 49407, "pad": 49407}, {"start": 0, "end": 2, "pad": 1}):
        right, inner.special_tokens = inner.special_tokens, wrong
        try:
            assert error(comfy.encode(clip, WEIGHTED)[0], reference.weighted(SEGMENTS)) > 1e-3
            assert error(comfy.encode(clip, SENTENCE)[1], expected_pooled) > 1e-3
        finally:
            inner.special_tokens = right


def test_ids_never_come_from_the_configuration(comfy, made, base):
    for kind in made:
        clip, report = comfy.korean_clip(f"{kind}/")
        start, end = made[kind].start, made[kind].end
        assert clip.cond_stage_model.clip_l.special_tokens == {"start": start, "end": end, "pad": end}
        assert f"start {start}, end {end}, pad {end}" in report
        data = (base / "models" / "text_encoders" / kind / "model.safetensors").read_bytes()
        assert f"File SHA-256 {hashlib.sha256(data).hexdigest()}." in report


def test_a_missing_projection_becomes_the_identity(comfy, made, base):
    state = {name: tensor for name, tensor in made["last"].model.state_dict().items() if "projection" not in name}
    path = base / "models" / "text_encoders" / "last" / "bare.safetensors"
    save_file(state, path)
    clip, report = comfy.korean_clip("last/bare.safetensors")
    projection = clip.cond_stage_model.clip_l.transformer.text_projection.weight
    assert torch.equal(projection, torch.eye(64)) and "no square text projection" in report
    with_projection, _ = comfy.korean_clip("last/")
    kept = with_projection.cond_stage_model.clip_l.transformer.text_projection.weight
    assert torch.equal(kept, made["last"].model.text_projection.weight)
    path.unlink()


def test_unknown_bytes_do_not_end_the_prompt(comfy, made):
    """transformers gives its unknown token, which in CLIP is the end: pooled too early, the word's tail lost."""
    clip, report = comfy.korean_clip("last/")
    reference = made["last"]
    assert reference.end in reference.ids("漢字 고양이")
    ids = clip.tokenizer.clip_l.tokenizer("漢字 고양이")["input_ids"]
    assert ids.count(reference.end) == 1 and len(ids) == len(reference.ids("漢字 고양이")) + 2
    assert "字" in clip.tokenizer.clip_l.decode(ids)
    _, pooled = comfy.encode(clip, "漢字 고양이")
    assert error(pooled, reference.states(reference.chunk(ids[1:-1]))[1]) <= TOLERANCE
    assert error(pooled, comfy.encode(clip, "漢字")[1]) > 1e-3
    assert "Unknown pieces in a Korean sample:" in report


@pytest.mark.parametrize("text", ["<|endoftext|> 고양이", "<|startoftext|>고양이"])
def test_special_tokens_that_are_typed_are_text(comfy, made, text):
    clip, _ = comfy.korean_clip("last/")
    ids = clip.tokenizer.clip_l.tokenizer(text)["input_ids"]
    assert ids.count(made["last"].end) == ids.count(made["last"].start) == 1


def test_composed_and_decomposed_hangul_are_the_same(comfy, made):
    clip, _ = comfy.korean_clip("last/")
    one, other = (comfy.encode(clip, unicodedata.normalize(form, SENTENCE))[0] for form in ("NFC", "NFD"))
    assert torch.equal(one, other)


def test_long_prompts_emoji_and_half_characters(comfy, made):
    clip, _ = comfy.korean_clip("last/")
    states, pooled = comfy.encode(clip, "고양이 " * 1250)
    assert len(states) % 77 == 0 and torch.isfinite(states).all() and torch.isfinite(pooled).all()
    assert torch.isfinite(comfy.encode(clip, "고양이 \U0001f600 두 마리")[0]).all()
    outcome = comfy.try_node("CLIPTextEncode", clip=clip, text="고양이 \ud83d 두")
    assert "half of a character (a lone surrogate, U+D83D) at place 4" in outcome.error


def test_lora_in_both_layouts_and_the_clip_stays_as_it_was(comfy, made, base):
    reference = made["last"]
    place = "encoder.layers.1.self_attn.q_proj"
    torch.manual_seed(3)
    down, up = torch.randn(2, 64) * 0.2, torch.randn(64, 2) * 0.2
    kohya = f"lora_te_text_model_{place.replace('.', '_')}"
    files = {
        "kohya": {
            f"{kohya}.lora_down.weight": down,
            f"{kohya}.lora_up.weight": up,
            f"{kohya}.alpha": torch.tensor(2.0),
        },
        "diffusers": {
            f"text_encoder.text_model.{place}.lora_A.weight": down,
            f"text_encoder.text_model.{place}.lora_B.weight": up,
        },
    }
    (base / "models" / "loras").mkdir(exist_ok=True)
    clip, _ = comfy.korean_clip("last/")
    before = comfy.encode(clip, SENTENCE)[0]
    weight = reference.model.get_submodule(f"text_model.{place}").weight
    for name, tensors in files.items():
        save_file(tensors, base / "models" / "loras" / f"{name}.safetensors")
        _, patched = comfy.nodes.LoraLoader().load_lora(None, clip, f"{name}.safetensors", 0.0, 1.0)
        original = weight.detach().clone()
        with torch.no_grad():
            weight += up @ down
        expected = reference.states(reference.chunk(reference.ids(SENTENCE)))[0]
        with torch.no_grad():
            weight.copy_(original)
        assert error(comfy.encode(patched, SENTENCE)[0], expected) <= TOLERANCE
        assert error(expected, before) > 1e-3
        assert torch.equal(comfy.encode(clip, SENTENCE)[0], before)


def test_a_second_copy_can_be_made(comfy, made):
    """ComfyUI asks for one when it clones a CLIP for another device."""
    clip, _ = comfy.korean_clip("last/")
    make, arguments = clip.patcher.cached_patcher_init[:2]
    copy = make(*arguments, disable_dynamic=True)
    one, other = (patcher.model.state_dict() for patcher in (clip.patcher, copy))
    assert all(torch.equal(one[name], other[name]) for name in one if "logit_scale" not in name)


def test_real_size_parity_and_the_english_clip_is_untouched(comfy, base):
    """ViT-L/14 as it is, random: 12 layers of 768, 49,408 pieces."""
    folder = base / "models" / "text_encoders" / "large"
    korean_models.tokenizer(folder, "full")
    tokenizer = CLIPTokenizerFast.from_pretrained(str(folder))
    model = korean_models.encoder(49408, 49407, width=768, layers=12, heads=12)
    save_file(model.state_dict(), folder / "model.safetensors")
    reference = Reference(model, tokenizer)

    def english():
        (clip,) = comfy.node("CLIPLoader", clip_name="large/model.safetensors", type="stable_diffusion")
        return comfy.encode(clip, "a (photo:1.2) of two cats")

    before = english()
    clip, report = comfy.korean_clip("large/")
    assert "12 layers of width 768, 12 heads" in report and "reads encoders of width" not in report
    states, pooled = comfy.encode(clip, SENTENCE)
    expected, expected_pooled = reference.states(reference.chunk(reference.ids(SENTENCE)))
    assert error(states, expected) <= TOLERANCE and error(pooled, expected_pooled) <= TOLERANCE
    after = english()
    assert torch.equal(before[0], after[0]) and torch.equal(before[1], after[1])
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["korean_prompt", "news_picture"])
def test_the_shipped_workflows_sample_and_are_deterministic(comfy, root, quick, name):
    """Through the executor with core's loader, sampler and decoder, on a tiny UNet."""
    shipped = json.loads((root / "workflows" / "api" / f"{name}.json").read_text(encoding="utf-8"))
    prompt = {key: node for key, node in shipped.items() if node["class_type"] not in ("SaveImage", "PreviewAny")}
    for key, inputs in quick[name].items():
        prompt[key]["inputs"].update(inputs)
    prompt["picture"] = {"class_type": "TestCapture", "inputs": {"value": ["9", 0], "key": "picture"}}

    def picture():
        outcome = comfy.run(json.loads(json.dumps(prompt)))
        assert not outcome.error, outcome.error
        comfy.give_back()  # every prompt loads all its models anew
        return outcome.captured["picture"]

    one = picture()
    assert one.shape == (1, 64, 64, 3) and torch.isfinite(one).all() and one.std() > 0.01
    assert torch.equal(one, picture())
    said = {"korean_prompt": "5", "news_picture": "15"}[name]
    prompt[said]["inputs"]["text"] += " 단풍 풍경"
    assert not torch.equal(one, picture())


def test_conditioning_nodes_of_core_take_it(comfy, made):
    clip, _ = comfy.korean_clip("last/")
    one, other = (comfy.node("CLIPTextEncode", clip=clip, text=text)[0] for text in (SENTENCE, "수채화 풍경"))
    (joined,) = comfy.node("ConditioningConcat", conditioning_to=one, conditioning_from=other)
    assert torch.equal(joined[0][0], torch.cat([one[0][0], other[0][0]], 1))
    (both,) = comfy.node("ConditioningCombine", conditioning_1=one, conditioning_2=other)
    assert len(both) == 2
    (mean,) = comfy.node(
        "ConditioningAverage", conditioning_to=one, conditioning_from=other, conditioning_to_strength=0.5
    )
    assert (mean[0][0] - (one[0][0] + other[0][0]) / 2).abs().max() <= TOLERANCE
    (area,) = comfy.node("ConditioningSetArea", conditioning=one, width=64, height=64, x=0, y=0, strength=1.0)
    assert torch.equal(area[0][0], one[0][0]) and area[0][1]["area"]

"""Two text encoders as SDXL's CLIP against transformers and diffusers, and what would be silently wrong."""

import asyncio
import json
from dataclasses import dataclass

import pytest
import torch
from dancheong.testing.models import korean as korean_models
from safetensors.torch import load_file, save_file
from transformers import CLIPTextModel, CLIPTokenizerFast

TOLERANCE = 1e-5
SENTENCE = "고양이 두 마리가 창가에 앉아 있다"
WRONG_IDS = {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}


def error(one, other):
    return float((one - other).abs().max())


@dataclass
class Side:
    """One of the two encoders as transformers has it."""

    model: torch.nn.Module
    tokenizer: CLIPTokenizerFast

    def chunks(self, text):
        ids = self.tokenizer(text)["input_ids"]
        parts = [ids[1:-1][at : at + 75] for at in range(0, max(len(ids) - 2, 1), 75)]
        pad = [self.tokenizer.pad_token_id] * 75
        return [[ids[0], *part, ids[-1], *pad[len(part) :]] for part in parts]

    @torch.no_grad()
    def states(self, text, layer=-2):
        """`[77 n,width]` of one layer, and the projected pooled output of the first chunk."""
        out = self.model(torch.tensor(self.chunks(text)), output_hidden_states=True)
        return out.hidden_states[layer].flatten(0, 1), out.text_embeds[0]


def make(folder, kind, seed, pad=None, **sizes):
    """A tiny encoder in text_encoders/; equally wide ones, so that nothing crashes where two are swapped."""
    korean_models.tokenizer(folder, kind)
    if pad:
        settings = json.loads((folder / "tokenizer_config.json").read_text())
        (folder / "tokenizer_config.json").write_text(json.dumps({**settings, "pad_token": pad}))
    tokenizer = CLIPTokenizerFast.from_pretrained(str(folder))
    model = korean_models.encoder(len(tokenizer.get_vocab()), tokenizer.eos_token_id, seed=seed, **sizes)
    save_file(model.state_dict(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"text_config": WRONG_IDS | {"num_attention_heads": 1}}))
    return Side(model, tokenizer)


@pytest.fixture(scope="module")
def sides(comfy, base):
    folder = base / "models" / "text_encoders"
    first = make(folder / "xl_first", "last", 1)
    # As SDXL's own: another depth, and padded with a sign that is a word too.
    return first, make(folder / "xl_second", "first", 2, pad="!", layers=3)


@pytest.fixture(scope="module")
def clip(comfy, sides):
    return comfy.korean_clip("xl_first/", second_text_encoder="xl_second/")[0]


@pytest.fixture(scope="module")
def sizes(comfy):
    """Core's CLIP Text Encode (SDXL)."""
    from dancheong.runner import places

    asyncio.run(comfy.nodes.load_custom_node(str(places.comfyui() / "comfy_extras" / "nodes_clip_sdxl.py")))
    return "CLIPTextEncodeSDXL"


def expected(sides, text, layer=-2):
    states = [side.states(text, layer)[0] for side in sides]
    return torch.cat(states, -1), sides[1].states(text)[1]


@pytest.mark.parametrize("text", [SENTENCE, "", "a photo of two cats"])
def test_states_and_pooled_are_those_of_transformers(comfy, clip, sides, text):
    states, pooled = comfy.encode(clip, text)
    right, right_pooled = expected(sides, text)
    assert error(states, right) <= TOLERANCE and error(pooled, right_pooled) <= TOLERANCE


def test_prompts_are_those_of_diffusers(comfy, clip, sides, sizes):
    from diffusers import StableDiffusionXLPipeline

    first, second = sides
    # Its first encoder has no projection: of one that has, diffusers takes the pooled output.
    plain = CLIPTextModel(first.model.config).eval()
    state = first.model.state_dict()
    plain.load_state_dict(
        {name: state[f"text_model.{name.removeprefix('text_model.')}"] for name in plain.state_dict()}
    )
    pipeline = StableDiffusionXLPipeline(
        None, plain, second.model, first.tokenizer, second.tokenizer, None, None, add_watermarker=False
    )
    other = "가을 하늘 수채화 풍경"
    with torch.no_grad():
        right, _, right_pooled, _ = pipeline.encode_prompt(
            other, SENTENCE, device="cpu", do_classifier_free_guidance=False
        )
    ((states, extra),) = comfy.node(sizes, clip=clip, text_l=other, text_g=SENTENCE, width=832, crop_w=8)[0]
    assert error(states, right) <= TOLERANCE and error(extra["pooled_output"], right_pooled) <= TOLERANCE
    assert (extra["width"], extra["height"], extra["crop_w"]) == (832, 1024, 8)


def test_what_would_be_silently_wrong_is_noticed(comfy, clip, sides):
    """Mutations: each is of the same shape, and a picture would come of it."""
    states, pooled = comfy.encode(clip, SENTENCE)
    first, second = sides
    swapped = comfy.korean_clip("xl_second/", second_text_encoder="xl_first/")[0]
    for wrong, wrong_pooled in (
        comfy.encode(swapped, SENTENCE),
        expected(sides, SENTENCE, layer=-1),
        (expected(sides, SENTENCE)[0].flip(-1), first.states(SENTENCE)[1]),
    ):
        assert error(states, wrong) > 0.01
        assert error(pooled, wrong_pooled) > 0.01 or torch.equal(wrong_pooled, second.states(SENTENCE)[1])
    with torch.no_grad():
        out = second.model(torch.tensor(second.chunks(SENTENCE)), output_hidden_states=True)
    unprojected = out.last_hidden_state[0, second.chunks(SENTENCE)[0].index(second.tokenizer.eos_token_id)]
    assert error(second.model.text_projection(unprojected), pooled) <= TOLERANCE < 0.01 < error(unprojected, pooled)
    normed = second.model.text_model.final_layer_norm(out.hidden_states[-2])[0]
    assert error(states[:, 64:], normed) > 0.01


@pytest.mark.parametrize("layer", [-1, -3])
def test_clip_skip(comfy, clip, sides, layer):
    (skipped,) = comfy.node("CLIPSetLastLayer", clip=clip, stop_at_clip_layer=layer)
    with torch.no_grad():
        # Without a norm: the hooks are for the last layer, whose output transformers gives only behind it.
        layers = [side.model.text_model.encoder.layers[layer] for side in sides]
        seen = []
        hooks = [one.register_forward_hook(lambda _m, _i, out: seen.append(_first(out))) for one in layers]
        for side in sides:
            side.states(SENTENCE)
        for hook in hooks:
            hook.remove()
    states, pooled = comfy.encode(skipped, SENTENCE)
    assert error(states, torch.cat(seen, -1)[0]) <= TOLERANCE
    assert error(pooled, sides[1].states(SENTENCE)[1]) <= TOLERANCE


def _first(out):
    return out[0] if isinstance(out, tuple) else out


def test_weights(comfy, clip, sides):
    """ComfyUI's rule in each encoder: (z - z_empty) * w + z_empty."""
    states, _ = comfy.encode(clip, "고양이 (두 마리:1.3)")
    for number, side in enumerate(sides):
        plain, empty = side.states("고양이 두 마리")[0], side.states("")[0]
        before, all_ids = (len(side.tokenizer(text)["input_ids"]) - 1 for text in ("고양이", "고양이 두 마리"))
        weights = torch.ones(77, 1)
        weights[before:all_ids] = 1.3
        mine = states[:, 64 * number : 64 * (number + 1)]
        assert error(mine, (plain - empty) * weights + empty) <= TOLERANCE


def test_two_tokenizers_of_unlike_lengths_lose_no_word(comfy, base, sides):
    """ComfyUI cuts the longer off where one takes more chunks than the other."""
    folder = base / "models" / "text_encoders"
    korean_models.tokenizer(folder / "xl_bytes", "last")
    (folder / "xl_bytes" / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizerFast.from_pretrained(str(folder / "xl_bytes"))
    text = f"{SENTENCE} {SENTENCE}"
    by_bytes = Side(sides[0].model, tokenizer)
    assert len(by_bytes.chunks(text)) == 2 and len(sides[1].chunks(text)) == 1
    clip = comfy.korean_clip("xl_first/", tokenizer="xl_bytes", second_text_encoder="xl_second/")[0]
    tokens = clip.tokenize(text)
    assert len(tokens["l"]) == len(tokens["g"]) == 2
    states, pooled = comfy.encode(clip, text)
    second = torch.cat([sides[1].states(text)[0], sides[1].states("")[0]])
    assert len(states) == 154 and error(states[:, 64:], second) <= TOLERANCE
    ids = torch.tensor([[token for token, _ in chunk] for chunk in tokens["l"]])
    with torch.no_grad():
        first = sides[0].model(ids, output_hidden_states=True).hidden_states[-2].flatten(0, 1)
    assert error(states[:, :64], first) <= TOLERANCE and error(pooled, sides[1].states(text)[1]) <= TOLERANCE


def test_lora_of_both_encoders_in_both_layouts_and_the_clip_stays_as_it_was(comfy, clip, sides, base):
    place = "encoder.layers.1.self_attn.q_proj"
    torch.manual_seed(3)
    down, up = torch.randn(2, 64) * 0.2, torch.randn(64, 2) * 0.2
    kohya, diffusers = f"text_model_{place.replace('.', '_')}", f"text_model.{place}"
    (base / "models" / "loras").mkdir(exist_ok=True)
    before = comfy.encode(clip, SENTENCE)
    for number, side in enumerate(sides):
        weight = side.model.get_submodule(f"text_model.{place}").weight
        files = {
            f"kohya{number}": {
                f"lora_te{number + 1}_{kohya}.lora_down.weight": down,
                f"lora_te{number + 1}_{kohya}.lora_up.weight": up,
                f"lora_te{number + 1}_{kohya}.alpha": torch.tensor(2.0),
            },
            f"diffusers{number}": {
                f"text_encoder{'_2' * number}.{diffusers}.lora_A.weight": down,
                f"text_encoder{'_2' * number}.{diffusers}.lora_B.weight": up,
            },
        }
        for name, tensors in files.items():
            save_file(tensors, base / "models" / "loras" / f"xl_{name}.safetensors")
            _, patched = comfy.nodes.LoraLoader().load_lora(None, clip, f"xl_{name}.safetensors", 0.0, 1.0)
            original = weight.detach().clone()
            with torch.no_grad():
                weight += up @ down
            right, right_pooled = expected(sides, SENTENCE)
            with torch.no_grad():
                weight.copy_(original)
            states, pooled = comfy.encode(patched, SENTENCE)
            assert error(states, right) <= TOLERANCE and error(pooled, right_pooled) <= TOLERANCE
            assert error(right, before[0]) > 1e-3
            assert torch.equal(comfy.encode(clip, SENTENCE)[0], before[0])


def test_an_english_encoder_beside_a_korean_one(comfy, base, sides):
    """clip_g lies about as one file without a tokenizer; ComfyUI brings one, which pads with ! there."""
    comfy_english = comfy.module("nodes.korean_clip.comfy_english")
    model = korean_models.encoder(49408, 49407, seed=5, layers=3)
    folder = base / "models" / "text_encoders"
    save_file(model.state_dict(), folder / "clip_g.safetensors")
    choice = {"second_text_encoder": "clip_g.safetensors"}
    refused = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder="xl_first/", **choice)
    assert "No tokenizer found beside clip_g.safetensors" in refused.error
    clip, report = comfy.korean_clip("xl_first/", **choice, second_tokenizer=comfy_english.NAME)
    tokenizer = CLIPTokenizerFast.from_pretrained(str(comfy_english.FOLDER), pad_token="!")
    english = Side(model, tokenizer)
    assert tokenizer.pad_token_id == 0 and "Vocabulary 49,408; start 49406, end 49407, pad 0." in report
    states, pooled = comfy.encode(clip, "a photo of two cats")
    right, right_pooled = expected((sides[0], english), "a photo of two cats")
    assert error(states, right) <= TOLERANCE and error(pooled, right_pooled) <= TOLERANCE
    # The other way round the English one pads with its end.
    turned, report = comfy.korean_clip(
        "clip_g.safetensors", tokenizer=comfy_english.NAME, second_text_encoder="xl_second/"
    )
    assert "start 49406, end 49407, pad 49407." in report and "First encoder:" in report
    english.tokenizer.pad_token = english.tokenizer.eos_token
    right, _ = expected((english, sides[1]), "a photo of two cats")
    assert error(comfy.encode(turned, "a photo of two cats")[0], right) <= TOLERANCE


def test_the_second_encoder_of_a_pipeline_takes_the_second_tokenizer(comfy, base, sides):
    """SDXL's repository has both, which differ in what they pad with."""
    pipeline = base / "models" / "text_encoders" / "xl_pipeline"
    make(pipeline / "tokenizer", "first", 2, layers=3)
    make(pipeline / "tokenizer_2", "first", 2, pad="!", layers=3)
    (pipeline / "text_encoder_2").mkdir()
    for name in ("model.safetensors", "config.json"):
        (pipeline / "tokenizer_2" / name).rename(pipeline / "text_encoder_2" / name)
        (pipeline / "tokenizer" / name).unlink()
    clip, report = comfy.korean_clip("xl_first/", second_text_encoder="xl_pipeline/text_encoder_2/")
    assert "tokenizer from tokenizer_2" in report
    assert error(comfy.encode(clip, SENTENCE)[0], expected(sides, SENTENCE)[0]) <= TOLERANCE


def test_bigg_without_a_configuration_is_taken_for_what_it_is(comfy):
    read = comfy.module("nodes.korean_clip.config").read
    assert read(None, 1280, 32)[:2] == (20, "gelu") and read(None, 768, 12)[:2] == (12, "quick_gelu")


def test_pairs_that_are_none(comfy, base, sides):
    folder = base / "models" / "text_encoders"
    make(folder / "xl_wide", "last", 1, layers=1, width=768)
    make(folder / "xl_flat", "last", 1, layers=2)
    state = load_file(folder / "xl_second" / "model.safetensors")
    save_file(
        {name: state[name] for name in state if "projection" not in name}, folder / "xl_second" / "bare.safetensors"
    )
    position = "text_model.embeddings.position_embedding.weight"
    save_file({**state, position: state[position][:40].clone()}, folder / "xl_second" / "short.safetensors")
    for choice, said in (
        ("xl_wide/", "Expected SDXL's pair, the first of width 768 and the second of 1280"),
        ("xl_flat/", "expected 3 layers or more, model.safetensors has 2"),
        ("xl_second/bare.safetensors", "expected text_projection.weight of 64 x 64 in bare.safetensors"),
        ("xl_second/short.safetensors", "have 77 and 40; choose two that agree"),
    ):
        outcome = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder="xl_first/", second_text_encoder=choice)
        assert said in outcome.error and len(outcome.error.splitlines()) == 1
    missing = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder="xl_first/", second_text_encoder="gone/")
    assert "There is no text encoder 'gone/'" in missing.error


def test_what_is_not_used_is_told(comfy, sides):
    alone, report = comfy.korean_clip("xl_first/", second_tokenizer="xl_second")
    assert "second_tokenizer is not used" in report and set(alone.tokenize("")) == {"l"}
    _, report = comfy.korean_clip("xl_first/", second_text_encoder="xl_second/")
    assert "SDXL reads encoders of width 768 and 1280, not 64 and 64" in report
    assert report.index("First encoder:") < report.index("4 layers") < report.index("3 layers")


def test_a_replaced_second_encoder_is_read_anew(comfy, sides):
    node = comfy.module("nodes.korean_clip.nodes").LoadKoreanCLIP
    one = node.fingerprint_inputs("xl_first/", "auto", "float32")
    both = node.fingerprint_inputs("xl_first/", "auto", "float32", "xl_second/", "auto")
    assert one != both != node.fingerprint_inputs("xl_first/", "auto", "float32", "xl_first/", "auto")


def test_a_second_copy_can_be_made(comfy, clip):
    make_it, arguments = clip.patcher.cached_patcher_init[:2]
    copy = make_it(*arguments, disable_dynamic=True)
    one, other = (patcher.model.state_dict() for patcher in (clip.patcher, copy))
    assert all(torch.equal(one[name], other[name]) for name in one if "logit_scale" not in name)

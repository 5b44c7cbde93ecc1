"""Topic prompts: every file layout, the portable prompt, overflow, particles, warnings."""

import logging
import pickle
import re

import pytest
import torch
from dancheong.testing.models import korean as korean_models
from safetensors.torch import save_file
from transformers import CLIPTokenizerFast

WIDTH = 64
TITLE = "고양이 두 마리가 창가에 앉아 있다"


@pytest.fixture(scope="module")
def clip(comfy, base):
    folder = base / "models" / "text_encoders" / "topics"
    korean_models.tokenizer(folder, "last")
    end = CLIPTokenizerFast.from_pretrained(str(folder)).eos_token_id
    save_file(korean_models.encoder(end + 1, end, heads=1).state_dict(), folder / "model.safetensors")
    return comfy.node("DancheongLoadKoreanCLIP", text_encoder="topics/", dtype="float32")[0]


@pytest.fixture(scope="module")
def vectors():
    return torch.randn(3, WIDTH, generator=torch.Generator().manual_seed(5))


@pytest.fixture(scope="module")
def embeddings(base, vectors, clip, comfy):
    """Every layout of the same three vectors, and some that are not right."""
    folder = base / "models" / "embeddings"
    (folder / "news").mkdir(parents=True)
    origin = comfy.module("nodes.korean_clip.origin").origin_of(clip)
    mine = {"topic": "economy", "text_encoder": origin.text_encoder, "tokenizer": origin.tokenizer}
    save_file({"clip_l": vectors}, folder / "경제.safetensors", metadata=mine)
    save_file({"clip_l": vectors}, folder / "foreign.safetensors", metadata={**mine, "text_encoder": "0" * 64})
    save_file({"emb_params": vectors}, folder / "news" / "society.safetensors")
    torch.save({"string_to_token": {"*": 265}, "string_to_param": {"*": vectors}, "name": "a1111"}, folder / "a1111.pt")
    torch.save({"<economy>": vectors}, folder / "diffusers.bin")
    save_file({"bundle_emb.x.clip_l": vectors, "lora_unet_x.alpha": torch.ones(1)}, folder / "bundled.safetensors")
    save_file({"clip_g": torch.zeros(2, 8), "clip_l": vectors}, folder / "two.safetensors")
    save_file({"clip_l": torch.zeros(2, 32)}, folder / "narrow.safetensors")
    save_file({"clip_l": torch.zeros(71, WIDTH)}, folder / "long.safetensors")
    save_file({"clip_l": torch.full((2, WIDTH), float("nan"))}, folder / "nan.safetensors")
    save_file({"clip_l": vectors}, folder / "two words.safetensors")
    (folder / "cut.safetensors").write_bytes((folder / "two.safetensors").read_bytes()[:-9])
    (folder / "code.pt").write_bytes(pickle.dumps({"x": Bomb()}))
    return folder


class Bomb:
    def __reduce__(self):
        return (exec, ("raise SystemExit('code was run')",))


LAYOUTS = (
    "경제.safetensors",
    "news/society.safetensors",
    "a1111.pt",
    "diffusers.bin",
    "bundled.safetensors",
    "two.safetensors",
)


def topic(comfy, name):
    return comfy.node("DancheongLoadTopicPrompt", embedding=name)


def encode(comfy, clip, text, **inputs):
    conditioning, prompt, tokens, report = comfy.node("DancheongEncodeTopicText", clip=clip, text=text, **inputs)
    return conditioning[0], prompt, tokens, report


def same(one, other):
    return torch.equal(one[0], other[0]) and torch.equal(one[1]["pooled_output"], other[1]["pooled_output"])


def core(comfy, clip, text):
    return comfy.node("CLIPTextEncode", clip=clip, text=text)[0][0]


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_gives_the_vectors_and_the_same_conditioning(comfy, clip, embeddings, vectors, name):
    loaded, report = topic(comfy, name)
    assert torch.equal(loaded.vectors, vectors) and "3 vectors of width 64" in report
    expected = encode(comfy, clip, TITLE, topic=topic(comfy, "경제.safetensors")[0])
    assert same(encode(comfy, clip, TITLE, topic=loaded)[0], expected[0])


def test_the_vectors_stand_where_the_prompt_says(comfy, clip, embeddings, vectors):
    """Against a splice by hand into the token rows."""
    loaded, _ = topic(comfy, "경제.safetensors")
    text_model = clip.cond_stage_model.clip_l.transformer.text_model
    tokenizer = clip.tokenizer.clip_l
    ids = tokenizer.tokenizer(TITLE)["input_ids"][1:-1]
    for position, place in (("prefix", 1), ("suffix", 1 + len(ids))):
        row = [tokenizer.start_token, *ids, tokenizer.end_token]
        rows = text_model.embeddings.token_embedding.weight[row]
        rows = torch.cat([rows[:place], vectors, rows[place:]])
        pad = text_model.embeddings.token_embedding.weight[[tokenizer.pad_token] * (77 - len(rows))]
        states = text_model(embeds=torch.cat([rows, pad])[None], num_tokens=[len(rows)])[0]
        conditioning, _, tokens, _ = encode(comfy, clip, TITLE, topic=loaded, position=position)
        assert (conditioning[0] - states).abs().max() <= 1e-5
        assert tokens == len(ids) + 3


@pytest.mark.parametrize(
    ("text", "inputs", "prompt"),
    [
        (TITLE, {}, f"embedding:경제 {TITLE}"),
        (TITLE, {"position": "suffix"}, f"{TITLE} embedding:경제"),
        (TITLE, {"strength": 1.25}, f"(embedding:경제:1.25) {TITLE}"),
        ("오늘 <topic> 뉴스", {"position": "replace"}, "오늘 embedding:경제 뉴스"),
        ("", {}, "embedding:경제"),
        ("(고양이:1.3) 두", {"strength": 0.5, "position": "suffix"}, "(고양이:1.3) 두 (embedding:경제:0.5)"),
    ],
)
def test_the_prompt_gives_the_same_in_clip_text_encode(comfy, clip, embeddings, text, inputs, prompt):
    conditioning, portable, _, _ = encode(comfy, clip, text, topic=topic(comfy, "경제.safetensors")[0], **inputs)
    assert portable == prompt
    assert same(conditioning, core(comfy, clip, portable))


def test_strength_changes_and_one_is_as_learned(comfy, clip, embeddings):
    loaded, _ = topic(comfy, "경제.safetensors")
    plain, strong = (encode(comfy, clip, TITLE, topic=loaded, strength=value)[0] for value in (1.0, 1.5))
    assert not same(plain, strong)
    assert same(plain, core(comfy, clip, f"embedding:경제 {TITLE}"))


def test_without_a_topic_it_is_clip_text_encode(comfy, clip):
    conditioning, prompt, tokens, report = encode(comfy, clip, TITLE)
    assert prompt == TITLE and same(conditioning, core(comfy, clip, TITLE))
    assert report == f"{tokens} tokens in 1 chunk."


# Overflow


LONG = "고양이 (두 마리가:1.3) 창가에 " * 20


def test_overflow_in_chunks(comfy, clip):
    conditioning, prompt, tokens, report = encode(comfy, clip, LONG)
    assert conditioning[0].shape[1] > 77 and tokens > 75 and "chunks" in report
    assert same(conditioning, core(comfy, clip, prompt))


@pytest.mark.parametrize("text", [LONG, "가" * 200, "고양이 \\(두 마리\\) " * 30, "((고양이)) 두 " * 40])
@pytest.mark.parametrize("with_topic", [False, True])
def test_overflow_truncated_to_whole_words(comfy, clip, embeddings, text, with_topic):
    inputs = {"topic": topic(comfy, "경제.safetensors")[0]} if with_topic else {}
    conditioning, prompt, tokens, report = encode(comfy, clip, text, on_overflow="truncate", **inputs)
    assert conditioning[0].shape[1] == 77 and 60 < tokens <= 75
    assert "Left out to fit" in report and prompt.startswith("embedding:경제" if with_topic else prompt[:1])
    assert same(conditioning, core(comfy, clip, prompt))
    from comfy.sd1_clip import escape_important, token_weights

    weights = [{weight for _, weight in token_weights(escape_important(part), 1.0)} for part in (prompt, text)]
    assert weights[0] == weights[1] | ({1.0} if with_topic else set())


def test_overflow_as_an_error(comfy, clip):
    outcome = comfy.try_node("DancheongEncodeTopicText", clip=clip, text=LONG, on_overflow="error")
    assert re.search(r"takes \d+ tokens, one chunk holds 75: shorten it by \d+", outcome.error)
    assert comfy.node("DancheongEncodeTopicText", clip=clip, text=TITLE, on_overflow="error")


# Particles


@pytest.mark.parametrize(
    ("text", "placed"),
    [
        ("(고양이:1.3)가 앉아", "(고양이가:1.3) 앉아"),
        ("(고양이)는 두 마리", "(고양이는) 두 마리"),
        ("((고양이))를", "((고양이를))"),
        ("(고양이:1.3)에서, 사진", "(고양이에서:1.3), 사진"),
        ("(빨간:1.3)고양이", "(빨간:1.3)고양이"),
        ("고양이\\(암컷\\)가", "고양이\\(암컷\\)가"),
        ("embedding:경제에서 본", "embedding:경제 에서 본"),
        ("embedding:경제, 사진", "embedding:경제, 사진"),
        ("embedding:경제", "embedding:경제"),
        ("(embedding:경제:1.2)에서", "(embedding:경제:1.2) 에서"),
        ("(embedding:경제에서:1.2)", "(embedding:경제 에서:1.2)"),
        ("오늘embedding:경제", "오늘 embedding:경제"),
        ("embedding:없는것에서", "embedding:없는것에서"),
        ("embedding:" + "가" * 400, "embedding:" + "가" * 400),
    ],
)
def test_particles_are_where_the_writer_means_them(comfy, clip, embeddings, text, placed):
    conditioning, prompt, _, report = encode(comfy, clip, text)
    assert prompt == placed and same(conditioning, core(comfy, clip, placed))
    assert ("Particles were put" in report) == (text != placed)


def test_a_weighted_word_with_its_particle_is_one_word(comfy, clip):
    """The trap: two words have other ids than one."""
    tokenizer = clip.tokenizer.clip_l

    def ids(text):
        return [number for number, _ in tokenizer.tokenize_with_weights(text)[0]]

    prompt = encode(comfy, clip, "(고양이:1.3)가")[1]
    assert ids(prompt) == ids("고양이가") != ids("(고양이:1.3)가")


def test_an_embedding_with_a_particle_is_not_lost(comfy, clip, embeddings, vectors):
    prompt = encode(comfy, clip, "embedding:경제에서")[1]
    found = [
        token for token, _ in clip.tokenizer.clip_l.tokenize_with_weights(prompt)[0] if isinstance(token, torch.Tensor)
    ]
    assert torch.equal(torch.stack(found), vectors)


# Warnings and errors


def test_a_topic_of_another_encoder_warns_in_report_and_log(comfy, clip, embeddings, caplog):
    with caplog.at_level(logging.WARNING, logger="dancheong"):
        mine = encode(comfy, clip, TITLE, topic=topic(comfy, "경제.safetensors")[0])[3]
        assert "Warning" not in mine and not caplog.records
        foreign = encode(comfy, clip, TITLE, topic=topic(comfy, "foreign.safetensors")[0])[3]
    assert "foreign was learned against another text encoder (0000000000000000" in foreign
    assert any("another text encoder" in record.message for record in caplog.records)


def test_the_report_says_what_the_file_says(comfy, clip, embeddings):
    assert "topic: economy" in topic(comfy, "경제.safetensors")[1]
    assert "does not say which text encoder" in topic(comfy, "news/society.safetensors")[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("long.safetensors", "71 vectors; at most 70"),
        ("nan.safetensors", "not numbers"),
        ("two words.safetensors", "rename the file"),
        ("cut.safetensors", "damaged or cut off"),
        ("code.pt", "was refused"),
    ],
)
def test_bad_topic_files_are_explained(comfy, embeddings, name, said):
    outcome = comfy.try_node("DancheongLoadTopicPrompt", embedding=name)
    assert said in outcome.error and len(outcome.error.splitlines()) == 1


def test_other_kinds_of_clip_are_refused(comfy, clip):
    two = clip.clone()
    two.tokenizer = type("Two", (), {"tokenize_with_weights": lambda self, *_, **__: {"l": [], "g": []}})()
    outcome = comfy.try_node("DancheongEncodeTopicText", clip=two, text=TITLE)
    assert "Expected the CLIP of a Stable Diffusion 1.x model" in outcome.error


def test_missing_files_are_named_with_what_to_do(comfy):
    outcome = comfy.try_node("DancheongLoadTopicPrompt", embedding="nowhere.safetensors")
    assert "no topic prompt 'nowhere.safetensors' in models/embeddings" in outcome.error
    outcome = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder="nowhere/")
    assert "dancheong models get korean-sd" in outcome.error


def test_wrong_width_and_a_missing_placeholder_are_errors(comfy, clip, embeddings):
    narrow = topic(comfy, "narrow.safetensors")[0]
    outcome = comfy.try_node("DancheongEncodeTopicText", clip=clip, text=TITLE, topic=narrow)
    assert "vectors of width 32, this CLIP takes 64" in outcome.error
    loaded = topic(comfy, "경제.safetensors")[0]
    outcome = comfy.try_node("DancheongEncodeTopicText", clip=clip, text=TITLE, topic=loaded, position="replace")
    assert "Expected <topic> in the text" in outcome.error

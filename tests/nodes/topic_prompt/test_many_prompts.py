"""Lists of texts are encoded in batches: each as it is alone, in order, in bounded memory, and interruptible."""

import pytest
import torch
from safetensors.torch import save_file

TOLERANCE = 1e-5
TITLE = "고양이 두 마리가 창가에 앉아 있다"
TEXTS = [
    TITLE,
    "(고양이:1.3) 사진",
    "",
    f"{TITLE} " * 9,
    "a photo of (two cats:0.6)",
    TITLE,
    f"(가을:1.2) 하늘 {TITLE} " * 5,
    *(f"가을 하늘 {number}" for number in range(12)),
]


def error(one, other):
    return float((one - other).abs().max())


@pytest.fixture(scope="module")
def clip(clip_of):
    return clip_of(64)


def same_as_alone(comfy, clip, conditioning, prompt):
    ((states, extra),) = conditioning
    ((alone, alone_extra),) = comfy.node("CLIPTextEncode", clip=clip, text=prompt)[0]
    assert states.shape == alone.shape, prompt
    assert error(states, alone) <= TOLERANCE
    assert error(extra["pooled_output"], alone_extra["pooled_output"]) <= TOLERANCE
    assert set(extra) == set(alone_extra)


def many(comfy, clip, texts, **inputs):
    return comfy.lists("DancheongEncodeTopicText", {"text": texts}, clip=clip, **inputs)


@pytest.fixture
def batches(clip, monkeypatch):
    """How many chunks each call of the encoder had."""
    inner, seen = clip.cond_stage_model.clip_l, []
    encode = type(inner).encode
    monkeypatch.setattr(type(inner), "encode", lambda self, chunks: (seen.append(len(chunks)), encode(self, chunks))[1])
    return seen


def test_each_is_as_alone_and_in_order(comfy, clip, batches):
    """Short and long, weighted and plain, of several chunks, empty and twice the same."""
    conditionings, prompts, tokens, reports = many(comfy, clip, TEXTS)
    assert prompts == TEXTS and len(conditionings) == len(tokens) == len(reports) == len(TEXTS)
    chunks = sum(len(clip.tokenize(text)["l"]) for text in set(TEXTS))
    most = comfy.module("nodes.topic_prompt.comfy_many").CPU_CHUNKS
    # One more row where there are weights, for the empty prompt that they are reckoned from.
    assert max(batches) <= most + 1 and chunks <= sum(batches) <= chunks + len(batches) < 2 * chunks
    for conditioning, prompt in zip(conditionings, prompts, strict=True):
        same_as_alone(comfy, clip, conditioning, prompt)
    assert error(conditionings[0][0][0], conditionings[4][0][0]) > 0.01
    assert conditionings[0][0][1] is not conditionings[5][0][1]


def test_layers_of_a_list_are_quick(comfy, clip, monkeypatch):
    module, seen = comfy.module("nodes.topic_prompt.comfy_many"), []

    class Seen(module.QuickLinear):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            seen.append(func)
            return super().__torch_function__(func, types, args, kwargs)

    monkeypatch.setattr(module, "QuickLinear", Seen)
    many(comfy, clip, TEXTS[:3])
    assert torch.nn.functional.linear in seen


def test_topics_strengths_and_positions_come_as_lists_too(comfy, clip_of, folder):
    for name in ("economy", "society"):
        vectors = torch.randn(3, 64, generator=torch.Generator().manual_seed(len(name)))
        save_file({"clip_l": vectors}, folder / f"{name}.safetensors")
    clip = clip_of(64)
    topics = [
        comfy.node("DancheongLoadTopicPrompt", embedding=f"{name}.safetensors")[0] for name in ("economy", "society")
    ]
    lists = {"text": [TITLE, "가을 하늘", "사진"], "topic": topics, "strength": [1.0, 0.5]}
    conditionings, prompts, _, _ = comfy.lists("DancheongEncodeTopicText", lists, clip=clip)
    # The last of a shorter list is repeated, as ComfyUI does.
    assert prompts == [
        f"embedding:economy {TITLE}",
        "(embedding:society:0.5) 가을 하늘",
        "(embedding:society:0.5) 사진",
    ]
    for conditioning, prompt in zip(conditionings, prompts, strict=True):
        same_as_alone(comfy, clip, conditioning, prompt)


def test_clip_skip_counts_for_all(comfy):
    _, whole, _ = comfy.node("LoadSmallWorld")  # of two layers: where there is but one, none can be skipped
    skipping = comfy.node("CLIPSetLastLayer", clip=whole, stop_at_clip_layer=-2)[0]
    states = [many(comfy, clip, TEXTS[:4])[0] for clip in (skipping, whole)]
    for conditioning, text in zip(states[0], TEXTS, strict=False):
        same_as_alone(comfy, skipping, conditioning, text)
    assert error(states[0][0][0][0], states[1][0][0][0]) > 0.01


def test_out_of_memory_halves_the_batch_and_goes_on(comfy, clip, monkeypatch):
    inner, seen = clip.cond_stage_model.clip_l, []
    encode = type(inner).encode

    def small_card(self, chunks):
        seen.append(len(chunks))
        if len(chunks) > 3:
            raise torch.cuda.OutOfMemoryError
        return encode(self, chunks)

    texts = [f"가을 하늘 {number}" for number in range(6)]
    with monkeypatch.context() as patch:
        patch.setattr(type(inner), "encode", small_card)
        conditionings = many(comfy, clip, texts)[0]
    assert seen == [6, 4, 2, 2, 2] and len(conditionings) == 6
    for conditioning, text in zip(conditionings, texts, strict=True):
        same_as_alone(comfy, clip, conditioning, text)


def test_progress_is_shown_and_an_interrupt_stops_it(comfy, clip, batches):
    texts = [f"사진 {number}" for number in range(30)]

    def stop(value, total):
        comfy.model_management.interrupt_current_processing()

    whole = comfy.try_lists("DancheongEncodeTopicText", {"text": texts}, clip=clip)
    assert [value for value, total in whole.progress if total == 30][-1] == 30 and len(whole.progress) >= 2
    done = len(batches)
    prompt_of = comfy.provide(text=comfy_several(texts), clip=clip)
    defaults = comfy._defaults("DancheongEncodeTopicText")
    prompt = prompt_of | {
        "node": {
            "class_type": "DancheongEncodeTopicText",
            "inputs": {**defaults, "text": ["text", 0], "clip": ["clip", 0]},
        },
        "out": {"class_type": "TestCaptureList", "inputs": {"value": ["node", 0], "key": "out"}},
    }
    outcome = comfy.run(prompt, stop)
    assert outcome.interrupted and not outcome.captured and len(batches) - done <= 2


def comfy_several(texts):
    from dancheong.testing.value_nodes import Several

    return Several(texts)


def test_an_error_names_its_text(comfy, clip):
    outcome = comfy.try_lists("DancheongEncodeTopicText", {"text": ["하나", "embedding: ", "셋"]}, clip=clip)
    assert outcome.error.startswith("Text 2 of 3: Expected a name after embedding:")


def test_an_empty_list_gives_empty_lists(comfy, clip):
    assert many(comfy, clip, []) == [[], [], [], []]
    outcome = comfy.try_lists("DancheongEncodeTopicText", {"text": ["하나", "둘"], "topic": []}, clip=clip)
    assert "for 2 texts; one of them came as an empty list" in outcome.error

"""Layouts of embeddings as other software writes them, against what ComfyUI itself puts in for the name."""

import io
import json
import pickle
import struct

import pytest
import torch
from safetensors.torch import save_file

WIDTH = 768


@pytest.fixture(scope="module")
def clip(clip_of):
    return clip_of(WIDTH)


def table(seed, rows=2, width=WIDTH, dtype=torch.float32):
    return torch.randn(rows, width, generator=torch.Generator().manual_seed(seed)).to(dtype)


def of_2022(vectors, more=()):
    """As the original textual inversion saves it."""
    held = torch.nn.ParameterDict({"*": torch.nn.Parameter(vectors), **dict(more)})
    return {"string_to_token": {"*": torch.tensor(265)}, "string_to_param": held}


class Bomb:
    def __reduce__(self):
        return (exec, ("raise SystemExit('code was run')",))


FIRST, SECOND = table(1), table(2)
FILES = {
    "original": (of_2022(FIRST), FIRST, ""),
    "original_of_one": (of_2022(FIRST[:1].clone()), FIRST[:1], ""),
    "original_of_many": (of_2022(table(3, 16)), table(3, 16), ""),
    "a1111": ({"string_to_token": {"*": 265}, "string_to_param": {"*": FIRST}, "name": "x", "step": 500}, FIRST, ""),
    "a1111_half": ({"string_to_param": {"*": FIRST.half()}}, FIRST.half().float(), ""),
    "two_concepts": ({"string_to_param": {"<a>": FIRST, "<b>": SECOND}}, FIRST, "Not used: <b>"),
    "two_of_diffusers": ({"<b>": FIRST, "<a>": SECOND}, FIRST, "Not used: <a>; ComfyUI takes the first of a file, <b>"),
    "two_encoders": ([{"clip_g": table(4, width=1280), "clip_l": FIRST}], FIRST, "Not used: tables of width 1280"),
    "two_encoders_turned": ([{"clip_l": FIRST}, {"clip_g": table(4, width=1280)}], FIRST, "of width 1280"),
    "a_list": ([{"<a>": FIRST}, {"<b>": SECOND[0]}], torch.cat([FIRST, SECOND[:1]]), ""),
    "with_clip_g": ({"clip_g": table(4, width=1280), "clip_l": FIRST}, FIRST, "Not used: clip_g"),
    "one_row": ({"emb_params": FIRST[0]}, FIRST[:1], ""),
    "brain_half": ({"emb_params": FIRST.bfloat16()}, FIRST.bfloat16().float(), ""),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_as_comfyui_reads_it_and_what_is_not_used_is_told(comfy, clip, put_in, folder, name):
    content, vectors, told = FILES[name]
    torch.save(content, folder / f"{name}.pt")
    topic, report = comfy.node("DancheongLoadTopicPrompt", embedding=f"{name}.pt")
    assert torch.equal(topic.vectors, vectors) and told in report and ("Not used" in report) == bool(told)
    prompt = comfy.node("DancheongEncodeTopicText", clip=clip, text="고양이", topic=topic)[1]
    assert torch.equal(put_in(clip, prompt), vectors)


def test_the_first_table_is_the_first_of_the_file_and_not_of_the_alphabet(comfy, clip, put_in, folder):
    def raw(tensors):
        header, data = {}, b""
        for key, tensor in tensors.items():
            part = tensor.numpy().tobytes()
            header[key] = {
                "dtype": "F32",
                "shape": list(tensor.shape),
                "data_offsets": [len(data), len(data) + len(part)],
            }
            data += part
        text = json.dumps(header).encode()
        return struct.pack("<Q", len(text)) + text + data

    (folder / "order.safetensors").write_bytes(raw({"z": FIRST, "a": SECOND}))
    topic, report = comfy.node("DancheongLoadTopicPrompt", embedding="order.safetensors")
    assert torch.equal(topic.vectors, FIRST) and "Not used: a" in report
    prompt = comfy.node("DancheongEncodeTopicText", clip=clip, text="고양이", topic=topic)[1]
    assert torch.equal(put_in(clip, prompt), FIRST)


def test_concepts_in_a_lora_stand_one_behind_the_other(comfy, clip, put_in, folder):
    save_file({f"bundle_emb.{key}.clip_l": table for key, table in (("a", FIRST), ("b", SECOND))},
              folder / "lora.safetensors")  # fmt: skip
    topic, report = comfy.node("DancheongLoadTopicPrompt", embedding="lora.safetensors")
    assert "Several concepts" in report and len(topic.vectors) == 4
    prompt = comfy.node("DancheongEncodeTopicText", clip=clip, text="고양이", topic=topic)[1]
    assert torch.equal(put_in(clip, prompt), topic.vectors)


def test_a_file_that_comfyui_misreads_is_refused(comfy, clip, folder):
    """It takes the halves of a ParameterDict for whole numbers."""
    torch.save(of_2022(table(1, 4, dtype=torch.float16)), folder / "half.pt")
    topic = comfy.node("DancheongLoadTopicPrompt", embedding="half.pt")[0]
    outcome = comfy.try_node("DancheongEncodeTopicText", clip=clip, text="달", topic=topic)
    assert "ComfyUI reads other values than half.pt holds" in outcome.error
    assert outcome.error == comfy.try_node("DancheongEncodeTopicText", clip=clip, text="embedding:half").error


def test_a_narrow_original_that_comfyui_cannot_read_is_refused(comfy, clip_of, folder):
    torch.save(of_2022(table(1, width=64)), folder / "narrow.pt")
    outcome = comfy.try_node("DancheongEncodeTopicText", clip=clip_of(64), text="embedding:narrow 달")
    assert "ComfyUI reads other values than narrow.pt holds" in outcome.error


@pytest.mark.parametrize(
    "content",
    [
        FIRST,
        [],
        [{"clip_l": "text"}],
        {},
        {"name": "x", "table": FIRST},
        {"string_to_param": {}},
        {"string_to_param": FIRST},
        {"string_to_param": {"*": FIRST[None]}},
        {"clip_l": torch.zeros(0, WIDTH)},
        {"state_dict": {"clip_l": FIRST}},
        {1: FIRST},
    ],
    ids=range(11),
)
def test_what_comfyui_would_stumble_over_is_refused_in_a_sentence(comfy, clip, folder, content):
    torch.save(content, folder / "odd.pt")
    outcome = comfy.try_node("DancheongLoadTopicPrompt", embedding="odd.pt")
    assert "holds no embedding" in outcome.error and len(outcome.error.splitlines()) == 1
    assert comfy.try_node("DancheongEncodeTopicText", clip=clip, text="embedding:odd 달").error == outcome.error


def test_no_code_runs_beside_what_2022_saved(comfy, folder):
    content = of_2022(FIRST)
    content["string_to_param"].__dict__["more"] = Bomb()
    torch.save(content, folder / "bomb.pt")
    outcome = comfy.try_node("DancheongLoadTopicPrompt", embedding="bomb.pt")
    assert "was refused, as it asks for" in outcome.error
    stream = io.BytesIO()
    pickle.dump({"string_to_param": Bomb()}, stream)
    (folder / "plain.pt").write_bytes(stream.getvalue())
    assert "was refused" in comfy.try_node("DancheongLoadTopicPrompt", embedding="plain.pt").error

"""ComfyUI inside the test process: its own executor, without a server."""

import json

import pytest
from dancheong.testing.comfy_host import Comfy
from dancheong.testing.models import korean as korean_models
from dancheong.testing.references.korean import Reference
from safetensors.torch import save_file
from transformers import CLIPTokenizerFast

# What every public export of 2022 says, whatever its tokenizer.
WRONG_IDS = {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}


@pytest.fixture(scope="session")
def comfy(base, supplies):
    """ComfyUI in this process; what a prompt names is there."""
    return Comfy(base, supplies.put_named)


@pytest.fixture(scope="module", autouse=True)
def memory(comfy):
    """What a module's tests loaded goes before the next one's."""
    yield
    comfy.give_back()


@pytest.fixture(scope="session")
def made(comfy, base):
    """Kind -> the reference for the tiny encoder in text_encoders/<kind>: ids last, ids first, 49,408 pieces."""
    found = {}
    for kind in ("last", "first", "full"):
        folder = base / "models" / "text_encoders" / kind
        korean_models.tokenizer(folder, kind)
        tokenizer = CLIPTokenizerFast.from_pretrained(str(folder))
        model = korean_models.encoder(len(tokenizer.get_vocab()), tokenizer.eos_token_id)
        save_file(model.state_dict(), folder / "model.safetensors")
        (folder / "config.json").write_text(json.dumps({"text_config": WRONG_IDS | {"num_attention_heads": 1}}))
        found[kind] = Reference(model, tokenizer)
    return found

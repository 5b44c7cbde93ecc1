"""A small Korean CLIP of each width, and what its tokenizer puts in for a prompt."""

import shutil

import pytest
import torch
from dancheong.testing.models import korean as korean_models
from safetensors.torch import save_file
from transformers import CLIPTokenizerFast


@pytest.fixture(scope="module")
def clip_of(comfy, base):
    """Width -> CLIP; loaded when asked, so that it knows the embedding folders of that moment."""

    def load(width):
        folder = base / "models" / "text_encoders" / f"topics{width}"
        if not folder.exists():
            korean_models.tokenizer(folder, "last")
            end = CLIPTokenizerFast.from_pretrained(str(folder)).eos_token_id
            encoder = korean_models.encoder(end + 1, end, width=width, layers=1, heads=width // 64)
            save_file(encoder.state_dict(), folder / "model.safetensors")
        return comfy.node("DancheongLoadKoreanCLIP", text_encoder=f"topics{width}/", dtype="float32")[0]

    return load


@pytest.fixture
def put_in():
    """The vectors that ComfyUI's tokenizer puts in for a prompt, and the weights of all tokens but the padding's."""

    def tokens(clip, prompt):
        found = [token for chunk in clip.tokenize(prompt)["l"] for token, _ in chunk if isinstance(token, torch.Tensor)]
        return torch.stack(found).float() if found else torch.zeros(0, 0)

    return tokens


@pytest.fixture
def folder(base, tmp_path):
    """The embeddings of one test; what workflows of other tests have trained stands aside."""
    place, aside = base / "models" / "embeddings", tmp_path / "aside"
    place.mkdir(parents=True, exist_ok=True)
    place.rename(aside)
    place.mkdir()
    yield place
    shutil.rmtree(place)
    aside.rename(place)

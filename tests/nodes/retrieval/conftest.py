"""A small CLIP as ComfyUI has it and as transformers has it."""

import pytest
import torch
from dancheong.testing.models import clip_pair
from transformers import CLIPTokenizerFast


class Pair:
    def __init__(self, comfy, base, name, **how):
        folder = base / "models" / "text_encoders" / name
        self.model = clip_pair.write(folder, **how)
        self.tokenizer = CLIPTokenizerFast.from_pretrained(str(folder))
        self.halves = {
            "clip": comfy.korean_clip(f"{name}/")[0],
            "clip_vision": clip_pair.vision(self.model),
        }

    def cosines(self, pictures, texts, mended=False):
        """`[B,N]` by transformers, of pictures of the very size that it looks at.

        Args:
            mended: with the ids of Load Korean CLIP, for texts in which transformers would end at an unknown piece.
        """
        words = self.tokenizer(texts, return_tensors="pt", padding=True, truncation=True, max_length=77)
        if mended:
            rows = self.halves["clip"].tokenizer.clip_l.tokenizer(texts)["input_ids"]
            ids = [torch.tensor(row) for row in rows]
            words = {"input_ids": torch.nn.utils.rnn.pad_sequence(ids, True, self.tokenizer.eos_token_id)}
        config = self.model.config.vision_config
        assert pictures.shape[1:3] == (config.image_size, config.image_size)
        mean, spread = (torch.tensor(values) for values in (clip_mean, clip_spread))
        pixels = ((pictures * 255).round() / 255 - mean) / spread
        with torch.no_grad():
            out = self.model(**words, pixel_values=pixels.movedim(-1, 1))
        return (out.image_embeds @ out.text_embeds.T).numpy()


clip_mean, clip_spread = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


@pytest.fixture(scope="session")
def pair(comfy, base):
    return Pair(comfy, base, "pair")


@pytest.fixture(scope="session")
def other(comfy, base):
    """Another CLIP of the same width."""
    return Pair(comfy, base, "other", seed=1)


@pytest.fixture(scope="session")
def wide(comfy, base):
    return Pair(comfy, base, "wide", width=128)


@pytest.fixture(scope="session")
def pictures():
    """Four of the size that the small CLIP looks at."""
    return torch.rand(4, clip_pair.SIDE, clip_pair.SIDE, 3, generator=torch.Generator().manual_seed(0))

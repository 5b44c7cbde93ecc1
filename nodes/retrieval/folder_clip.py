"""A CLIP in transformers' layout, outside of ComfyUI: the same space of pictures and words."""

from pathlib import Path
from typing import Any

import numpy as np

from ..ground import UserError

TEXTS = 64
"""Texts that are encoded at once."""


class FolderClip:
    """Both halves; loaded once, from the disk only."""

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """Load a CLIP.

        Args:
            folder: in transformers' layout.
            device: where it works, as PyTorch calls it.

        Raises:
            UserError: no CLIP with its tokenizer is there.
        """
        from transformers import AutoTokenizer, CLIPImageProcessor, CLIPModel

        try:
            model: Any = CLIPModel.from_pretrained(folder, local_files_only=True)
            self._model = model.eval().to(device)
            self._processor = CLIPImageProcessor.from_pretrained(folder, local_files_only=True)
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as error:
            raise UserError(
                f"{folder} holds no CLIP: expected config.json, weights, tokenizer and preprocessor_config.json, as "
                f"Hugging Face has a Korean CLIP ({str(error).splitlines()[0]})."
            ) from error

    def picture(self, picture: np.ndarray) -> np.ndarray:
        """`[D]` float32 of length 1, of a picture `[H,W,3]` uint8."""
        import torch

        with torch.inference_mode():
            pixels = self._processor(picture, return_tensors="pt")["pixel_values"].to(self._model.device)
            return _unit(self._model.visual_projection(self._model.vision_model(pixel_values=pixels).pooler_output))[0]

    def texts(self, texts: list[str]) -> np.ndarray:
        """`[N,D]` float32, each of length 1; what is longer than 77 tokens is cut there."""
        import torch

        found: list[np.ndarray] = []
        with torch.inference_mode():
            for start in range(0, len(texts), TEXTS):
                words = self._tokenizer(
                    texts[start : start + TEXTS], return_tensors="pt", padding=True, truncation=True, max_length=77
                ).to(self._model.device)
                pooled = self._model.text_model(
                    input_ids=words["input_ids"], attention_mask=words["attention_mask"]
                ).pooler_output
                found.append(_unit(self._model.text_projection(pooled)))
        return np.concatenate(found)


def _unit(vectors: Any) -> np.ndarray:
    import torch

    return torch.nn.functional.normalize(vectors.float(), dim=-1).cpu().numpy()

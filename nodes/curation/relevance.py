"""How well a picture shows what its headline says, by a CLIP in transformers' layout and outside of ComfyUI."""

from pathlib import Path

import numpy as np

from ..ground import UserError


class Relevance:
    """A CLIP of both halves; loaded once, from the disk only."""

    def __init__(self, folder: Path) -> None:
        """Load a CLIP.

        Args:
            folder: in transformers' layout.

        Raises:
            UserError: no CLIP with its tokenizer is there.
        """
        from transformers import AutoTokenizer, CLIPImageProcessor, CLIPModel

        try:
            self._model = CLIPModel.from_pretrained(folder, local_files_only=True).eval()
            self._processor = CLIPImageProcessor.from_pretrained(folder, local_files_only=True)
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as error:
            raise UserError(
                f"{folder} holds no CLIP: expected config.json, weights, tokenizer and preprocessor_config.json, as "
                f"Hugging Face has a Korean CLIP ({str(error).splitlines()[0]})."
            ) from error

    def score(self, picture: np.ndarray, title: str) -> float:
        """Cosine of picture (`[H,W,3]` uint8) and title, -1..1."""
        import torch

        with torch.inference_mode():
            words = self._tokenizer(title, return_tensors="pt", truncation=True, max_length=77)
            result = self._model(
                input_ids=words["input_ids"],
                attention_mask=words["attention_mask"],
                pixel_values=self._processor(picture, return_tensors="pt")["pixel_values"],
            )
            return float(torch.nn.functional.cosine_similarity(result.text_embeds, result.image_embeds))

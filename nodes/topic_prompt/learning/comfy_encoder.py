"""The text encoder of a CLIP with vectors among the words, and a gradient that reaches them."""

from typing import Any

import comfy.sd
import torch
from comfy.clip_model import CLIPLayer
from comfy.ldm.modules.attention import attention_pytorch

from ...ground.prompt_text import literal
from ...training.comfy import fingerprint, frozen, loaded
from ..comfy_encode import sole_tokenizer


class OutOfPlaceLayer(CLIPLayer):
    """ComfyUI's layer without its additions in place, which autograd refuses."""

    def forward(self, x: Any, mask: Any = None, optimized_attention: Any = None) -> Any:
        """As ComfyUI's own."""
        x = x + self.self_attn(self.layer_norm1(x), mask, attention_pytorch)
        return x + self.mlp(self.layer_norm2(x))


class LearningEncoder:
    """Titles behind vectors as states, just as ComfyUI encodes `embedding:NAME title`.

    Raises:
        UserError: a CLIP of more than one text encoder.
    """

    def __init__(self, clip: comfy.sd.CLIP) -> None:
        self._tokenizer = sole_tokenizer(clip)
        self._clip = clip
        stage = loaded(clip.patcher).model
        stage.reset_clip_options()
        self._model: Any = frozen(getattr(stage, stage.clip))
        if clip.layer_idx is not None:
            self._model.set_clip_options({"layer": clip.layer_idx})
        for layer in self._model.transformer.text_model.encoder.layers:
            layer.__class__ = OutOfPlaceLayer
        self.fingerprint = fingerprint(self._model)
        self._empty = [token for token, _ in clip.tokenize("")["l"][0]]
        self.table: torch.Tensor = self._model.transformer.get_input_embeddings().weight

    def words(self, text: str) -> list[int]:
        """The tokens of a text, which means nothing but its letters; no start, end or padding."""
        chunks = self._clip.tokenize(literal(text), return_word_ids=True)["l"]
        return [token for chunk in chunks for token, _, word in chunk if word != 0]

    def states(self, vectors: torch.Tensor, titles: list[list[int]]) -> torch.Tensor:
        """What the model is told: float [B, 77, width].

        Args:
            vectors: [n, width]; 0 rows for titles alone.
            titles: tokens of `words`; what does not fit into the chunk is left out.
        """
        return self._model([self._chunk(vectors, title) for title in titles])[0]

    def room(self, vectors: int) -> int:
        """Tokens of a title that fit behind some vectors."""
        return len(self._empty) - 2 - vectors

    def _chunk(self, vectors: torch.Tensor, title: list[int]) -> list[int | torch.Tensor]:
        begin, *rest = self._empty
        words = title[: self.room(len(vectors))]
        # The first of the rest is the end, the others pad.
        return [begin, *([vectors] if len(vectors) else []), *words, *rest[: len(rest) - len(vectors) - len(words)]]

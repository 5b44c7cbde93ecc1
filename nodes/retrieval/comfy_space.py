"""One space for pictures and words: what the two halves of a CLIP give, projected and of length 1.

Radford et al. 2021 (Learning Transferable Visual Models From Natural Language Supervision): each half ends in a linear
projection, and only behind it do pictures and words meet. ComfyUI hands out Stable Diffusion's pooled text before it.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any

import comfy.clip_model
import numpy as np
import torch
from comfy import model_management

from ..ground import UserError
from ..host import images, memory
from ..host.progress import interruptible_layers
from . import comfy_projection

CPU_TEXTS, GPU_TEXTS = 128, 1024
"""Texts that are encoded at once at most: matrices are full then, and more would only take memory."""
ESCAPED = re.compile(r"\\([()])")
"""A bracket as prompts write it where it is a letter; headlines come so."""
SAMPLED = 256
"""Texts whose token ids tell one tokenizer from another that has the same vocabulary."""


class ClipSpace:
    """A CLIP and a CLIP_VISION of one model."""

    def __init__(self, clip: Any, clip_vision: Any) -> None:
        """Look at both halves.

        Args:
            clip, clip_vision: ComfyUI's; they must have been trained together, which only their widths can tell here.

        Raises:
            UserError: one of them is no half of a CLIP, lacks its projection, or has another width than the other.
        """
        self._clip, self._vision = clip, clip_vision
        self._model = _text_model(clip)
        comfy_projection.check(clip, self._model, clip_vision)
        shown, said = (_width(each) for each in (clip_vision.model.visual_projection, self._model.text_projection))
        if shown != said:
            raise UserError(
                f"The CLIP gives {said} numbers and the CLIP_VISION {shown}: expected the two halves of one model, "
                "such as text encoder and vision model of one Korean CLIP."
            )
        self.width = said
        """Numbers of a vector."""
        self._words = getattr(clip.tokenizer, clip.tokenizer.clip)
        self._at_once = CPU_TEXTS if clip.patcher.load_device.type == "cpu" else GPU_TEXTS

    def pictures(self, image: torch.Tensor, tell: Callable[[int], None] = lambda count: None) -> np.ndarray:
        """`[B,D]` float32 of pictures `[B,H,W,C]`; each as it is alone, its middle square as CLIP was trained.

        Args:
            tell: is told of each picture that it was one.
        """
        pixels = images.rgb(images.pictures(image))
        with interruptible_layers(self._vision.model):
            found = []
            for picture in pixels:
                found.append(self._vision.encode_image(picture[None])["image_embeds"])
                tell(1)
        return _unit(torch.cat(found))

    def texts(self, texts: Sequence[str], tell: Callable[[int], None] = lambda count: None) -> np.ndarray:
        """`[N,D]` float32 of texts, each word for word: brackets weigh nothing and embeddings are not called.

        What is longer than one window of the encoder (75 tokens of CLIP) is cut there; `lengths` tells.

        Args:
            tell: is told of each piece of the work how many texts it was.
        """
        rows = self._ids(texts) if texts else []
        found = np.empty((len(rows), self.width), np.float32)
        self._clip.load_model()
        # Texts of one length need no padding, which would only be computed.
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        done = 0
        with interruptible_layers(self._model):
            while done < len(order):
                places = order[done : done + self._at_once]
                try:
                    found[places] = self._encode([rows[place] for place in places])
                except Exception as error:
                    if self._at_once == 1 or not memory.is_out_of_memory(error):
                        raise
                    memory.release()
                    self._at_once //= 2
                    continue
                done += len(places)
                tell(len(places))
        return found

    @property
    def longest(self) -> int:
        """Tokens that a text may have, start and end not counted."""
        return self._words.max_length - 2

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, start and end not counted, before anything is cut."""
        return [len(row) - 2 for row in self._tokenized(texts)] if texts else []

    def fits(self, texts: Sequence[str]) -> list[bool]:
        """Whether the encoder reads each text whole."""
        return [length <= self.longest for length in self.lengths(texts)]

    def signature(self, texts: Sequence[str]) -> str | None:
        """What decides the vectors of these texts besides themselves: weights and tokenizer; None where patches or
        hooks change the weights while they are used."""
        self._clip.load_model()
        if self._clip.patcher.patches or self._clip.patcher.forced_hooks:
            return None
        digest = hashlib.sha256()
        for name, tensor in sorted(self._model.state_dict().items()):
            digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
            digest.update(tensor.detach().cpu().contiguous().view(torch.uint8).numpy().data)
        step = max(1, len(texts) // SAMPLED)
        sample = [texts[place] for place in range(0, len(texts), step)]
        digest.update(repr((sorted(self._words.tokenizer.get_vocab().items()), self._ids(sample))).encode())
        return digest.hexdigest()

    def _tokenized(self, texts: Sequence[str]) -> list[list[int]]:
        return self._words.tokenizer([ESCAPED.sub(r"\1", text) for text in texts])["input_ids"]

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Start, pieces, end of each; CLIP pools at the first end."""
        start, end, most = self._words.start_token, self._words.end_token, self._words.max_length - 2
        rows = []
        for row in self._tokenized(texts):
            pieces = row[1 : row.index(end, 1)]
            rows.append([start, *pieces[:most], end])
        return rows

    def _encode(self, rows: list[list[int]]) -> np.ndarray:
        """As comfy.clip_model.CLIPTextModel, but for as many places as the texts have, of which CLIP makes 77."""
        device, count = self._clip.patcher.load_device, max(map(len, rows))
        # What stands behind the end changes nothing before it: the mask is causal.
        ids = torch.tensor([row + [row[-1]] * (count - len(row)) for row in rows], device=device)
        text = self._model.text_model
        with model_management.cuda_device_context(device):
            places = text.embeddings.position_embedding.weight[:count].to(device, torch.float32)
            states = text.embeddings.token_embedding(ids, out_dtype=torch.float32) + places
            mask = torch.full((count, count), -torch.finfo(torch.float32).max, device=device).triu_(1)
            states = text.final_layer_norm(text.encoder(states, mask=mask)[0])
            ends = torch.tensor([len(row) - 1 for row in rows], device=device)
            return _unit(self._model.text_projection(states[torch.arange(len(rows), device=device), ends]))


def _text_model(clip: Any) -> comfy.clip_model.CLIPTextModel:
    name = getattr(clip.cond_stage_model, "clip", None)
    if not isinstance(name, str):
        raise UserError("Expected a CLIP of one encoder, as Load Korean CLIP gives it; this one combines several.")
    model = getattr(clip.cond_stage_model, name).transformer
    if not isinstance(model, comfy.clip_model.CLIPTextModel):
        raise UserError(
            "Expected the text half of a CLIP, such as Load Korean CLIP gives it; this is a text encoder of another "
            "kind, which shares no space with pictures."
        )
    return model


def _width(projection: torch.nn.Linear) -> int:
    return projection.weight.shape[0]


def _unit(vectors: torch.Tensor) -> np.ndarray:
    return torch.nn.functional.normalize(vectors.float(), dim=-1).cpu().numpy()

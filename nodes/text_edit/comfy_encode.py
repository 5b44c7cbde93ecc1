"""A word and its instruction as the two contexts that DiffSTE reads, and the empty pair that guidance leads away from.

Both are 20 long, not 77: what CLIP Text Encode gives does not fit.
"""

from dataclasses import dataclass
from typing import Any

import comfy.sd
import torch

from . import wording
from .comfy_load import TextEditor

END = 49407
"""CLIP's end of text, which is its padding too."""


@dataclass(frozen=True)
class Context:
    """What the network is told."""

    text: torch.Tensor
    """`[1,20,768]`, CLIP's last hidden state after its final norm."""
    characters: torch.Tensor
    """`[1,20,32]`."""


def instruction_ids(editor: TextEditor, instruction: str) -> tuple[list[int], str]:
    """20 token ids, start and end included, and the words that did not fit."""
    tokenizer = editor.clip.tokenizer.clip_l.tokenizer
    start, *content, end = tokenizer(instruction)["input_ids"]
    room = editor.sizes.length - 2
    cut = tokenizer.decode(content[room:]).strip() if len(content) > room else ""
    ids = [start, *content[:room], end]
    return ids + [END] * (editor.sizes.length - len(ids)), cut


def null_ids(editor: TextEditor) -> list[int]:
    """The empty instruction: the original tokenizes it without special tokens, so it has no start of text."""
    return [END] * editor.sizes.length


def context(editor: TextEditor, ids: list[int], word: str) -> Context:
    """What the network is told of a word, by its instruction's tokens and its letters."""
    return Context(_encode(editor.clip, ids), embedded(editor, word))


def null_context(editor: TextEditor) -> Context:
    """No instruction and no characters: the original empties both together."""
    return context(editor, null_ids(editor), "")


def embedded(editor: TextEditor, word: str) -> torch.Tensor:
    """A word's characters, `[1,20,32]`: a row for the letter plus a row for its place, and nothing else."""
    ids = torch.tensor(wording.characters(word, editor.sizes.length))
    return (editor.characters[ids] + editor.positions)[None]


def _encode(clip: comfy.sd.CLIP, ids: list[int]) -> torch.Tensor:
    encoded: Any = clip.encode_from_tokens({"l": [[(token, 1.0) for token in ids]]})
    return encoded

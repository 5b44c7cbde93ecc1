"""Whether the files of a tokenizer are those of a CLIP: transformers builds a CLIP tokenizer of any vocabulary.

CLIP's is a byte-level BPE whose pieces at the end of a word carry `</w>`. Of another kind, such as Unigram, WordPiece
or the BPE of GPT-2 and RoBERTa, every piece would be unknown.
"""

import json
from pathlib import Path
from typing import Any

from ..ground import UserError

WORD_END = "</w>"
EXPECTED = (
    f"expected a byte-level BPE whose words end in {WORD_END}, as every CLIP has; choose the encoder's own tokenizer"
)
FEWEST_BYTES = 128


def check(folder: Path) -> None:
    """
    Raises:
        UserError: damaged, or a tokenizer of another kind.
    """
    whole = folder / "tokenizer.json"
    path = whole if whole.is_file() else folder / "vocab.json"
    content = _read(path)
    model = content.get("model") if path == whole else {"type": "BPE", "end_of_word_suffix": WORD_END, "vocab": content}
    if not isinstance(model, dict) or "vocab" not in model:
        raise UserError(f"{path.name} in {folder.name} holds no tokenizer: {EXPECTED}.")
    # Files of before 2021 name no type, and BPE alone has merges.
    kind = model.get("type", "BPE" if "merges" in model else "WordPiece")
    if kind != "BPE":
        raise UserError(f"The tokenizer in {folder.name} is a {kind} tokenizer: {EXPECTED}.")
    vocabulary = model["vocab"]
    if (
        not isinstance(vocabulary, dict)
        or not vocabulary
        or not all(type(number) is int for number in vocabulary.values())
    ):
        raise UserError(f"{path.name} in {folder.name} holds no vocabulary of pieces and ids: {EXPECTED}.")
    if model.get("end_of_word_suffix") != WORD_END or not any(piece.endswith(WORD_END) for piece in vocabulary):
        raise UserError(f"The tokenizer in {folder.name} is a BPE without {WORD_END}, as of GPT-2: {EXPECTED}.")
    known = 256 - len(missing_bytes(vocabulary))
    if known < FEWEST_BYTES:
        raise UserError(f"The tokenizer in {folder.name} knows {known} of 256 bytes and is not byte-level: {EXPECTED}.")


def missing_bytes(vocabulary: dict[str, int]) -> list[int]:
    """The bytes that have no id inside a word, so that a letter with one of them is left out."""
    return [byte for byte, symbol in enumerate(byte_symbols()) if symbol not in vocabulary]


def byte_symbols() -> list[str]:
    """The printable stand-in of each byte in byte-level BPE (Radford et al. 2019, encoder.py of GPT-2)."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(others)) for byte in range(256)]


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(
            f"The tokenizer in {path.parent.name} cannot be read ({path.name}: {error}): download it again."
        ) from error
    if not isinstance(content, dict):
        raise UserError(f"{path.name} in {path.parent.name} holds no tokenizer: {EXPECTED}.")
    return content

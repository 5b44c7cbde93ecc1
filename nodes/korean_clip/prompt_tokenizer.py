"""A CLIP tokenizer that never ends a prompt in its middle.

Byte-level BPE tokenizers that were retrained on Korean know all 256 bytes, but often not all of them as the last of a
word. transformers then gives their unknown token, which in CLIP is the end of text: the encoder pools too early and
the word loses its tail. Such a byte is given here as the same byte in the middle of a word.
"""

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..ground import UserError
from . import tokenizer_file
from .tokenizer_file import WORD_END

SAMPLE = Path(__file__).with_name("korean_sample.txt")


@dataclass(frozen=True)
class SpecialIds:
    """Read from the tokenizer; configurations of Korean CLIPs carry the English ids."""

    start: int
    end: int
    pad: int


class PromptTokenizer:
    """What ComfyUI's SDTokenizer asks of a transformers tokenizer: call, get_vocab, decode."""

    def __init__(self, folder: Path, pad: int | None = None) -> None:
        """
        Args:
            pad: in place of the tokenizer's own padding.

        Raises:
            UserError: no CLIP tokenizer in the folder.
        """
        tokenizer_file.check(folder)
        # In transformers 4 the class without Fast is another implementation; in 5 both names are one.
        from transformers import CLIPTokenizerFast  # pyright: ignore[reportAttributeAccessIssue]

        try:
            # The length in tokenizer_config.json would only make transformers warn: ComfyUI makes chunks itself.
            self._tokenizer: Any = CLIPTokenizerFast.from_pretrained(
                str(folder), local_files_only=True, model_max_length=1 << 20
            )
            empty = self._tokenizer("")["input_ids"]
        except Exception as error:  # transformers and tokenizers raise bare Exceptions of many kinds here
            raise UserError(f"The tokenizer in {folder.name} cannot be read ({error}): download it again.") from error
        if len(empty) != 2 or empty[0] == empty[1]:
            raise UserError(
                f"The tokenizer in {folder.name} is none of CLIP: expected a start and an end token around a prompt, "
                f"got the ids {empty}."
            )
        pad = self._tokenizer.pad_token_id if pad is None else pad
        self.special = SpecialIds(empty[0], empty[1], empty[1] if pad is None else pad)
        self._vocabulary: dict[str, int] = self._tokenizer.get_vocab()
        self._not_text = {*empty, self._tokenizer.unk_token_id}
        """Ids that no prompt has in its middle."""

    def __call__(self, text: str | list[str]) -> dict[str, Any]:
        """`{"input_ids": [start, ..., end]}`; the end stands at the end only. A list gives a list of them."""
        if isinstance(text, list):
            return {"input_ids": [self(each)["input_ids"] for each in text]}
        return {"input_ids": [self.special.start, *self._ids(text)[0], self.special.end]}

    def get_vocab(self) -> dict[str, int]:
        """Piece -> id."""
        return self._vocabulary

    @property
    def rows(self) -> int:
        """How many an encoder needs for it."""
        return 1 + max(self._vocabulary.values())

    @property
    def missing_bytes(self) -> int:
        """Of 256, those that it cannot write at all."""
        return len(tokenizer_file.missing_bytes(self._vocabulary))

    def decode(self, ids: list[int], **options: object) -> str:
        """The text of ids; options are those of transformers."""
        return self._tokenizer.decode(ids, **options)

    def unknown_share(self) -> float:
        """The share of pieces of a Korean sample that the vocabulary has no id for, 0..1."""
        ids, unknown = self._ids(SAMPLE.read_text(encoding="utf-8"))
        return unknown / max(len(ids), 1)

    def fingerprint(self) -> str:
        """SHA-256 over the vocabulary and the special ids."""
        rows = sorted(self._vocabulary.items(), key=lambda row: row[1])
        return hashlib.sha256(repr((rows, self.special)).encode()).hexdigest()

    def _ids(self, text: str) -> tuple[list[int], int]:
        """The ids without start and end, and how many pieces were unknown."""
        _refuse_half_characters(text)
        ids = self._tokenizer(text)["input_ids"][1:-1]
        return self._repaired_ids(text) if self._not_text & set(ids) else (ids, 0)

    def _repaired_ids(self, text: str) -> tuple[list[int], int]:
        """The text between added tokens, such as a new word of its own, piece by piece."""
        found = self._tokenizer(text, return_offsets_mapping=True)
        added = set(self._tokenizer.added_tokens_decoder) - self._not_text
        ids: list[int] = []
        unknown = place = 0
        for number, (start, stop) in zip(found["input_ids"], found["offset_mapping"], strict=True):
            if number in added:
                before, lost = self._pieces(text[place:start])
                ids += [*before, number]
                unknown, place = unknown + lost, stop
        rest, lost = self._pieces(text[place:])
        return ids + rest, unknown + lost

    def _pieces(self, text: str) -> tuple[list[int], int]:
        """Unknown symbols become the plain byte, and special tokens that were typed are text."""
        backend = self._tokenizer.backend_tokenizer
        ids: list[int] = []
        unknown = lost = 0
        for word, _ in backend.pre_tokenizer.pre_tokenize_str(backend.normalizer.normalize_str(text)):
            place = 0
            for token in backend.model.tokenize(word):
                if token.id not in self._not_text:
                    ids.append(token.id)
                    place += len(token.value.removesuffix(WORD_END))
                    continue
                # An unknown token stands for one symbol: merges are made of known symbols only.
                unknown += 1
                plain = self._vocabulary.get(word[place])
                lost += plain is None
                ids += [] if plain is None else [plain]
                place += 1
        if lost:
            logging.getLogger("dancheong").warning(
                "%d bytes of a prompt have no id in this tokenizer and are left out", lost
            )
        return ids, unknown


def _refuse_half_characters(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UserError(
            f"The prompt holds half of a character (a lone surrogate, U+{ord(text[error.start]):04X}) at place "
            f"{error.start}: delete it and type the character again."
        ) from None

"""A byte-level BPE of Korean and English that CLIP's own code loads: start and end last, every byte known.

CLIP pools at the largest id, so the end token must have it; and a word that ends in a byte whose `</w>` form is unknown
would end the sentence, so all 256 of them are there, seen or not.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

from ...ground import UserError
from ...ground.whole_file import write_whole
from ..tokenizer_file import WORD_END, byte_symbols

START, END = "<|startoftext|>", "<|endoftext|>"
SYMBOLS = byte_symbols()
LETTERS = [*SYMBOLS, *(symbol + WORD_END for symbol in SYMBOLS)]
"""Pieces of one byte, within a word and at its end: the first of every vocabulary."""
FEWEST = len(LETTERS) + 2
POSITIONS = 77
SETTINGS = {"tokenizer_class": "CLIPTokenizer", "model_max_length": POSITIONS, "do_lower_case": True,
            "bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END, "errors": "replace"}  # fmt: skip
SECONDS = 0.2
"""Between two looks at whether somebody wants it to end."""


def shared(pairs: Iterable[tuple[str, str]], korean: float) -> Iterator[str]:
    """Sentences of both languages, left out here and there so that a share of all letters is of the Korean ones.

    Args:
        korean: above 0, at most 1.

    >>> list(shared([("abcd", "xy"), ("efgh", "zw")], 0.5))
    ['abcd', 'xy', 'zw']
    """
    ours = theirs = 0
    for first, second in pairs:
        if ours * (1 - korean) <= theirs * korean:
            ours += len(first)
            yield first
        if theirs * korean < ours * (1 - korean):
            theirs += len(second)
            yield second


def learn(folder: Path, sentences: Iterable[str], vocabulary: int) -> int:
    """Learn the pieces and write the tokenizer's files.

    Args:
        vocabulary: pieces, start and end included, at least `FEWEST`.

    Returns:
        How many it has: fewer than asked for where the text has no more.
    """
    with tempfile.TemporaryDirectory() as made:
        # What normalizes and splits is transformers' own, so what is learned is what is read.
        bare = _write(Path(made), [], [])
    pieces, merges = _merged(_learned(bare, sentences, vocabulary), vocabulary)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, pieces, merges)
    return len(pieces) + FEWEST


def _learned(bare: Any, sentences: Iterable[str], vocabulary: int) -> list[list[str]]:
    from tokenizers import Tokenizer, models, trainers

    bpe = Tokenizer(models.BPE(end_of_word_suffix=WORD_END))
    bpe.normalizer, bpe.pre_tokenizer = bare.normalizer, bare.pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, initial_alphabet=SYMBOLS, end_of_word_suffix=WORD_END, show_progress=False
    )
    failed: list[BaseException] = []

    def work() -> None:
        try:
            bpe.train_from_iterator(sentences, trainer)
        except BaseException as error:
            failed.append(error)

    # Merging runs in foreign code that hears no interrupt: this thread stays free to hear it.
    thread = Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(SECONDS)
    if failed:
        raise failed[0]
    merges: list[Any] = json.loads(bpe.to_str())["model"]["merges"]
    return [pair.split(" ") if isinstance(pair, str) else pair for pair in merges]


def _merged(learned: list[list[str]], vocabulary: int) -> tuple[list[str], list[str]]:
    """The pieces of the first merges, and those merges; two merges may give one piece."""
    pieces: dict[str, None] = {}
    merges: list[str] = []
    for first, second in learned:
        if len(pieces) == vocabulary - FEWEST and first + second not in pieces:
            break
        pieces[first + second] = None
        merges.append(f"{first} {second}")
    return list(pieces), merges


def _write(folder: Path, pieces: list[str], merges: list[str]) -> Any:
    """The files of a tokenizer; what transformers makes of them."""
    from transformers import CLIPTokenizerFast  # pyright: ignore[reportAttributeAccessIssue]

    vocabulary = {piece: number for number, piece in enumerate([*LETTERS, *pieces, START, END])}
    write_whole(folder / "merges.txt", ("\n".join(["#version: 0.2", *merges]) + "\n").encode())
    write_whole(folder / "tokenizer_config.json", json.dumps(SETTINGS, indent=1).encode())
    write_whole(folder / "vocab.json", json.dumps(vocabulary, ensure_ascii=False).encode())
    backend: Any = CLIPTokenizerFast.from_pretrained(str(folder), local_files_only=True).backend_tokenizer
    write_whole(folder / "tokenizer.json", backend.to_str().encode())
    return backend


def check(folder: Path, vocabulary: int, korean: float) -> None:
    """
    Raises:
        UserError: what no tokenizer can have, or a folder that has one.
    """
    if vocabulary <= FEWEST:
        raise UserError(
            f"A vocabulary of {vocabulary} is too small: bytes, start and end take {FEWEST}; give 49408, as in CLIP."
        )
    if not 0 < korean <= 1:
        raise UserError(f"The share of Korean is {korean:g}: expected above 0 and at most 1, such as 0.7.")
    if (folder / "tokenizer.json").exists():
        raise UserError(f"{folder} holds a tokenizer already: choose another folder, or remove it first.")

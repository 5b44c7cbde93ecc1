"""The world's English CLIP: a byte-level tokenizer that has the world's words whole, and a narrow text encoder.

It is written as a folder in the layout of transformers, which Load Korean CLIP loads like any other.
"""

import json
from dataclasses import replace
from pathlib import Path

import torch

from .scene import MARKS, singles
from .sentence import ORDERS, sentence

START, END = "<|startoftext|>", "<|endoftext|>"
POSITIONS = 77
WIDTH, LAYERS, HEADS = 64, 2, 4


def tokenizer(folder: Path, lines: list[str], most: int = 1024) -> None:
    """Learn the words of some lines and write the tokenizer's files."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    bpe = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    bpe.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    bpe.decoder = decoders.ByteLevel()
    symbols = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=most, initial_alphabet=symbols, end_of_word_suffix="</w>")
    bpe.train_from_iterator((line.replace(",", " ,") for line in sorted({*lines})), trainer)
    learned = json.loads(bpe.to_str())["model"]
    pieces = [*symbols, *(symbol + "</w>" for symbol in symbols)]
    pieces += [piece for piece in learned["vocab"] if piece not in set(pieces)]
    vocabulary = {piece: number for number, piece in enumerate([*pieces, START, END])}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in learned["merges"]]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n", encoding="utf-8")
    settings = {"tokenizer_class": "CLIPTokenizer", "model_max_length": POSITIONS, "unk_token": END, "pad_token": END}
    settings |= {"bos_token": START, "eos_token": END, "do_lower_case": True}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")


def sentences(language: str) -> list[str]:
    """Of all scenes of one thing, in every order; and of one with every mark."""
    found = list(singles())
    marked = [sentence(replace(found[0], topic=mark), language, marks=True) for mark in MARKS]
    return marked + [sentence(scene, language, order) for scene in found for order in range(ORDERS)]


def encoder(folder: Path, seed: int):
    """An encoder with random weights for the tokenizer in a folder: a CLIPTextModelWithProjection."""
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection

    words = len(json.loads((folder / "vocab.json").read_text(encoding="utf-8")))
    torch.manual_seed(seed)
    config = CLIPTextConfig(
        vocab_size=words,
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        projection_dim=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        max_position_embeddings=POSITIONS,
        bos_token_id=words - 2,
        eos_token_id=words - 1,
        pad_token_id=words - 1,
    )
    return CLIPTextModelWithProjection(config)


def ids(folder: Path, texts: list[str]) -> torch.Tensor:
    """Token ids, padded with the end as for Stable Diffusion: int64 [N, 77]."""
    from transformers import CLIPTokenizer

    return CLIPTokenizer.from_pretrained(folder)(texts, padding="max_length", return_tensors="pt").input_ids

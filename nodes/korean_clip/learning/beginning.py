"""A student that begins as its teacher: the same body, and for each of its own pieces the best known vector."""

from typing import Any

import numpy as np
import torch

from ..prompt_tokenizer import PromptTokenizer
from .corpus import Corpus
from .encoder import TextEncoder, network

TABLE = "text_model.embeddings.token_embedding.weight"
PAIRS = 200_000
"""Of a corpus, looked at for which pieces stand for which."""
NEAREST = 3
"""Pieces of the teacher's whose mean a new one begins as."""
SHARP = 4
"""Power of Dice's coefficient by which they weigh in it."""
COMMON = 0.9
"""Share of sentences, above which a piece stands for nothing."""


def student(teacher: TextEncoder, tokenizer: PromptTokenizer, words: Any) -> TextEncoder:
    """The teacher's body with a table for another tokenizer: equal pieces copied, others noise around the mean.

    Args:
        words: folder of the tokenizer.
    """
    kept = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings",
            "hidden_act")  # fmt: skip
    sizes = {name: getattr(teacher.model.config, name) for name in kept}
    model = network(tokenizer, vocab_size=tokenizer.rows, **sizes)
    state = dict(teacher.model.state_dict())
    table = state[TABLE]
    chance = torch.Generator().manual_seed(0)
    mean, spread = table.mean(0), table.std(0)
    fresh = mean + spread * torch.randn(tokenizer.rows, table.shape[1], generator=chance)
    for own, theirs in equal_pieces(teacher.tokenizer, tokenizer):
        fresh[own] = table[theirs]
    model.load_state_dict({**state, TABLE: fresh})
    return TextEncoder(model, tokenizer, words)


def equal_pieces(teacher: PromptTokenizer, own: PromptTokenizer) -> list[tuple[int, int]]:
    """Ids of one's own and of the teacher's that mean the same; start, end and padding among them."""
    known = teacher.get_vocab()
    same = {number: known[piece] for piece, number in own.get_vocab().items() if piece in known}
    same |= {own.special.start: teacher.special.start, own.special.end: teacher.special.end}
    return list(same.items())


def translate(begun: TextEncoder, teacher: TextEncoder, corpus: Corpus) -> int:
    """Give pieces that the teacher lacks the mean of the pieces that stand where they stand.

    Which those are is told by Dice's coefficient over sentences: how often both are there, of how often either is.

    Returns:
        How many were found.
    """
    from scipy import sparse

    rows = corpus.seen[:PAIRS]

    def present(of: Any, width: int) -> Any:
        found = [np.unique(of[int(row)][1:-1]) for row in rows]
        bounds = np.cumsum([0, *map(len, found)])
        ids = np.concatenate(found)
        return sparse.csr_array((np.ones(len(ids), np.float32), ids, bounds), (len(rows), width))

    table = teacher.model.state_dict()[TABLE]
    own = present(corpus.korean, begun.tokenizer.rows)
    theirs = present(corpus.meant, len(table))
    often, meant = own.sum(0), theirs.sum(0)
    theirs = theirs @ sparse.diags_array((meant <= COMMON * len(rows)).astype(np.float32))
    together = (own.T @ theirs).tocsr()
    copied = {number for number, _ in equal_pieces(teacher.tokenizer, begun.tokenizer)}
    count = 0
    with torch.no_grad():
        fresh = begun.model.get_input_embeddings().weight
        for number in np.flatnonzero(often):
            begin, end = together.indptr[number : number + 2]
            if number in copied or begin == end:
                continue
            others, both = together.indices[begin:end], together.data[begin:end]
            dice = 2 * both / (often[number] + meant[others])
            best = np.argsort(-dice, kind="stable")[:NEAREST]
            likely = dice[best] ** SHARP
            weights = torch.from_numpy(likely / likely.sum()).float()
            fresh[number] = weights @ table[torch.from_numpy(others[best].astype(np.int64))]
            count += 1
    return count

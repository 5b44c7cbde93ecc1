"""`dancheong train tokenizer`: a Korean tokenizer of CLIP's kind from sentence pairs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TokenizerMaking:
    """What to learn from, and how."""

    sources: tuple[Path, ...]
    """Files or folders of sentence pairs."""
    out: Path
    vocabulary: int = 49408
    """Pieces, start and end included; that of CLIP, which ComfyUI's own loaders expect."""
    share: float = 0.7
    """Of letters that are of Korean sentences; 7 to 3 in the public Korean CLIPs."""
    korean: str | None = None
    english: str | None = None
    """Names of the columns, of all files."""

    def finish(self, tell: Callable[[int, int, str], None] = lambda done, total, what: None) -> list[str]:
        """Learn and write it.

        Returns:
            What is to be said of it.

        Raises:
            UserError: what was given cannot be read, or what was asked for cannot be.
        """
        from ..prompt_tokenizer import PromptTokenizer
        from . import corpus, pairs, tokenizer

        tokenizer.check(self.out, self.vocabulary, self.share)
        source = pairs.opened(self.sources, self.korean, self.english)
        both = ((pair.korean, pair.english) for pair in source.pairs(lambda rows: tell(rows, 0, "rows")))
        count = tokenizer.learn(self.out, tokenizer.shared(both, self.share), self.vocabulary)
        made = PromptTokenizer(self.out)
        lines = [
            f"{count:,} pieces from {sum(source.read.values()):,} rows; left out: "
            f"{corpus.told(dict(source.left_out))}.",
            f"Start {made.special.start}, end {made.special.end}; all 256 bytes are known, and as the last of a word.",
            f"Written to {self.out}.",
        ]
        if count < self.vocabulary:
            lines.insert(1, f"{self.vocabulary:,} were asked for: the text has no more.")
        return lines

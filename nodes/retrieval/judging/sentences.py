"""How alike texts are in meaning: the cosine of their sentence embeddings.

Reimers and Gurevych 2019 (Sentence-BERT), by their own library; JourneyDB's figures are said to come from
all-MiniLM-L6-v2, which it reads.
"""

from pathlib import Path
from typing import Any

from ...ground import UserError

MODULES = "modules.json"


class Sentences:
    """A sentence model; loaded once, from the disk only."""

    def __init__(self, folder: Path) -> None:
        """Load a model.

        Args:
            folder: in the layout of sentence-transformers, with weights in safetensors.

        Raises:
            UserError: the library is missing, or no such model is there.
        """
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise UserError('This needs sentence-transformers: run `pip install "dancheong[judge]"`.') from error
        try:
            # Without this file the library would make up how words become a sentence.
            if not (folder / MODULES).is_file():
                raise OSError(f"{MODULES} is missing")
            self._model: Any = SentenceTransformer(
                str(folder), local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        except (OSError, ValueError, KeyError) as error:
            raise UserError(
                f"{folder} holds no sentence model: expected {MODULES}, config.json, tokenizer and model.safetensors, "
                f"as Hugging Face has all-MiniLM-L6-v2 ({str(error).splitlines()[0]})."
            ) from error

    def alike(self, said: list[str], references: list[str]) -> float:
        """The mean cosine of texts and their references, -1 to 1."""
        first, second = (
            self._model.encode(texts, normalize_embeddings=True, show_progress_bar=True) for texts in (said, references)
        )
        return float((first * second).sum(1).mean())

    def cut(self, texts: list[str]) -> int:
        """How many are longer than the model reads; it does not look at the rest of them."""
        rows = self._model.tokenizer(texts, truncation=False, verbose=False)["input_ids"]
        return sum(len(row) > self._model.max_seq_length for row in rows)

"""Texts beside their references, by the libraries that published figures come from.

BLEU-4 (Papineni et al. 2002) by sacrebleu, METEOR (Banerjee and Lavie 2005) by NLTK, ROUGE-L (Lin 2004) by rouge-score,
CIDEr (Vedantam et al. 2015) by pycocoevalcap.
"""

import re
from importlib import import_module
from typing import Any

from ...ground import UserError

WORD = re.compile(r"\w+")
EXTRA = ("sacrebleu", "nltk", "rouge_score", "pycocoevalcap")


def words(text: str) -> list[str]:
    """Lower case, of letters and digits in any language: rouge-score's own drops all that is not English."""
    return WORD.findall(text.lower())


def check() -> None:
    """
    Raises:
        UserError: a library is missing.
    """
    missing = [name for name in EXTRA if not _is_there(name)]
    if missing:
        raise UserError(f'This needs {", ".join(missing)}: run `pip install "dancheong[judge]"`.')


def texts(said: list[str], references: list[str]) -> dict[str, float]:
    """BLEU-4, METEOR and ROUGE-L in 0..1, CIDEr in 0..10, of one reference each.

    METEOR needs WordNet for synonyms, which NLTK has no package for; where it is not installed, words and their stems
    are matched only, and the measure is called so.
    """
    import nltk.translate.meteor_score as meteor
    import sacrebleu
    from pycocoevalcap.cider.cider import Cider
    from rouge_score.rouge_scorer import RougeScorer

    name, wordnet = _wordnet()
    pairs = list(zip(said, references, strict=True))
    scorer = RougeScorer(["rougeL"], tokenizer=_Words())
    plain = {number: [" ".join(words(text))] for number, text in enumerate(said)}
    expected = {number: [" ".join(words(text))] for number, text in enumerate(references)}
    return {
        "bleu_4": sacrebleu.corpus_bleu(said, [references], lowercase=True).score / 100,
        name: _mean(meteor.single_meteor_score(words(right), words(text), wordnet=wordnet) for text, right in pairs),
        "rouge_l": _mean(scorer.score(right, text)["rougeL"].fmeasure for text, right in pairs),
        "cider": float(Cider().compute_score(expected, plain)[0]),
    }


class _Words:
    """What rouge-score asks of a tokenizer."""

    def tokenize(self, text: str) -> list[str]:
        return words(text)


class _NoSynonyms:
    """What NLTK asks of WordNet, for none of it."""

    def synsets(self, _word: str) -> list[Any]:
        return []


def _wordnet() -> tuple[str, Any]:
    from nltk.corpus import wordnet

    try:
        wordnet.ensure_loaded()
    except LookupError:
        return "meteor_without_synonyms", _NoSynonyms()
    return "meteor", wordnet


def _mean(values: Any) -> float:
    found = list(values)
    return float(sum(found) / len(found))


def _is_there(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True

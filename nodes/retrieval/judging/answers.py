"""What a model said of JourneyDB's pictures: JSON lines of `img_path`, `text` and, for questions, `question`."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...ground import UserError, text_file
from .. import asking, wording
from ..journey.record import Row
from . import measures
from .sentences import Sentences

LEFT_OUT = {
    "sentence_similarity": "add --sentences DIR, such as all-MiniLM-L6-v2",
    "qa_score": "let a language model answer the questions from the prompts, and judge its answers with --task vqa",
}
"""Measures that the paper has of inverted prompts too, and what each needs."""
Answers = dict[tuple[str, str], str]
"""(picture, question) -> text; the question is "" where a picture is described."""


def read(path: Path) -> tuple[Answers, int]:
    """The answers, and how many lines are none; of several for one picture the last counts.

    Raises:
        UserError: not one answer, or no such file.
    """
    found: Answers = {}
    broken = 0
    try:
        lines = text_file.read(path).splitlines()
    except OSError as error:
        raise UserError(
            f"{path} could not be read ({error.strerror}): give a file of answers in JSON lines."
        ) from error
    for line in filter(str.strip, lines):
        try:
            row = json.loads(line)
            picture, text = row["img_path"], row["text"]
            question = row.get("question", "")
            assert all(isinstance(each, str) for each in (picture, text, question))
        except (ValueError, KeyError, TypeError, AttributeError, AssertionError, RecursionError):
            broken += 1
            continue
        found[picture.replace("\\", "/").removeprefix("./"), question.strip()] = text
    if not found:
        raise UserError(
            f'{path.name} holds no answer: expected lines such as {{"img_path": "./000/a.jpg", "text": "..."}}.'
        )
    return found, broken


def descriptions(task: str, rows: Iterator[Row], answers: Answers, sentences: Sentences | None) -> dict[str, Any]:
    """Measures of inverted prompts or captions.

    Args:
        sentences: tells how alike they are in meaning; None where no such model was given.
    """
    said: list[str] = []
    references: list[str] = []
    unanswered = unlabelled = 0
    for row in rows:
        reference = wording.plain(row.prompt) if task == "inversion" else row.caption
        text = answers.get((row.picture, ""))
        if not reference:
            unlabelled += 1
        elif text is None:
            unanswered += 1
        else:
            said.append(wording.plain(text) if task == "inversion" else text)
            references.append(reference)
    counts = {"judged": len(said), "without an answer": unanswered, "without a label": unlabelled}
    found: dict[str, Any] = {"counts": counts, "measures": measures.texts(said, references) if said else {}}
    if sentences and said:
        found["measures"]["sentence_similarity"] = sentences.alike(said, references)
        counts["longer than the sentence model reads"] = sentences.cut(said + references)
    if task == "inversion":
        found["not measured"] = {name: why for name, why in LEFT_OUT.items() if name not in found["measures"]}
    return found


def questions(rows: Iterator[Row], answers: Answers) -> dict[str, object]:
    """The share of right answers, of all and of each group of questions; one that names no option is wrong."""
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    unanswered = unclear = lost = 0
    for row in rows:
        lost += row.lost
        for each in row.questions:
            text = answers.get((row.picture, each.question))
            if text is None:
                unanswered += 1
                continue
            letters = sorted(each.options)
            option = asking.meant(text, tuple(each.options[letter] for letter in letters))
            unclear += not option
            asked[each.group] += 1
            right[each.group] += option == each.options[each.answer]
    total = asked.total()
    counts = {"judged": total, "without an answer": unanswered, "name no option": unclear, "lack something": lost}
    shares = {group: right[group] / count for group, count in sorted(asked.items())}
    return {"counts": counts, "measures": {"accuracy": right.total() / total, **shares} if total else {}}

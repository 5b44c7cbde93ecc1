"""`dancheong train encoder`: a Korean text encoder from an English one and sentence pairs, as a folder to be loaded."""

import json
import math
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...ground import UserError
from ...ground.whole_file import write_whole

if TYPE_CHECKING:
    from ...training import Outcome, Peers
    from .corpus import Corpus
    from .encoder import TextEncoder

WEIGHTS: dict[str, float] = {"pooled": 1.0, "ends": 1.0, "words": 1.0, "attention": 1.0, "english": 1.0}
"""What a loss weighs where nothing is said; attention only where there is a UNet."""
WORK = "work"
"""Folder in the result's, for what a stopped run goes on with; it goes when the run is done."""
WARM_UP, WARMEST = 0.05, 1000
"""Share of the steps over which the learning rate rises, and most of them."""
LOOKS = 20
"""Times that a run measures itself and saves itself."""
DECAY = 0.01
"""Of weights (AdamW)."""
Tell = Callable[[int, int, str], None]
"""Is told how much is done, of how much (0 where nobody knows), and what it is."""


@dataclass(frozen=True)
class Distilling:
    """What to learn, from what, and how."""

    sources: tuple[Path, ...]
    """Files or folders of sentence pairs."""
    teacher: Path
    """Folder of the English encoder that belongs to a picture model."""
    out: Path
    student: Path | None = None
    """Folder of a Korean encoder to begin with, of the teacher's width; without it the teacher itself is begun with."""
    tokenizer: Path | None = None
    """Folder of the Korean tokenizer where there is no student."""
    unet: Path | None = None
    """The picture model whose cross-attention listens, a checkpoint or the UNet's own file."""
    heads: int | None = None
    """Of its cross-attention; None for what the public models have."""
    losses: Mapping[str, float] = field(default_factory=dict)
    """Weights by name, of `WEIGHTS`, where none is given all of those."""
    layer: str = "last"
    """Which states the picture model reads."""
    steps: int = 20000
    batch: int = 64
    learning_rate: float = 1e-4
    accumulate: int = 1
    half: bool = False
    """Compute in bfloat16."""
    held_out: float = 0.02
    korean: str | None = None
    english: str | None = None
    """Names of the columns, of all files."""
    seed: int = 0

    def finish(self, tell: Tell = lambda done, total, what: None) -> list[str]:
        """Learn, or go on where the same work was stopped, and write the folder.

        Returns:
            What is to be said of it.

        Raises:
            UserError: what was given does not belong together, or is not there.
        """
        from ...training import peers

        with peers() as among:
            return self._finish(tell if among.number == 0 else lambda done, total, what: None, among)

    def _finish(self, tell: Tell, among: "Peers") -> list[str]:
        from ...training import Plan, train
        from . import attention, beginning, corpus, encoder, losses, pairs
        from .task import DistillTask
        from .teacher import Teacher

        names = self._weights()
        among.share(self.accumulate)  # what cannot be shared out is told before anything is prepared
        work = self.out / WORK
        with among.one_before_the_others():
            self._check()
            source = pairs.opened(self.sources, self.korean, self.english)
            teacher = encoder.read(self.teacher)
            student = self._student(teacher)
            layers = attention.read(self.unet, teacher.width, self.heads, among.device) if self.unet else []
            settings = corpus.settings_of(source, student, teacher, self.held_out)
            job = self._begin(work, names, settings)
            data = corpus.made(work, source, student, teacher, settings, lambda rows: tell(rows, 0, "rows"))
            translated = None if self.student else beginning.translate(student, teacher, data)
            for one in (teacher, student):
                one.model.to(among.device)
            asking = Teacher(teacher, data, self.layer, self.half, losses.read_states(names))
            asked = self.steps * self.accumulate * self.batch
            asking.keep(work / "states", asked, lambda done, total: tell(done, total, "sentences of the teacher"))
        task = DistillTask(student, asking, data, layers, names, self.batch, self.layer, self.half, job)
        every = max(1, self.steps // LOOKS)
        plan = Plan(
            self.steps,
            self.learning_rate,
            min(WARMEST, round(WARM_UP * self.steps)),
            accumulate=self.accumulate,
            weight_decay=DECAY,
            measure_every=every,
            save_every=every,
            seed=self.seed,
        )
        run = work / "run.safetensors"
        outcome = train(task, plan, run, lambda now: tell(now.step, self.steps, "steps"), among)
        if among.number:
            return []
        card = self._card(names, data, translated, outcome, teacher, student)
        write_whole(self.out / "card.json", json.dumps(card, ensure_ascii=False, indent=1).encode() + b"\n")
        encoder.write(self.out, student)
        shutil.rmtree(work)
        return _told(card, self.out)

    def _weights(self) -> dict[str, float]:
        """What each loss weighs.

        Raises:
            UserError: a loss that nobody knows, that is no number, or that needs a UNet.
        """
        names = dict(self.losses) or {
            name: value for name, value in WEIGHTS.items() if self.unet or name != "attention"
        }
        for name, weight in names.items():
            if name not in WEIGHTS:
                raise UserError(f"There is no loss {name!r}: expected some of {', '.join(WEIGHTS)}.")
            if not (math.isfinite(weight) and weight >= 0):
                raise UserError(f"The loss {name} weighs {weight}: expected a number from 0.")
        if names.get("attention") and not self.unet:
            raise UserError("The loss attention asks a picture model: give its checkpoint with --unet.")
        if not any(weight for name, weight in names.items() if name != "english"):
            raise UserError("No loss weighs anything: give one of pooled, ends, words and attention a weight.")
        return names

    def _check(self) -> None:
        if (self.out / "model.safetensors").exists():
            raise UserError(f"{self.out} holds an encoder already: choose another folder, or remove it first.")
        if self.out.is_dir() and any(self.out.iterdir()) and not (self.out / WORK).is_dir():
            raise UserError(f"{self.out} is not empty and no unfinished work of ours: choose another folder.")
        if (self.student is None) == (self.tokenizer is None):
            raise UserError(
                "Give one of --student, a Korean encoder to begin with, and --tokenizer, a Korean tokenizer."
            )
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise UserError(f"The learning rate is {self.learning_rate:g}: expected above 0, such as 0.0001.")
        if not 0 < self.held_out < 1:
            raise UserError(f"The share held out is {self.held_out:g}: expected above 0 and below 1, such as 0.02.")

    def _student(self, teacher: "TextEncoder") -> "TextEncoder":
        from . import beginning, encoder

        if self.student is None:
            assert self.tokenizer is not None
            return beginning.student(teacher, encoder.read_tokenizer(self.tokenizer), self.tokenizer)
        student = encoder.read(self.student)
        encoder.read_tokenizer(student.words)
        sizes = [(one.width, one.positions) for one in (student, teacher)]
        if sizes[0] != sizes[1]:
            raise UserError(
                "The student makes {} x {} states, the teacher {} x {}: take a student of the teacher's size, or begin "
                "with --tokenizer alone.".format(*sizes[0][::-1], *sizes[1][::-1])
            )
        return student

    def _begin(self, work: Path, names: Mapping[str, float], settings: Mapping[str, Any]) -> str:
        """What tells this job from any other; it stands in the folder before anything else does.

        Raises:
            UserError: the folder holds the work of another job.
        """
        from hashlib import sha256

        from .. import layout, weights
        from . import attention

        folders = [folder for folder in (self.teacher, self.student) if folder]
        files = [weights.file_hash(layout.weights_of(folder)) for folder in folders]
        files += [weights.file_hash(attention.file_of(self.unet))] if self.unet else []
        how = (
            self.heads,
            self.layer,
            self.steps,
            self.batch,
            self.learning_rate,
            self.accumulate,
            self.half,
            self.seed,
        )
        told = json.dumps([files, sorted(names.items()), how, settings])
        job = f"korean encoder {sha256(told.encode()).hexdigest()[:16]}"
        described = work / "job.txt"
        if described.exists() and described.read_text(encoding="utf-8") != job:
            raise UserError(
                f"{self.out} holds unfinished work of another job: give the settings and files that it began with, or "
                "choose another folder."
            )
        write_whole(described, job.encode())
        return job

    def _card(
        self,
        names: Mapping[str, float],
        data: "Corpus",
        translated: int | None,
        outcome: "Outcome",
        teacher: "TextEncoder",
        student: "TextEncoder",
    ) -> dict[str, Any]:
        best = next(entry for entry in outcome.figures if entry["step"] == outcome.best_step)
        begun = {"student": self.student.name} if self.student else {"teacher, pieces translated": translated}
        return {
            "teacher": self.teacher.name,
            "begun with": begun,
            "vocabulary": student.tokenizer.rows,
            "width": teacher.width,
            "states": self.layer,
            "picture model": self.unet.name if self.unet else None,
            "pairs": data.counts,
            "losses": dict(names),
            "steps": self.steps,
            "batch": self.batch * self.accumulate,
            "learning rate": self.learning_rate,
            "computed in": "bfloat16" if self.half else "float32",
            "seed": self.seed,
            "errors at first": _rounded(outcome.figures[0]),
            "errors at best": _rounded(best),
        }


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}


def _told(card: Mapping[str, Any], out: Path) -> list[str]:
    from .corpus import told

    counts, first, best = card["pairs"], card["errors at first"], card["errors at best"]
    lines = [
        f"Pairs: {counts['kept']:,} of {counts['read']:,} rows, {counts['held out']:,} of them only measured; left "
        f"out: {told(counts['left out'])}.",
        f"The best of {card['steps']:,} steps was step {best['step']:,}.",
        "Errors on held-out pairs, 0 being the teacher itself and 1 knowing nothing of the sentence:",
    ]
    lines += [f"  {name}: {first[name]:.3f} at first, {best[name]:.3f} now" for name in best if " " in name]
    if counts["cut"]:
        lines.append(f"{counts['cut']:,} pairs did not fit into a prompt's tokens; their last words were left out.")
    return [*lines, f"Written to {out}; copy the folder to ComfyUI's models/text_encoders."]

"""`dancheong judge encoder`: how near Korean encoders are to the English one whose place they take."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...ground import UserError
from ...ground.whole_file import write_whole

if TYPE_CHECKING:
    from .attention import Layer
    from .drawn import Drawn
    from .encoder import Said, TextEncoder
    from .pairs import Pair

TOGETHER = 64
FEWEST = 2
Figures = dict[str, float]


@dataclass(frozen=True)
class EncoderJudging:
    """What to judge, and by what."""

    encoders: tuple[Path, ...]
    """Folders of Korean encoders, judged side by side."""
    sources: tuple[Path, ...]
    """Files or folders of sentence pairs, best such as none of them learned from."""
    teacher: Path
    """Folder of the English encoder."""
    out: Path
    """The JSON file of the result."""
    unet: Path | None = None
    """The picture model whose cross-attention is asked."""
    heads: int | None = None
    layer: str = "last"
    most: int = 1000
    """Pairs, the first of the files; among more of them a translation is harder to find."""
    korean: str | None = None
    english: str | None = None
    """Names of the columns, of all files."""
    drawn: "Drawn | None" = None
    """Pictures that were drawn with each encoder."""

    def finish(self, tell: Callable[[int, int, str], None] = lambda done, total, what: None) -> dict[str, Any]:
        """Judge, and write the file.

        Raises:
            UserError: what was given cannot be read, or does not belong together.
        """
        from . import attention, encoder, losses, pairs

        names = [folder.name if folder.name else str(folder) for folder in self.encoders]
        if len(set(names)) < len(names):
            names = [str(folder) for folder in self.encoders]
        if len(set(names)) < len(names):
            raise UserError("An --encoder came twice: give each once, and one folder of its --pictures.")
        source = pairs.opened(self.sources, self.korean, self.english)
        found = self._pairs(source)
        drawn = self.drawn.paths(len(self.encoders), len(found)) if self.drawn else []
        teacher = encoder.read(self.teacher)
        layers = attention.read(self.unet, teacher.width, self.heads) if self.unet else []
        meant = self._said(teacher, [pair.english for pair in found], tell, "sentences of the teacher")
        scale = losses.scales(meant, layers)
        judged: dict[str, Any] = {}
        for name, folder in zip(names, self.encoders, strict=True):
            one = encoder.read(folder)
            if (one.width, one.positions) != (teacher.width, teacher.positions):
                raise UserError(
                    f"{name} makes {one.positions} x {one.width} states, the teacher {teacher.positions} x "
                    f"{teacher.width}: they do not serve one picture model."
                )
            sides = {
                "korean": self._said(one, [pair.korean for pair in found], tell, f"Korean sentences of {name}"),
                "english": self._said(one, [pair.english for pair in found], tell, f"English sentences of {name}"),
            }
            judged[name] = {
                **bitext(sides["korean"], meant, found),
                **{f"{side} {what}": value for side, said in sides.items() for what, value in
                   _errors(said, meant, layers, scale).items()},
            }  # fmt: skip
        for name, paths in zip(names, drawn, strict=False):
            assert self.drawn
            shown = self.drawn.figures(
                paths,
                [pair.english for pair in found],
                lambda done, name=name: tell(done, len(found), f"pictures of {name}"),
            )
            judged[name] |= shown
        result = {
            "teacher": self.teacher.name,
            "picture model": self.unet.name if self.unet else None,
            "states": self.layer,
            "pairs": len(found),
            "left out": dict(source.left_out),
            "encoders": judged,
        }
        write_whole(self.out, json.dumps(result, ensure_ascii=False, indent=1).encode() + b"\n")
        return result

    def _pairs(self, source: Any) -> "list[Pair]":
        """The first pairs of which neither sentence was there before: of two alike neither could be told.

        Raises:
            UserError: they are too few, or pictures were drawn of rows of which one is none.
        """
        found: list[Pair] = []
        korean: set[str] = set()
        english: set[str] = set()
        for pair in source.pairs():
            is_new = pair.korean not in korean and pair.english not in english
            if self.drawn and not (is_new and sum(source.read.values()) == len(found) + 1):
                raise UserError(
                    f"Row {len(found) + 1:,} of the pairs is not judged, as it is empty, damaged, too long, of lengths "
                    "too unlike, or repeats a sentence: every picture after it would be held against another sentence. "
                    "Take this row out of the file, and its picture out of the folders."
                )
            if is_new:
                found.append(pair)
                korean.add(pair.korean)
                english.add(pair.english)
            if len(found) == self.most:
                break
        if len(found) < FEWEST:
            raise UserError(f"{len(found)} pairs are left to judge by: expected {FEWEST} or more, best a thousand.")
        return found

    def _said(self, one: "TextEncoder", texts: list[str], tell: Callable[[int, int, str], None], what: str) -> "Said":
        import torch

        from .encoder import Said

        parts: list[Said] = []
        with torch.no_grad():
            for begin in range(0, len(texts), TOGETHER):
                table = one.padded([one.ids(text) for text in texts[begin : begin + TOGETHER]])
                parts.append(one.say(table, self.layer))
                tell(min(begin + TOGETHER, len(texts)), len(texts), what)
        return Said(*(torch.cat([getattr(part, name) for part in parts]) for name in ("states", "pooled", "ends")))


def bitext(korean: "Said", meant: "Said", pairs: "list[Pair]") -> Figures:
    """Whether the nearest of all by the cosine of pooled vectors is the translation, both ways; and that cosine.

    R@1 is the share for which it is; where several are as near, the first counts (Artetxe and Schwenk 2019).
    """
    import torch

    ours, theirs = (torch.nn.functional.normalize(said.pooled, dim=1) for said in (korean, meant))
    like = ours @ theirs.T
    own = torch.arange(len(pairs))
    return {
        "R@1 Korean to English": _share(like.argmax(1) == own),
        "R@1 English to Korean": _share(like.argmax(0) == own),
        "pooled cosine": round(float(like.diagonal().mean()), 4),
    }


def _errors(said: "Said", meant: "Said", layers: "list[Layer]", scale: Any) -> Figures:
    """Of every kind that can be measured; 0 is the teacher itself, 1 knows nothing of the sentence."""
    import torch

    from . import losses

    every = {name: 1.0 for name in losses.LOSSES if layers or name != losses.ATTENTION}
    heard = losses.listen(meant, layers, torch.Generator().manual_seed(0))
    found = losses.errors(said, meant, every, layers, scale, heard)
    return {name: round(float(error), 4) for name, error in found.items()}


def _share(right: Any) -> float:
    return round(float(right.float().mean()), 4)


def lines(result: dict[str, Any]) -> list[str]:
    """A table of what was found, an encoder a column."""
    encoders: dict[str, Figures] = result["encoders"]
    names = list(encoders)
    measures = list(encoders[names[0]])
    wide = max(map(len, measures))
    columns = {name: max(len(name), 8) for name in names}
    head = " " * wide + "".join(f"  {name:>{columns[name]}}" for name in names)
    rows = [
        f"{measure:<{wide}}" + "".join(f"  {encoders[name][measure]:>{columns[name]}.4f}" for name in names)
        for measure in measures
    ]
    return [f"{result['pairs']:,} pairs, teacher {result['teacher']}; errors: 0 is the teacher, 1 knows nothing.", head,
            *rows]  # fmt: skip

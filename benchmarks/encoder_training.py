"""Does a Korean encoder learn what an English one says? In the small world, where what comes of it can be judged.

`python -m benchmarks encoder_training WHAT ... [--seed N] [--some N] [--write]`; `--some` does so many pieces and keeps
the rest for the next call. A tokenizer and encoders are trained by the code of `dancheong train`, from sentences of
scenes that are shown in training; judged on others: which translations are found among 1,000, and what the world's
picture model draws, whose own encoder is the teacher. WHAT is `all` losses, `pooled alone`, or all without one of them;
`ways` of saying the same that were trained, and ways that were not; or what up to a million pairs take, `reading` them
and learning from such `sizes`.
`--write` makes what `all` trained the Korean encoder that tests load. Encoders lie in `out/benchmarks/encoders-SEED/`;
whoever deletes them begins anew. One thread.
"""

import argparse
import csv
import json
import random
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ..testing import comfy_host
from .kit import pieces
from .kit.process import PACK, memory

SCENES, BATCH, RATE = 12000, 16, 2e-3
STEPS = 5000
ENGLISH_ORDER = (1, 2, 0)
"""Of the sentence that names things in the order of the Korean one, or nearly: what a translator would write."""
UNSEEN, DRAWN = 1000, 500
VOCABULARY = 1200
MADE = PACK / "out" / "benchmarks"
KEPT_KOREAN = PACK / "testing" / "world" / "kept_korean"
SIZES = (10_000, 100_000, 1_000_000)
"""Pairs of which a corpus is made."""
FILES = {"TSV, UTF-8": "utf-8", "TSV, CP949": "cp949", "parquet": None}
"""What they are read from, and its encoding."""
LOSSES = ("pooled", "ends", "words", "attention", "english")
VARIANTS: dict[str, tuple[str, ...]] = {
    "all": LOSSES,
    "pooled alone": ("pooled",),
    **{f"without {left}": tuple(name for name in LOSSES if name != left) for left in LOSSES},
}
WAYS = {
    "teacher": None,
    "English": None,
    "another order": "{size} {colour} {shape}, {ground} 바탕",
    "other particles": "{ground} 바탕 위에는 {size} {colour} {shape}만 있고",
    "no spaces": "",
    "synonyms": None,
}
SYNONYMS = {"빨간": "붉은", "주황": "귤색", "노란": "누런", "초록": "녹색", "파란": "푸른", "보라": "자주",
            "동그라미": "원", "네모": "사각형", "세모": "삼각형", "작은": "조그만", "큰": "커다란"}  # fmt: skip
"""Words of no pair, for those that the pairs have: they can be known only to a student that knew Korean before."""
NAMED = re.compile(f"({'|'.join(SYNONYMS)})(가?)")
"""One of them, and the particle of a shape that ends in a vowel; its synonym ends in a consonant."""
KINDS = ("ground", "colour", "shape", "size", "all but place")


def main(options: list[str]) -> dict[str, list[dict]] | None:
    parser = argparse.ArgumentParser(prog="encoder_training")
    parser.add_argument("what", nargs="+", choices=[*VARIANTS, "ways", "reading", "sizes"])
    parser.add_argument("--seed", default="0")
    parser.add_argument("--some", type=int, help="pieces of this call; the next one goes on")
    parser.add_argument("--write", action="store_true", help="tests load this encoder from now on")
    chosen = parser.parse_args(options)
    seed, variants = chosen.seed, [name for name in VARIANTS if name in chosen.what]
    learned = [("learn", name, seed) for name in variants]
    drawn = [("draw", name, seed, "Korean") for name in variants]
    ways = [("draw", "all", seed, way) for way in WAYS] if "ways" in chosen.what else []
    sizes = [("size", str(count)) for count in SIZES if "sizes" in chosen.what]
    read = [("read", kind, str(count)) for kind in FILES for count in SIZES if "reading" in chosen.what]
    job = f"seed-{seed}-{'-'.join(chosen.what).replace(' ', '-')}"
    found = pieces.gathered("encoder_training", job, [*learned, *drawn, *ways, *read, *sizes], chosen.some)
    if found is None:
        return None
    if chosen.write:
        write(MADE / f"encoders-{seed}" / "all")
    losses = [
        {"losses": name, "seed": int(seed), **found[learn], **_percent(found[draw])}
        for name, learn, draw in zip(variants, learned, drawn, strict=True)
    ]
    said = [{"said in": piece[-1], "seed": int(seed), **_percent(found[piece])} for piece in ways]
    reading, learning = ([found[piece] for piece in pieces_of] for pieces_of in (read, sizes))
    tables = {"losses": losses, "ways": said, "reading": reading, "sizes": learning}
    return {name: rows for name, rows in tables.items() if rows}


def write(trained: Path) -> None:
    """Keep an encoder in half precision."""
    from safetensors.torch import load_file, save_file

    KEPT_KOREAN.mkdir(exist_ok=True)
    for name in ("config.json", "card.json", "vocab.json", "merges.txt", "tokenizer_config.json"):
        shutil.copy(trained / name, KEPT_KOREAN)
    weights = load_file(trained / "model.safetensors")
    save_file({name: value.half() for name, value in weights.items()}, KEPT_KOREAN / "model.safetensors")


def _percent(right: dict[str, float]) -> dict[str, float]:
    return {f"{kind}, %": round(right[kind], 1) for kind in KINDS}


def part(kind: str, *options: str) -> dict:
    import torch

    torch.set_num_threads(1)
    if kind in ("read", "size"):
        *form, count = options
        return read(*form, int(count)) if form else size(int(count))
    variant, seed, *way = options
    with tempfile.TemporaryDirectory() as temporary:
        desk = Desk(comfy_host.Comfy(Path(temporary)), Path(temporary), int(seed))
        return desk.learned(variant) if kind == "learn" else desk.drawn(variant, *way)


def read(form: str, count: int) -> dict[str, float | str]:
    """What reading and cleaning so many pairs takes; every fourth is a duplicate."""
    from dancheong.nodes.korean_clip.learning import pairs

    with tempfile.TemporaryDirectory() as temporary:
        path = _written(Path(temporary), form, count)
        mine = Anonymous()
        begun = time.process_time()
        found = sum(1 for _ in pairs.opened([path], None, None).pairs(mine.look))
        seconds = time.process_time() - begun
    return {"file": form, "pairs": found, "CPU s": round(seconds, 1), "pairs a CPU s": round(found / seconds),
            "MB more at most": mine.most}  # fmt: skip


def size(count: int) -> dict[str, float]:
    """What it takes to learn from so many pairs: all up to the first step, and thirty steps."""
    from dancheong.nodes.korean_clip.learning import Distilling, TokenizerMaking

    from ..testing.world.nodes import KEPT

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path, few = (_written(folder, "TSV, UTF-8", number) for number in (count, 2000))
        TokenizerMaking((few,), folder / "words", 700).finish()
        mine, begun = Anonymous(), time.process_time()
        first: list[float] = []

        def tell(done: int, total: int, what: str) -> None:
            mine.look(done)
            if what == "steps" and done == 1:
                first.append(time.process_time() - begun)

        settings = {"losses": {"pooled": 1.0, "ends": 1.0}, "steps": 30, "batch": 32, "held_out": 0.001}
        lines = Distilling((path,), KEPT, folder / "out", tokenizer=folder / "words", **settings).finish(tell)
        print(*lines, sep="\n", flush=True)
        kept = int(lines[0].split()[1].replace(",", ""))
        figures = {"pairs": count, "kept": kept, "CPU s to the first step": round(first[0], 1)}
        return figures | {"pairs a CPU s": round(count / first[0]), "MB more at most": mine.most}


class Anonymous:
    """Memory of this process since now, without mapped files, as it is seen whenever somebody looks."""

    def __init__(self) -> None:
        self._before, self.most = memory("RssAnon"), 0
        """MB."""

    def look(self, _done: int) -> None:
        self.most = max(self.most, round(memory("RssAnon") - self._before))


def _written(folder: Path, form: str, count: int) -> Path:
    """A file of so many pairs."""
    rows = (
        (f"노란 바탕에 작은 빨간 별 {told}개가 있다", f"{told} small red stars on a yellow ground")
        for told in (number - number % 4 // 3 for number in range(count))
    )
    if FILES[form] is None:
        import pyarrow
        from pyarrow import parquet

        schema = pyarrow.schema([("korean", pyarrow.string()), ("english", pyarrow.string())])
        path = folder / f"{count}.parquet"
        with parquet.ParquetWriter(path, schema) as file:
            for some in iter(lambda: list(islice(rows, 50_000)), []):
                columns = [pyarrow.array(column) for column in zip(*some, strict=True)]
                file.write_table(pyarrow.Table.from_arrays(columns, schema=schema))
        return path
    path = folder / f"{count}.tsv"
    with open(path, "w", encoding=FILES[form]) as file:
        file.write("korean\tenglish\n")
        file.writelines(f"{korean}\t{english}\n" for korean, english in rows)
    return path


class Desk:
    """The world, the pairs of a seed, and the encoders that were trained from them."""

    def __init__(self, host: comfy_host.Comfy, base: Path, seed: int) -> None:
        from ..testing.world.nodes import KEPT

        self._host, self._base, self._seed, self._teacher = host, base, seed, KEPT
        self._world = dict(zip(("model", "clip", "vae"), host.node("LoadSmallWorld"), strict=True))
        self._made = MADE / f"encoders-{seed}"
        self._made.mkdir(parents=True, exist_ok=True)

    def learned(self, variant: str) -> dict[str, float]:
        """Train an encoder and judge it by its vectors."""
        from dancheong.nodes.korean_clip.learning import Distilling, EncoderJudging, TokenizerMaking

        out = self._made / variant
        figures = out / "figures.json"
        if figures.exists():
            return json.loads(figures.read_text())
        pairs, unseen = self._pairs(False, SCENES), self._pairs(True, UNSEEN)
        begun = time.process_time()
        words = self._made / "words"
        if not words.exists():
            TokenizerMaking((pairs,), words, VOCABULARY).finish()
        unet = {"unet": self._unet(), "heads": 4}
        work = Distilling((pairs,), self._teacher, out, tokenizer=words, losses=dict.fromkeys(VARIANTS[variant], 1.0),
                          steps=STEPS, batch=BATCH, learning_rate=RATE, seed=self._seed, **unet)  # fmt: skip
        print(*work.finish(), sep="\n", flush=True)
        seconds = time.process_time() - begun
        judging = EncoderJudging((out,), (unseen,), self._teacher, self._made / "judged.json", most=UNSEEN, **unet)
        (found,) = judging.finish()["encoders"].values()
        shown = ("R@1 Korean to English", "R@1 English to Korean", "korean attention", "english attention")
        told = {"steps": STEPS, "CPU s": round(seconds), **{name: round(found[name], 3) for name in shown}}
        figures.write_text(json.dumps(told))
        return told

    def drawn(self, variant: str, way: str) -> dict[str, float]:
        """What pictures of unseen sentences have right."""
        from ..testing.world import judging

        meant = _meant(DRAWN)
        if way == "teacher":
            clip = self._world["clip"]
        else:
            shutil.copytree(self._made / variant, self._base / "models" / "text_encoders" / variant)
            clip = self._host.korean_clip(f"{variant}/")[0]
        models = judging.Models(self._world["model"], clip, self._world["vae"])
        said = [_said(scene, number, way) for number, scene in enumerate(meant)]
        return judging.shares(judging.judged(judging.drawn(models, said, 5)), meant)

    def _unet(self) -> Path:
        from safetensors.torch import save_file

        path = self._base / "unet.safetensors"
        save_file(self._world["model"].model.diffusion_model.state_dict(), path)
        return path

    def _pairs(self, held_out: bool, count: int) -> Path:
        """Scenes of one thing and of two, said in both languages, each pair once."""
        from ..testing.world.scene import scenes
        from ..testing.world.sentence import ORDERS, sentence

        chance = random.Random(f"{self._seed} {held_out}")
        path = self._made / f"{'unseen' if held_out else 'seen'}.tsv"
        if path.exists():
            return path

        def rows() -> Iterator[tuple[str, str]]:
            while True:
                (scene,) = scenes(chance, 1, held_out, two=0.7 if held_out else 0.3)
                order, places = chance.randrange(ORDERS), chance.random() < 0.6
                english = sentence(scene, "en", ENGLISH_ORDER[order], places=places)
                yield sentence(scene, "ko", order, places=places), english

        made = rows()
        found: dict[tuple[str, str], None] = {}
        for number in range(10 * count):
            if (len(found) if held_out else number) == count:
                break
            found[next(made)] = None
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t").writerows([("korean", "english"), *found])
        return path


def _meant(count: int) -> list:
    """The scenes that the world's own figures are of."""
    from ..testing.world.scene import scenes

    return scenes(random.Random(77), count, True)


def _said(scene, number: int, way: str) -> str:
    from ..testing.world.scene import WORDS
    from ..testing.world.sentence import ORDERS, sentence

    if way in ("English", "teacher"):
        return sentence(scene, "en", number % ORDERS, places=False)
    if not WAYS.get(way):
        plain = sentence(scene, "ko", number % ORDERS, places=False)
        if way == "synonyms":
            return NAMED.sub(lambda found: SYNONYMS[found[1]] + "이" * bool(found[2]), plain)
        return plain.replace(" ", "") if way == "no spaces" else plain
    thing = scene.things[0]
    said = {"ground": scene.ground, **{kind: getattr(thing, kind) for kind in ("colour", "shape", "size")}}
    return WAYS[way].format(**{kind: WORDS[kind][word]["ko"] for kind, word in said.items()})

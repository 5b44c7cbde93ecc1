"""`dancheong train` and `dancheong judge encoder`: what can be typed, and what is done."""

import argparse
from pathlib import Path
from typing import Any

from ..nodes.ground import UserError
from .language import tell, warn


def _pairs() -> argparse.ArgumentParser:
    """What all that read sentence pairs take."""
    pairs = argparse.ArgumentParser(add_help=False)
    pairs.add_argument(
        "pairs", type=Path, nargs="+", metavar="PAIRS", help=".tsv, .csv, .jsonl, .json, .parquet, .xlsx or a folder"
    )
    pairs.add_argument("--korean-column", metavar="NAME", help="default: as AI Hub and others call it")
    pairs.add_argument("--english-column", metavar="NAME")
    return pairs


def _listener() -> argparse.ArgumentParser:
    """The English encoder and the picture model that listens to it."""
    listener = argparse.ArgumentParser(add_help=False)
    listener.add_argument("--teacher", type=Path, required=True, metavar="DIR", help="the English CLIP text encoder")
    listener.add_argument("--unet", type=Path, metavar="FILE", help="the picture model: a checkpoint or its UNet")
    listener.add_argument(
        "--unet-heads", type=positive, metavar="N", help="of its attention (default: as Stable Diffusion has them)"
    )
    listener.add_argument(
        "--states",
        choices=["last", "penultimate"],
        default="last",
        help="which states it reads: the last for Stable Diffusion 1.x, else the ones before (default: last)",
    )
    return listener


def add_train(commands: Any) -> Any:
    """`train tokenizer` and `train encoder`; what more can be trained is added to what is returned."""
    train = commands.add_parser("train", help="learn a Korean tokenizer, a text encoder, a topic or stories")
    kinds = train.add_subparsers(dest="kind", required=True, metavar="KIND")
    tokenizer = kinds.add_parser("tokenizer", parents=[_pairs()], help="a CLIP tokenizer of Korean and English")
    tokenizer.add_argument("--out", type=Path, required=True, metavar="DIR")
    tokenizer.add_argument("--vocabulary", type=positive, default=49408, metavar="N", help="pieces (default: 49408)")
    tokenizer.add_argument("--korean", type=float, default=0.7, metavar="X", help="share of letters (default: 0.7)")

    encoder = kinds.add_parser(
        "encoder", parents=[_pairs(), _listener()], help="a Korean text encoder that says what an English one says"
    )
    encoder.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder; a killed run goes on")
    encoder.add_argument("--student", type=Path, metavar="DIR", help="a Korean encoder to begin with")
    encoder.add_argument("--tokenizer", type=Path, metavar="DIR", help="without one: a Korean tokenizer")
    encoder.add_argument(
        "--losses",
        type=_weights,
        default={},
        metavar="NAME=X,...",
        help="pooled, ends, words, attention, english (default: all 1, attention with --unet alone)",
    )
    encoder.add_argument("--steps", type=positive, default=20000, metavar="N", help="default: 20000")
    encoder.add_argument("--batch", type=positive, default=64, metavar="N", help="pairs at once (default: 64)")
    encoder.add_argument("--accumulate", type=positive, default=1, metavar="N", help="batches a step (default: 1)")
    encoder.add_argument("--learning-rate", type=float, default=1e-4, metavar="X", help="default: 0.0001")
    encoder.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32", help="to compute in")
    encoder.add_argument("--held-out", type=float, default=0.02, metavar="X", help="share of pairs (default: 0.02)")
    encoder.add_argument("--seed", type=int, default=0, metavar="N")
    return kinds


def add_judge(datasets: Any) -> None:
    """`judge encoder`, beside the datasets that models are judged by."""
    encoder = datasets.add_parser("encoder", parents=[_pairs(), _listener()], help="Korean text encoders side by side")
    encoder.add_argument(
        "--encoder", type=Path, action="append", required=True, metavar="DIR", help="may be given several times"
    )
    encoder.add_argument("--out", type=Path, required=True, metavar="FILE", help="the .json of the result")
    encoder.add_argument("--most", type=positive, default=1000, metavar="N", help="pairs (default: 1000)")
    encoder.add_argument(
        "--pictures",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="what was drawn of the Korean sentences, in their order; one for each --encoder",
    )
    encoder.add_argument("--clip", type=Path, metavar="DIR", help="an English CLIP that looks at the pictures")


def _weights(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in text.split(","):
        name, is_given, value = part.partition("=")
        try:
            found[name.strip()] = float(value) if is_given else 1.0
        except ValueError:
            raise argparse.ArgumentTypeError(f"expected such as pooled=1,ends=0.5, got {part!r}") from None
    return found


def positive(text: str) -> int:
    """A number from 1."""
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a number from 1, got {text!r}")
    return int(text)


def train(options: argparse.Namespace) -> None:
    """Make a tokenizer or an encoder."""
    from ..nodes.korean_clip.learning import Distilling, TokenizerMaking
    from .progress import Bar

    columns = {"korean": options.korean_column, "english": options.english_column}
    if options.kind == "tokenizer":
        work = TokenizerMaking(tuple(options.pairs), options.out, options.vocabulary, options.korean, **columns)
    else:
        work = Distilling(
            tuple(options.pairs),
            options.teacher,
            options.out,
            student=options.student,
            tokenizer=options.tokenizer,
            unet=options.unet,
            heads=options.unet_heads,
            losses=options.losses,
            layer=options.states,
            steps=options.steps,
            batch=options.batch,
            learning_rate=options.learning_rate,
            accumulate=options.accumulate,
            half=options.dtype == "bfloat16",
            held_out=options.held_out,
            seed=options.seed,
            **columns,
        )
    try:
        with Bar(0, options.kind) as bar:
            found = work.finish(bar.reach_of)
    except KeyboardInterrupt:
        goes_on = "; the same command goes on from here" if options.kind == "encoder" else ""
        warn(f"dancheong: interrupted{goes_on}")
        raise
    tell(*found)


def judge(options: argparse.Namespace) -> None:
    """Judge encoders side by side."""
    from ..nodes.korean_clip.learning import Drawn, EncoderJudging, judged_lines
    from ..nodes.retrieval import FolderClip
    from .progress import Bar

    if bool(options.pictures) != bool(options.clip):
        raise UserError("Give both, --pictures and the --clip that looks at them, or neither.")
    judging = EncoderJudging(
        tuple(options.encoder),
        tuple(options.pairs),
        options.teacher,
        options.out,
        options.unet,
        options.unet_heads,
        options.states,
        options.most,
        options.korean_column,
        options.english_column,
        Drawn(tuple(options.pictures), FolderClip(options.clip)) if options.clip else None,
    )
    with Bar(0, "sentences") as bar:
        result = judging.finish(bar.reach_of)
    tell(*judged_lines(result))

"""What can be typed after `dancheong`."""

import argparse
import os
from datetime import date
from pathlib import Path

from . import encoders, places, stories, topics
from .apps import App
from .help import Parser


def parser(app: App | None = None) -> argparse.ArgumentParser:
    """The parser; `command` of what it gives is the subcommand's name.

    Args:
        app: what follows `--app`; `run` then takes its fields as options.
    """
    program = Parser(prog="dancheong", description="The dancheong node pack on the command line.")
    commands = program.add_subparsers(required=True, dest="command", metavar="COMMAND")

    host = commands.add_parser("host", help="prepare ComfyUI and its interpreter in this folder")
    host.add_argument("--own-interpreter", action="store_true", help="only check the interpreter that runs this")

    base = Parser(add_help=False)
    base.add_argument(
        "--base",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help=f"where ComfyUI keeps models, pictures and settings (default: {places.BASE})",
    )

    serve = commands.add_parser("serve", parents=[base], help="start the editor with the pack")
    serve.add_argument("--port", type=_port, default=8188)
    serve.add_argument("--app", metavar="NAME", help="say where this app is open as a form; see `dancheong apps`")

    commands.add_parser("apps", parents=[base], help="the workflows that can be filled in as a form")

    run = commands.add_parser(
        "run", parents=[base], help="run a workflow, or one job for each row of a sheet, and fetch the results"
    )
    run.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="a workflow as the editor saves it, or in API form"
    )
    run.add_argument(
        "--app", metavar="NAME", help="an app of the pack in place of FILE; its fields are options and columns"
    )
    run.add_argument("--set", action="append", default=[], metavar="NODE.INPUT=VALUE", help="change an input")
    run.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="where results go (default: out)")
    run.add_argument(
        "--server", action="append", default=[], metavar="URL", help="a running ComfyUI; without it one is started"
    )
    run.add_argument("--sheet", type=Path, metavar="FILE", help=".csv, .xlsx or .jsonl; its columns: NODE.INPUT, name")
    if app is not None:
        app.options(run)
    run.add_argument(
        "--ray",
        nargs="?",
        const="local",
        default=argparse.SUPPRESS,
        metavar="ADDRESS",
        help="servers on a Ray cluster, one for each GPU; alone: on this machine",
    )
    run.add_argument(
        "--cores",
        type=_positive,
        default=argparse.SUPPRESS,
        metavar="N",
        help="with --ray, of a server without a GPU (default: 4)",
    )
    run.add_argument(
        "--queued", type=_positive, default=2, metavar="N", help="rows that each server has at once (default: 2)"
    )

    commands.add_parser("doctor", parents=[base], help="what is there and what is missing, with the next command")

    models = commands.add_parser("models", parents=[base], help="what the workflows need and what is there")
    actions = models.add_subparsers(dest="action", metavar="ACTION")
    get = actions.add_parser("get", parents=[base], help="download one model")
    get.add_argument("name", metavar="NAME")
    convert = actions.add_parser("convert", help="write a checkpoint or an ncnn pair as .safetensors")
    convert.add_argument("name", choices=["diffste", "ncnn"], help="what it is")
    convert.add_argument(
        "source", type=Path, metavar="IN", help="such as diffste.ckpt, or x4plus.param beside its .bin"
    )
    convert.add_argument("target", type=Path, metavar="OUT", help="such as diffste.safetensors")
    convert.add_argument(
        "--dtype", choices=["float16", "float32"], help="default: float16 for diffste, for ncnn as the pair has it"
    )

    engines = commands.add_parser("engines", help="text finders that need an environment of their own")
    actions = engines.add_subparsers(dest="action", metavar="ACTION")
    install = actions.add_parser("install", help="make the environment of one engine")
    install.add_argument("name", metavar="NAME")

    collect = commands.add_parser(
        "collect",
        help="collect articles with their pictures from a news portal",
        description="Articles and pictures are their publishers' work: whether you may collect them and learn from "
        "them, ask your counsel. robots.txt is obeyed.",
    )
    collect.add_argument("portal", metavar="PORTAL", help="nate, or a .json file that describes another portal")
    collect.add_argument("--from", dest="first", type=_day, required=True, metavar="YYYY-MM-DD", help="the first day")
    collect.add_argument("--to", dest="last", type=_day, required=True, metavar="YYYY-MM-DD", help="the last day")
    collect.add_argument("--topics", default="", metavar="A,B", help="only these (default: all that the portal has)")
    collect.add_argument("--out", type=Path, required=True, metavar="DIR", help="the dataset; a killed run goes on")
    collect.add_argument("--contact", default="", metavar="ADDRESS", help="yours, for the portal; it must be given")
    collect.add_argument(
        "--delay", type=float, default=1.0, metavar="S", help="between two requests to a host, at least (default: 1)"
    )
    collect.add_argument("--min-content", type=int, default=100, metavar="N", help="letters of a body (default: 100)")
    collect.add_argument("--min-hangul", type=float, default=0.3, metavar="X", help="share of letters (default: 0.3)")

    curate = commands.add_parser("curate", help="choose what of a news dataset is fit to learn from")
    curate.add_argument("source", type=Path, metavar="SOURCE", help="a .zip, .parquet, .tar, .json, .csv or folder")
    curate.add_argument("--out", type=Path, required=True, metavar="DIR", help="the dataset; a killed run goes on")
    curate.add_argument("--topics", default="", metavar="A,B", help="only these (default: all)")
    curate.add_argument("--min-content", type=int, default=100, metavar="N", help="letters of a body (default: 100)")
    curate.add_argument("--min-hangul", type=float, default=0.3, metavar="X", help="share of letters (default: 0.3)")
    curate.add_argument("--min-side", type=int, default=256, metavar="PX", help="of a picture (default: 256)")
    curate.add_argument("--animated", action="store_true", help="keep animated pictures, as they are")
    curate.add_argument("--duplicate-bits", type=_bits, default=6, metavar="N", help="of 64 (default: 6; -1 keeps all)")
    curate.add_argument(
        "--watermark", type=Path, action="append", default=[], metavar="FILE", help="a learned mark to take off"
    )
    curate.add_argument(
        "--lama", type=Path, metavar="FILE", help="LaMa, to fill the places of marks (default: OpenCV, which blurs)"
    )
    curate.add_argument("--clip", type=Path, metavar="DIR", help="a CLIP that compares pictures with headlines")
    curate.add_argument("--min-relevance", type=float, default=0.2, metavar="X", help="cosine (default: 0.2)")
    curate.add_argument(
        "--as", dest="form", choices=["folder", "webdataset", "parquet"], default="folder",
        help="an image folder (default), or shards of 1,000 pictures: tar or parquet",
    )  # fmt: skip
    curate.add_argument(
        "--workers", type=_positive, default=os.cpu_count() or 1, metavar="N", help="default: all cores"
    )
    curate.add_argument(
        "--ray", nargs="?", const="local", metavar="ADDRESS", help="on a Ray cluster; alone: one of this machine"
    )

    judge = commands.add_parser("judge", help="judge a model by a dataset's own measures")
    datasets = judge.add_subparsers(dest="dataset", required=True, metavar="DATASET")
    journeydb = datasets.add_parser("journeydb", help="your copy of JourneyDB: prompts, captions, styles, questions")
    journeydb.add_argument("source", type=Path, metavar="SOURCE", help="a split's folder, or its .jsonl or .jsonl.tgz")
    journeydb.add_argument("--task", choices=["inversion", "caption", "style", "vqa"], required=True)
    journeydb.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="of result.json; a killed run goes on"
    )
    journeydb.add_argument(
        "--answers", type=Path, metavar="FILE", help="what the model said: JSON lines of img_path, text (and question)"
    )
    journeydb.add_argument("--clip", type=Path, metavar="DIR", help="for style: a CLIP of both halves")
    journeydb.add_argument("--styles", type=Path, metavar="FILE", help="lines of category, tab, style (default: all)")
    journeydb.add_argument(
        "--sentences", type=Path, metavar="DIR", help="for inversion and caption: a sentence model, all-MiniLM-L6-v2"
    )

    encoders.add_judge(datasets)
    kinds = encoders.add_train(commands)
    topics.add(kinds, base)
    stories.add(kinds, base)

    demo = commands.add_parser("demo", parents=[base], help="finish a sample cover for print")
    demo.add_argument("--out", type=Path, default=Path("out") / "demo", metavar="DIR")
    return program


def _positive(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a number from 1, got {text!r}")
    return int(text)


def _bits(text: str) -> int:
    if text not in map(str, range(-1, 65)):
        raise argparse.ArgumentTypeError(f"expected bits from 0 to 64, or -1 to keep all, got {text!r}")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a day such as 2020-01-31, got {text!r}") from None


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, or 0 for a free one, got {text!r}")
    return int(text)

"""The command line: each subcommand is one function, and imports what it needs when it runs."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from ..nodes.ground import UserError
from . import places


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return options.command(options) or 0
    except (UserError, OSError) as error:  # OSError: a folder that cannot be written, a connection that breaks off
        print(f"dancheong: {error}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("dancheong"):
            raise
        remedy = f"run `{sys.executable} -m pip install {error.name}`, or use the Python that ComfyUI runs with"
        print(f"dancheong: this needs the package {error.name}, which is not installed: {remedy}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _host(options: argparse.Namespace) -> None:
    from .setup import host

    host.prepare(options.own_interpreter)
    print(f"host: ready, ComfyUI in {places.comfyui()}")


def _serve(options: argparse.Namespace) -> int:
    from .server import Server

    with Server(places.BASE, places.models(places.BASE), port=options.port) as server:
        print(f"The editor is at {server.url}; Ctrl-C ends it.", flush=True)
        return server.wait()


def _run(options: argparse.Namespace) -> int:
    from .queue import sheet, workflow
    from .queue.execution import Interrupted
    from .server import Server

    document = workflow.load(options.file)
    settings = [workflow.setting(text) for text in options.set]
    if not workflow.is_editor_form(document):
        workflow.prompt(document, settings, {})  # a wrong setting is said before a server is started
    rows = sheet.read(options.sheet) if options.sheet else []
    if len(options.server) > 1 and not rows:
        raise UserError("Several servers share the rows of a sheet: add --sheet, or name one server.")
    try:
        if options.server:
            return _queue(options, document, settings, rows, options.server)
        with Server(places.BASE, places.models(places.BASE), log=places.BASE / "server.log") as server:
            return _queue(options, document, settings, rows, [server.url])
    except Interrupted:
        print("dancheong: interrupted", file=sys.stderr)
        return 130


def _queue(options: argparse.Namespace, document: dict, settings: list, rows: list, urls: list[str]) -> int:
    from .queue.fleet import run_sheet
    from .queue.run import run
    from .queue.sheet_run import SheetRun

    search = [Path.cwd(), *(file.resolve().parent for file in (options.sheet, options.file) if file)]
    if not rows:
        print(*asyncio.run(run(urls[0], document, settings, search, options.out)), sep="\n")
        return 0
    outcome = asyncio.run(run_sheet(SheetRun(document, settings, rows, search, options.out), urls, options.queued))
    print(*outcome.files, sep="\n")
    failed = len(outcome.failed)
    print(
        f"dancheong: {len(rows) - failed} of {len(rows)} rows are done ({outcome.kept} of them were before), "
        f"{failed} failed{': ' * bool(failed)}{', '.join(outcome.failed)}",
        file=sys.stderr,
    )
    return 1 if failed else 0


def _models(options: argparse.Namespace) -> None:
    from .setup import models

    table, folder = models.read_table(), places.models(places.BASE)
    if options.action == "get":
        print(*models.get(table, options.name, folder), sep="\n")
    elif options.action == "convert":
        print(models.convert(options.source, options.target, options.dtype))
    else:
        print(models.listing(table, folder))


def _engines(options: argparse.Namespace) -> None:
    from .setup import engines

    print(engines.install(options.name) if options.action == "install" else engines.listing())


def _curate(options: argparse.Namespace) -> None:
    from ..nodes.curation import Curation, Standards, curate, lines

    topics = tuple(topic.strip() for topic in options.topics.split(",") if topic.strip())
    curation = Curation(
        source=options.source,
        out=options.out,
        standards=Standards(
            topics=topics,
            min_content=options.min_content,
            min_hangul=options.min_hangul,
            min_side=options.min_side,
            animated=options.animated,
            duplicate_bits=options.duplicate_bits,
        ),
        marks=tuple(options.watermark),
        clip=options.clip,
        min_relevance=options.min_relevance,
        workers=options.workers,
    )
    print(*lines(curate(curation, lambda line: print(line, file=sys.stderr, flush=True))), sep="\n")


def _demo(options: argparse.Namespace) -> None:
    from .demo import demo

    print(*demo(options.out), sep="\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dancheong", description="The dancheong node pack on the command line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    host = commands.add_parser("host", help="prepare ComfyUI and its interpreter in this folder")
    host.add_argument("--own-interpreter", action="store_true", help="only check the interpreter that runs this")
    host.set_defaults(command=_host)

    serve = commands.add_parser("serve", help="start the editor with the pack")
    serve.add_argument("--port", type=int, default=8188)
    serve.set_defaults(command=_serve)

    run = commands.add_parser("run", help="run a workflow, or one job for each row of a sheet, and fetch the results")
    run.add_argument("file", type=Path, metavar="FILE", help="a workflow as the editor saves it, or in API form")
    run.add_argument("--set", action="append", default=[], metavar="NODE.INPUT=VALUE", help="change an input")
    run.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="where results go (default: out)")
    run.add_argument(
        "--server", action="append", default=[], metavar="URL", help="a running ComfyUI; without it one is started"
    )
    run.add_argument("--sheet", type=Path, metavar="FILE", help=".csv or .jsonl; its columns are NODE.INPUT, and name")
    run.add_argument(
        "--queued", type=_positive, default=2, metavar="N", help="rows that each server has at once (default: 2)"
    )
    run.set_defaults(command=_run)

    models = commands.add_parser("models", help="what the workflows need and what is there")
    actions = models.add_subparsers(dest="action", metavar="ACTION")
    get = actions.add_parser("get", help="download one model")
    get.add_argument("name", metavar="NAME")
    convert = actions.add_parser("convert", help="write a checkpoint as .safetensors, without its training run")
    convert.add_argument("name", choices=["diffste"], help="what the checkpoint is")
    convert.add_argument("source", type=Path, metavar="IN", help="such as diffste.ckpt")
    convert.add_argument("target", type=Path, metavar="OUT", help="such as diffste.safetensors")
    convert.add_argument("--dtype", choices=["float16", "float32"], default="float16", help="default: float16")
    models.set_defaults(command=_models)

    engines = commands.add_parser("engines", help="text finders that need an environment of their own")
    actions = engines.add_subparsers(dest="action", metavar="ACTION")
    install = actions.add_parser("install", help="make the environment of one engine")
    install.add_argument("name", metavar="NAME")
    engines.set_defaults(command=_engines)

    curate = commands.add_parser("curate", help="choose what of a news dataset is fit to learn from")
    curate.add_argument("source", type=Path, metavar="SOURCE", help="a .zip, .parquet, .json, .jsonl, .csv or folder")
    curate.add_argument("--out", type=Path, required=True, metavar="DIR", help="the image folder; a killed run goes on")
    curate.add_argument("--topics", default="", metavar="A,B", help="only these (default: all)")
    curate.add_argument("--min-content", type=int, default=100, metavar="N", help="letters of a body (default: 100)")
    curate.add_argument("--min-hangul", type=float, default=0.3, metavar="X", help="share of letters (default: 0.3)")
    curate.add_argument("--min-side", type=int, default=256, metavar="PX", help="of a picture (default: 256)")
    curate.add_argument("--animated", action="store_true", help="keep animated pictures, as they are")
    curate.add_argument("--duplicate-bits", type=int, default=6, metavar="N", help="of 64 (default: 6; -1 keeps all)")
    curate.add_argument(
        "--watermark", type=Path, action="append", default=[], metavar="FILE", help="a learned mark to take off"
    )
    curate.add_argument("--clip", type=Path, metavar="DIR", help="a CLIP that compares pictures with headlines")
    curate.add_argument("--min-relevance", type=float, default=0.2, metavar="X", help="cosine (default: 0.2)")
    curate.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="default: all cores")
    curate.set_defaults(command=_curate)

    demo = commands.add_parser("demo", help="finish a sample cover for print")
    demo.add_argument("--out", type=Path, default=Path("out") / "demo", metavar="DIR")
    demo.set_defaults(command=_demo)
    return parser


def _positive(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a number from 1, got {text!r}")
    return int(text)

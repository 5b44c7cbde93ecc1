"""The command line: each subcommand is one function, and imports what it needs when it runs."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..nodes.ground import UserError
from . import apps, arguments, datasets, encoders, ending, learning, places, stories, topics
from .language import tell, warn

if TYPE_CHECKING:
    from .queue.fleet import Place

INTERRUPTED = 130
"""Exit status of what Ctrl-C ended, as shells have it."""


def main(typed: list[str] | None = None) -> int:
    """Do what was typed; what a user can mend is one sentence, anything else keeps its traceback.

    Returns:
        The exit status.
    """
    try:
        options = arguments.parser(apps.asked_for(sys.argv[1:] if typed is None else typed)).parse_args(typed)
        ending.heed()
        status = COMMANDS[options.command](options) or 0
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever reads has seen enough, as in `dancheong apps | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except UserError as error:
        warn(f"dancheong: {error}")
        return 1
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("dancheong"):
            raise
        remedy = f"run `{sys.executable} -m pip install {error.name}`, or use the Python that ComfyUI runs with"
        warn(f"dancheong: This needs the package {error.name}, which is not installed: {remedy}.")
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        warn(f"dancheong: {error.filename}: {error.strerror}")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _host(options: argparse.Namespace) -> None:
    from .setup import host

    host.prepare(options.own_interpreter)
    tell(f"host: ready, ComfyUI in {places.comfyui()}")


def _serve(options: argparse.Namespace) -> int:
    from .server import Server

    base = _base(options)
    with Server(base, places.models(base), port=options.port) as server:
        tell(f"The editor is at {server.url}; Ctrl-C ends it.")
        if options.app:
            tell(f"The form is at {server.url}/{apps.FORM.format(apps.named(options.app).name)}")
        return server.wait()


def _apps(options: argparse.Namespace) -> None:
    from .setup import models

    tell(apps.listing(models.missing(models.read_table(), places.models(_base(options)))))


def _run(options: argparse.Namespace) -> int:
    from .queue import sheet, workflow
    from .queue.execution import Interrupted
    from .queue.fleet import run_sheet
    from .queue.run import run
    from .queue.sheet_run import SheetRun

    if (options.file is None) == (options.app is None):
        raise UserError("Expected a workflow's file or --app NAME, one of the two; `dancheong apps` lists the apps.")
    app = apps.named(options.app) if options.app else None
    file: Path = app.workflow if app else options.file
    document = workflow.load(file)
    settings = [*(app.settings(options) if app else ()), *(workflow.setting(text) for text in options.set)]
    if not workflow.is_editor_form(document):
        workflow.check_nodes(document, settings)  # a wrong node is said before a server is started
    rows = sheet.read(options.sheet, app.columns() if app else ()) if options.sheet else []
    rows = [app.row(row) for row in rows] if app else rows
    if options.server and "base" in options:
        raise UserError(
            "--base is for a ComfyUI that is started here, and --server names one that runs: leave one out."
        )
    on_ray = "ray" in options
    if on_ray and options.server:
        raise UserError("--ray starts servers, and --server names some that run: leave one out.")
    if "cores" in options and not on_ray:
        raise UserError("--cores is for servers that Ray starts: add --ray, or leave it out.")
    if (on_ray or len(options.server) > 1) and not rows:
        raise UserError("Several servers share the rows of a sheet: add --sheet, or use one server.")
    search = [Path.cwd(), *(path.resolve().parent for path in (options.sheet, file) if path)]
    try:
        with _servers(options) as servers:
            if not rows:
                print(*asyncio.run(run(servers[0].name, document, settings, search, options.out)), sep="\n")
                return 0
            sheet_run = SheetRun(document, settings, rows, search, options.out)
            outcome = asyncio.run(run_sheet(sheet_run, servers, options.queued))
    except Interrupted:
        warn("dancheong: interrupted")
        return INTERRUPTED
    print(*outcome.files, sep="\n")
    failed = len(outcome.failed)
    warn(
        f"dancheong: {len(rows) - failed} of {len(rows)} rows are done ({outcome.kept} of them were before), "
        f"{failed} failed{': ' * bool(failed)}{', '.join(outcome.failed)}"
    )
    return 1 if failed else 0


@contextmanager
def _servers(options: argparse.Namespace) -> Generator[Sequence["Place"], None, None]:
    """The servers that were named, or some of our own for as long as they are needed."""
    from .queue.fleet import Named
    from .server import Server

    if options.server:
        yield [Named(url) for url in options.server]
    elif "ray" in options:
        from .ray_servers import CORES, ray_servers

        base = _base(options) if "base" in options else None
        with ray_servers(options.ray, getattr(options, "cores", CORES), base) as servers:
            yield servers
    else:
        base = _base(options)
        with Server(base, places.models(base), log=base / "server.log") as server:
            yield [Named(server.url)]


def _base(options: argparse.Namespace) -> Path:
    return options.base.absolute() if "base" in options else places.BASE


def _models(options: argparse.Namespace) -> None:
    from .setup import models

    table, folder = models.read_table(), places.models(_base(options))
    if options.action == "get":
        print(*models.get(table, options.name, folder), sep="\n")
    elif options.action == "convert":
        tell(models.convert(options.name, options.source, options.target, options.dtype))
    else:
        tell(models.listing(table, folder))


def _doctor(options: argparse.Namespace) -> int:
    from . import doctor
    from .setup import models

    return doctor.tell(_base(options), models.read_table())


def _engines(options: argparse.Namespace) -> None:
    from .setup import engines

    tell(str(engines.install(options.name)) if options.action == "install" else engines.listing())


def _judge(options: argparse.Namespace) -> None:
    encoders.judge(options) if options.dataset == "encoder" else datasets.judge(options)


LEARNED = {"topic": topics.TOPIC, "story": stories.STORY, "storyboard": stories.STORYBOARD}
"""What is learned in ComfyUI; the rest needs none."""


def _train(options: argparse.Namespace) -> None:
    if options.kind not in LEARNED:
        return encoders.train(options)
    learning.check(options)
    base = None if options.server else _base(options)
    with _servers(options) as servers:
        learning.train(options, LEARNED[options.kind], base, servers[0].name)


def _demo(options: argparse.Namespace) -> None:
    from .demo import demo

    print(*demo(options.out, _base(options)), sep="\n")


COMMANDS: dict[str, Callable[[argparse.Namespace], int | None]] = {
    "host": _host,
    "serve": _serve,
    "apps": _apps,
    "run": _run,
    "doctor": _doctor,
    "models": _models,
    "engines": _engines,
    "collect": datasets.collect,
    "curate": datasets.curate,
    "judge": _judge,
    "train": _train,
    "demo": _demo,
}

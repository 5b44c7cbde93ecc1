"""What a node says is said in the language of whoever queued it.

That is the editor's language setting, else what the browser asks for (Accept-Language), else English. It travels in the
prompt's `extra_data`, which is no part of a saved workflow or picture; a client may set it there itself.
"""

import functools
import inspect
import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from aiohttp import web
from comfy_execution.utils import get_executing_context

from ..ground import UserError, catalogue
from ..ground.translation import translated
from .api import io

TOLD = {"report", "raw"}
"""The outputs that people read, a text or a list of them; all others are data, which have no language."""

_asking: ContextVar[str] = ContextVar("_asking", default=catalogue.SOURCE)


def register() -> None:
    """Hear the language of each prompt that comes to the server, where there is one."""
    server = _server()
    if server is not None:
        server.app.middlewares.append(_hear)
        server.add_on_prompt_handler(_write_down)
        logging.getLogger("dancheong").addFilter(_logged)


def asked() -> str:
    """The language of the prompt that is run or looked at here."""
    context, server = get_executing_context(), _server()
    if context is not None and server is not None:
        for _, prompt_id, _, extra, *_ in list(server.prompt_queue.currently_running.values()):
            if prompt_id == context.prompt_id:
                return _known(extra.get(catalogue.ASKED)) or catalogue.SOURCE
    return _asking.get()


def speaking(node: type[io.ComfyNode]) -> type[io.ComfyNode]:
    """The node, whose errors, refusals and reports are in that language."""
    node.execute = _spoken(node.execute, _reports)  # type: ignore[method-assign]
    if "validate_inputs" in vars(node):
        node.validate_inputs = _spoken(node.validate_inputs, lambda _, said, say: say(said))  # type: ignore[method-assign]
    return node


def _spoken(method: Any, of_answer: Callable[[Any, Any, Callable[[Any], Any]], Any]) -> Any:
    work = method.__func__

    @functools.wraps(work)
    def spoken(cls: Any, *values: Any, **inputs: Any) -> Any:
        language = asked()

        def say(told: Any) -> Any:
            if isinstance(told, list):
                return [say(one) for one in told]
            return translated(told, language) if isinstance(told, str) else told

        try:
            return of_answer(cls, work(cls, *values, **inputs), say)
        except UserError as error:
            error.args = tuple(map(say, error.args))
            raise

    # ComfyUI reads from it which inputs the method wants to see.
    spoken.__signature__ = inspect.signature(work)  # type: ignore[attr-defined]
    return classmethod(spoken)


def _reports(node: type[io.ComfyNode], output: io.NodeOutput, say: Callable[[Any], Any]) -> io.NodeOutput:
    outputs = node.SCHEMA.outputs if node.SCHEMA else []
    told = [place for place, one in enumerate(outputs) if one.display_name in TOLD]
    output.args = tuple(say(value) if place in told else value for place, value in enumerate(output.args))
    return output


def _server() -> Any:
    """ComfyUI's server in this process, or None: tests and other programs run nodes without one."""
    return getattr(getattr(sys.modules.get("server"), "PromptServer", None), "instance", None)


def _logged(record: logging.LogRecord) -> bool:
    if not record.exc_info:  # a traceback is for us
        record.msg, record.args = translated(record.getMessage(), asked()), ()
    return True


@web.middleware
async def _hear(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
    if request.method == "POST" and request.path in ("/prompt", "/api/prompt"):
        _asking.set(_setting(request) or _wished(request) or catalogue.SOURCE)
    return await handler(request)


def _write_down(prompt: dict[str, Any]) -> dict[str, Any]:
    extra = prompt.setdefault("extra_data", {})
    _asking.set(_known(extra.setdefault(catalogue.ASKED, _asking.get())) or catalogue.SOURCE)
    return prompt


def _setting(request: web.Request) -> str | None:
    """What the user has chosen in the editor: a language without a catalogue is English, as its labels are."""
    try:
        chosen = _server().user_manager.settings.get_settings(request).get("Comfy.Locale")
    except web.HTTPException:  # several users, and none of them asks
        return None
    return None if chosen is None else _known(chosen) or catalogue.SOURCE


def _wished(request: web.Request) -> str | None:
    wishes = request.headers.get("Accept-Language", "").split(",")
    return next(filter(None, map(_known, wishes)), None)


def _known(name: Any) -> str | None:
    """`ko` for ko, ko-KR and ko;q=0.9; None for what the pack does not speak."""
    short = str(name).strip()[:2].lower()
    return short if short in catalogue.languages() else None

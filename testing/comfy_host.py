"""ComfyUI inside this process: its modules, its loaders and its own executor, without a server.

A served ComfyUI is `dancheong.runner.server.Server`.
"""

import asyncio
import ctypes
import gc
import importlib
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dancheong.runner import places, server

from . import value_nodes
from .value_nodes import Several

PACK = "custom_nodes/dancheong"


def start(base: Path, models: Path | None = None) -> None:
    """Make this process a ComfyUI: from here on `import comfy`, `import nodes` and `import folder_paths` find it.

    Only once a process, and before anything imports ComfyUI: it reads its flags when it is imported.

    Args:
        base: the private base directory; it is made where it does not exist, with the pack linked into it.
        models: the models folder; None for the base's own.
    """
    server.prepare_base(base)
    sys.path.insert(0, str(places.comfyui()))
    sys.argv = ["main.py", *server.arguments(base, models or base / "models")]
    sys.pycache_prefix = str(places.BASE / "pycache")
    import comfy.options

    comfy.options.enable_args_parsing()


@dataclass
class Outcome:
    """How a prompt ended."""

    captured: dict[str, Any] = field(default_factory=dict)
    """Output -> its value."""
    shown: dict[str, Any] = field(default_factory=dict)
    """Node id -> what it showed in the editor."""
    error: str = ""
    interrupted: bool = False
    progress: list[tuple[int, int]] = field(default_factory=list)


class Comfy:
    """A ComfyUI that was started here, with the pack loaded as it loads custom nodes; `run` executes a prompt.

    Args:
        supply: called with every prompt before it is looked at, to put there what it names.
    """

    def __init__(self, base: Path, supply: Callable[[dict], object] = lambda prompt: None) -> None:
        start(base)
        self._supply = supply
        import comfy.utils
        import execution
        from comfy import model_management

        import nodes

        from .world.nodes import LoadSmallWorld

        self.nodes, self.execution, self.model_management, self.utils = nodes, execution, model_management, comfy.utils
        assert asyncio.run(nodes.load_custom_node(str(base / PACK), module_parent="custom_nodes"))
        asyncio.run(nodes.load_custom_node(str(places.comfyui() / "comfy_extras" / "nodes_upscale_model.py")))
        self._values: dict[str, Any] = {}
        self._captured: dict[str, Any] = {}
        nodes.NODE_CLASS_MAPPINGS.update(value_nodes.classes(self._values, self._captured))
        nodes.NODE_CLASS_MAPPINGS["LoadSmallWorld"] = LoadSmallWorld

    def module(self, name: str):
        """A module of the pack as ComfyUI loaded it: `nodes.erase.comfy`."""
        (pack,) = (key for key in sys.modules if key.endswith(PACK))
        return importlib.import_module(f"{pack}.{name}")

    def node(self, class_type: str, **inputs) -> list:
        """Run one node on values; its outputs."""
        return _outputs(self.try_node(class_type, **inputs))

    def try_node(self, class_type: str, hook: Callable[[int, int], None] | None = None, **inputs) -> Outcome:
        """The same where an error or an interrupt may be the outcome."""
        return self._one_node(class_type, inputs, "TestCapture", hook)

    def lists(self, class_type: str, lists: dict[str, list] | None = None, **inputs) -> list[list]:
        """Every output of a node as the list that it is; `lists` are inputs that come as lists."""
        return _outputs(self.try_lists(class_type, lists, **inputs))

    def try_lists(self, class_type: str, lists: dict[str, list] | None = None, **inputs) -> Outcome:
        # As core does it: a node with list outputs stands before, one that takes lists behind.
        several = {name: Several(values) for name, values in (lists or {}).items()}
        return self._one_node(class_type, several | inputs, "TestCaptureList", None)

    def korean_clip(self, choice: str, **inputs) -> list:
        """(clip, report) of an encoder under text_encoders, in float32."""
        return self.node("DancheongLoadKoreanCLIP", text_encoder=choice, **{"dtype": "float32", **inputs})

    def encode(self, clip, text: str) -> tuple:
        """(states `[n,width]`, pooled) as core's CLIP Text Encode gives them."""
        ((states, extra),) = self.node("CLIPTextEncode", clip=clip, text=text)[0]
        return states[0], extra["pooled_output"][0]

    def provide(self, **values) -> dict[str, dict]:
        """Nodes, by name, that give these values."""
        nodes = {}
        for name, value in values.items():
            key = uuid.uuid4().hex
            self._values[key] = value
            kind = "TestProvideList" if isinstance(value, Several) else "TestProvide"
            nodes[name] = {"class_type": kind, "inputs": {"key": key}}
        return nodes

    def run(self, prompt: dict, hook: Callable[[int, int], None] | None = None, extra: dict | None = None) -> Outcome:
        """Execute a prompt in API form.

        Args:
            hook: called with (value, total) at every progress report.
            extra: what the editor sends along to be written into pictures; None for nothing, as a plain client does.
        """
        outcome = Outcome()
        self._captured.clear()
        self._supply(prompt)

        def progress(value, total, preview, **_):
            self.model_management.throw_exception_if_processing_interrupted()
            outcome.progress.append((value, total))
            if hook:
                hook(value, total)

        self.utils.set_progress_bar_global_hook(progress)
        prompt_id = uuid.uuid4().hex
        valid, error, outputs, node_errors = asyncio.run(self.execution.validate_prompt(prompt_id, prompt, None))
        if not valid or node_errors:
            reasons = [reason["details"] for node in node_errors.values() for reason in node["errors"]]
            outcome.error = "; ".join(reasons) or str(error)
            return outcome
        executor = self.execution.PromptExecutor(
            _Listener(outcome), self.execution.CacheType.CLASSIC, {"lru": 0, "ram": 0, "ram_inactive": 0}
        )
        more = {} if extra is None else {"extra_pnginfo": extra}
        executor.execute(prompt, prompt_id, {"client_id": "test", **more}, outputs)
        outcome.captured = dict(self._captured)
        return outcome

    def give_back(self) -> None:
        """Let go of every model and value that earlier prompts left, and hand the memory to the system."""
        self._values.clear()
        self._captured.clear()
        self.model_management.unload_all_models()
        self.model_management.cleanup_models_gc()
        gc.collect()
        if sys.platform == "linux":
            ctypes.CDLL(None).malloc_trim(0)

    def _one_node(self, class_type: str, inputs: dict, capture: str, hook) -> Outcome:
        prompt = {"node": {"class_type": class_type, "inputs": self._defaults(class_type)}}
        for name, value in inputs.items():
            if isinstance(value, str | int | float | bool):
                prompt["node"]["inputs"][name] = value
            else:
                prompt |= self.provide(**{name: value})
                prompt["node"]["inputs"][name] = [name, 0]
        for number in range(len(self.nodes.NODE_CLASS_MAPPINGS[class_type].RETURN_TYPES)):
            prompt[f"out{number}"] = {
                "class_type": capture,
                "inputs": {"value": ["node", number], "key": f"out{number}"},
            }
        return self.run(prompt, hook)

    def _defaults(self, class_type: str) -> dict[str, Any]:
        required = self.nodes.NODE_CLASS_MAPPINGS[class_type].INPUT_TYPES()["required"]
        values = {}
        for name, (kind, *options) in required.items():
            options = options[0] if options else {}
            if "default" in options:
                values[name] = options["default"]
            elif kind == "COMBO" or isinstance(kind, list):
                values[name] = (options.get("options") or kind)[0]
        return values


def _outputs(outcome: Outcome) -> list:
    assert not outcome.error, outcome.error
    return [outcome.captured[key] for key in sorted(outcome.captured)]


class _Listener:
    """What the executor takes for the server: it writes down how the prompt ends."""

    client_id, last_node_id, sockets_metadata = "test", None, {}

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    def send_sync(self, event, data, sid=None):
        if event == "executed":
            self._outcome.shown[data["node"]] = data["output"]
        elif event == "execution_error":
            self._outcome.error = data["exception_message"].strip()
        elif event == "execution_interrupted":
            self._outcome.interrupted = True

    def queue_updated(self):
        pass

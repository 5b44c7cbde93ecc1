"""ComfyUI inside the test process: its own executor, without a server."""

import asyncio
import json
import sys
import uuid
from dataclasses import dataclass, field

import pytest
from dancheong.runner import places, server
from safetensors.torch import save_file
from transformers import CLIPTokenizerFast

PACK = "custom_nodes/dancheong"
# What every public export of 2022 says, whatever its tokenizer.
WRONG_IDS = {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}


@dataclass
class Outcome:
    """How a prompt ended."""

    captured: dict = field(default_factory=dict)
    """Capture node id -> its value."""
    shown: dict = field(default_factory=dict)
    """Node id -> what it showed in the editor."""
    error: str = ""
    interrupted: bool = False
    progress: list = field(default_factory=list)


class Several(list):
    """Values that go to a node one list, not one value."""


class Comfy:
    """ComfyUI with the pack loaded; `run` executes a prompt in API form."""

    def __init__(self, base) -> None:
        sys.path.insert(0, str(places.comfyui()))
        sys.argv = ["main.py", *server.arguments(base, base / "models")]
        sys.pycache_prefix = str(places.BASE / "pycache")
        import comfy.options

        comfy.options.enable_args_parsing()
        import comfy.utils
        import execution
        from comfy import model_management

        import nodes

        self.nodes, self.execution, self.model_management, self.utils = nodes, execution, model_management, comfy.utils
        assert asyncio.run(nodes.load_custom_node(str(base / PACK), module_parent="custom_nodes"))
        asyncio.run(nodes.load_custom_node(str(places.comfyui() / "comfy_extras" / "nodes_upscale_model.py")))
        self._values = {}
        self._captured = {}
        self._gathering = False
        for lists in (False, True):
            ending = "List" if lists else ""
            nodes.NODE_CLASS_MAPPINGS["TestProvide" + ending] = self._provider(lists)
            nodes.NODE_CLASS_MAPPINGS["TestCapture" + ending] = self._capturer(lists)

    def module(self, name):
        """A module of the pack as ComfyUI loaded it."""
        (found,) = (module for key, module in sys.modules.items() if key.endswith(f"dancheong.{name}") and "/" in key)
        return found

    def node(self, class_type, **inputs):
        """Run one node of the pack on values; returns its outputs as a list."""
        outcome = self.try_node(class_type, **inputs)
        assert not outcome.error, outcome.error
        return [outcome.captured[key] for key in sorted(outcome.captured)]

    def korean_clip(self, choice, **inputs):
        """(clip, report) of an encoder under text_encoders, in float32."""
        return self.node("DancheongLoadKoreanCLIP", text_encoder=choice, **{"dtype": "float32", **inputs})

    def encode(self, clip, text):
        """(states `[n,width]`, pooled) as core's CLIP Text Encode gives them."""
        ((states, extra),) = self.node("CLIPTextEncode", clip=clip, text=text)[0]
        return states[0], extra["pooled_output"][0]

    def try_node(self, class_type, hook=None, **inputs):
        schema = self.nodes.NODE_CLASS_MAPPINGS[class_type]
        prompt = {"node": {"class_type": class_type, "inputs": self._defaults(class_type)}}
        for name, value in inputs.items():
            if isinstance(value, str | int | float | bool):
                prompt["node"]["inputs"][name] = value
            else:
                prompt |= self.provide(**{name: value})
                prompt["node"]["inputs"][name] = [name, 0]
        for number in range(len(schema.RETURN_TYPES)):
            prompt[f"out{number}"] = {
                "class_type": "TestCaptureList" if self._gathering else "TestCapture",
                "inputs": {"value": ["node", number], "key": f"out{number}"},
            }
        return self.run(prompt, hook)

    def lists(self, class_type, **inputs):
        """Every output of a node as the list that it is; `lists` are inputs that come as lists."""
        outcome = self.try_lists(class_type, **inputs)
        assert not outcome.error, outcome.error
        return [outcome.captured[key] for key in sorted(outcome.captured)]

    def try_lists(self, class_type, lists=None, **inputs):
        # As core does it: a node with list outputs stands before, one that takes lists behind.
        self._gathering = True
        try:
            return self.try_node(
                class_type, **{name: Several(values) for name, values in (lists or {}).items()}, **inputs
            )
        finally:
            self._gathering = False

    def provide(self, **values):
        """Nodes, by name, that give these values."""
        nodes = {}
        for name, value in values.items():
            key = uuid.uuid4().hex
            self._values[key] = value
            kind = "TestProvideList" if isinstance(value, Several) else "TestProvide"
            nodes[name] = {"class_type": kind, "inputs": {"key": key}}
        return nodes

    def run(self, prompt, hook=None, extra=None):
        """
        Args:
            hook: called with (value, total) at every progress report.
            extra: what the editor sends along to be written into pictures; None for nothing, as a plain client does.
        """
        outcome = Outcome()
        self._captured.clear()

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

        class Listener:
            client_id, last_node_id, sockets_metadata = "test", None, {}

            def send_sync(self, event, data, sid=None):
                if event == "executed":
                    outcome.shown[data["node"]] = data["output"]
                elif event == "execution_error":
                    outcome.error = data["exception_message"].strip()
                elif event == "execution_interrupted":
                    outcome.interrupted = True

            def queue_updated(self):
                pass

        executor = self.execution.PromptExecutor(
            Listener(), self.execution.CacheType.CLASSIC, {"lru": 0, "ram": 0, "ram_inactive": 0}
        )
        more = {} if extra is None else {"extra_pnginfo": extra}
        executor.execute(prompt, prompt_id, {"client_id": "test", **more}, outputs)
        outcome.captured = dict(self._captured)
        return outcome

    def _defaults(self, class_type):
        required = self.nodes.NODE_CLASS_MAPPINGS[class_type].INPUT_TYPES()["required"]
        values = {}
        for name, (kind, *options) in required.items():
            options = options[0] if options else {}
            if "default" in options:
                values[name] = options["default"]
            elif kind == "COMBO" or isinstance(kind, list):
                values[name] = (options.get("options") or kind)[0]
        return values

    def _provider(self, lists):
        values = self._values

        class TestProvide:
            RETURN_TYPES, FUNCTION, CATEGORY, OUTPUT_IS_LIST = ("*",), "run", "test", (lists,)

            @classmethod
            def INPUT_TYPES(cls):  # noqa: N802
                return {"required": {"key": ("STRING",)}}

            def run(self, key):
                return (values[key],)

        return TestProvide

    def _capturer(self, lists):
        captured = self._captured

        class TestCapture:
            RETURN_TYPES, FUNCTION, CATEGORY, OUTPUT_NODE, INPUT_IS_LIST = (), "run", "test", True, lists

            @classmethod
            def INPUT_TYPES(cls):  # noqa: N802
                return {"required": {"value": ("*",), "key": ("STRING",)}}

            @classmethod
            def VALIDATE_INPUTS(cls, input_types):  # noqa: N802
                return True

            def run(self, value, key):
                captured[key[0] if lists else key] = value
                return ()

        return TestCapture


@pytest.fixture(scope="session")
def comfy(base):
    return Comfy(base)


@pytest.fixture(scope="session")
def made(comfy, base, korean_models, korean_reference):
    """Kind -> the reference for the tiny encoder in text_encoders/<kind>: ids last, ids first, 49,408 pieces."""
    found = {}
    for kind in ("last", "first", "full"):
        folder = base / "models" / "text_encoders" / kind
        korean_models.tokenizer(folder, kind)
        tokenizer = CLIPTokenizerFast.from_pretrained(str(folder))
        model = korean_models.encoder(len(tokenizer.get_vocab()), tokenizer.eos_token_id)
        save_file(model.state_dict(), folder / "model.safetensors")
        (folder / "config.json").write_text(json.dumps({"text_config": WRONG_IDS | {"num_attention_heads": 1}}))
        found[kind] = korean_reference(model, tokenizer)
    return found

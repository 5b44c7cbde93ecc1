"""Read a pickle without running it: tensors and containers come back, foreign objects as shells, all else is refused.

DiffSTE's checkpoint is a PyTorch Lightning file. Its settings are OmegaConf objects, which torch's own safe loader
refuses; here their classes are replaced by a shell that only keeps what was stored in it.
"""

import collections
import pickle
from typing import Any

import torch
from torch._utils import _rebuild_parameter, _rebuild_tensor_v2  # pyright: ignore[reportPrivateUsage]

# Modules whose classes only ever describe: what a training run leaves beside its tensors.
SHELLS = ("omegaconf", "pytorch_lightning", "lightning", "lightning_fabric", "numpy", "typing", "argparse", "pathlib")
KNOWN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("collections", "defaultdict"): collections.defaultdict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor_v2,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
    ("torch", "Size"): torch.Size,
    ("torch", "device"): torch.device,
    ("builtins", "long"): int,  # as protocol 2 calls it
    **{("builtins", kind.__name__): kind for kind in (dict, list, tuple, set, int, float, str, bool, bytearray)},
}


class Shell:
    """Stands for an object of a class that is not loaded; keeps its stored fields, does nothing."""

    def __new__(cls, *_: Any, **__: Any) -> "Shell":  # noqa: D102, a false alarm of the rule
        return super().__new__(cls)

    def __init__(self, *_: Any, **__: Any) -> None:
        self.fields: dict[str, Any] = {}

    def __setstate__(self, state: Any) -> None:
        self.fields = state if isinstance(state, dict) else {}

    # A pickle may fill lists and dicts; what it puts there is not kept.
    def append(self, _: Any) -> None:
        """A list's item, let go."""

    def extend(self, _: Any) -> None:
        """A list's items, let go."""

    def __setitem__(self, _: Any, __: Any) -> None: ...


class Refused(pickle.UnpicklingError):
    """The pickle asks for something that is neither tensor nor container nor shell; the text names it."""


class Unpickler(pickle.Unpickler):
    """Knows `KNOWN` and torch's dtypes, makes shells of `SHELLS`, and refuses every other name.

    torch's reader, which derives from it, answers for the storages of its tensors itself.
    """

    def find_class(self, module: str, name: str) -> Any:
        """Tensors' own parts as they are, a shell for what else a checkpoint may name."""
        known = KNOWN.get((module.replace("__builtin__", "builtins"), name))
        if known is not None:
            return known
        if module == "torch" and isinstance(getattr(torch, name, None), torch.dtype):
            return getattr(torch, name)
        if module.partition(".")[0] in SHELLS:
            return Shell
        raise Refused(f"it asks for {module}.{name}")


load = pickle.load
"""torch looks for it in a pickle module, and does not use it on the files read here."""


def plain(value: Any) -> Any:
    """OmegaConf's containers, as shells, back as dicts, lists and values."""
    if isinstance(value, Shell):
        return plain(value.fields.get("_content", value.fields.get("_val")))
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value

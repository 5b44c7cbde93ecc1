"""What finds and reads text: CRAFT's network, and a recogniser that always reads the same."""

from pathlib import Path

import numpy as np

from .weights import Weights


def craft_tensors(seed: int = 0) -> dict:
    """CRAFT's tensors (craft_mlt_25k) at their real sizes, without the prefix of the public file."""
    import torch

    weights = Weights(seed)
    layers = {1: ((0, 3, 64), (3, 64, 64), (7, 64, 128), (10, 128, 128)), 2: ((14, 128, 256), (17, 256, 256)),
              3: ((20, 256, 256), (24, 256, 512), (27, 512, 512)),
              4: ((30, 512, 512), (34, 512, 512), (37, 512, 512))}  # fmt: skip
    normed = [(f"basenet.slice{slice_}", *layer, 3) for slice_, group in layers.items() for layer in group]
    upward = ((1536, 512, 256), (768, 256, 128), (384, 128, 64), (192, 64, 32))
    for number, (into, middle, out) in enumerate(upward, 1):
        normed += [(f"upconv{number}.conv", 0, into, middle, 1), (f"upconv{number}.conv", 3, middle, out, 3)]
    for stem, number, into, out, size in normed:
        weights.conv(f"{stem}.{number}", out, into, 1.4, 0.05, size)
        norm = f"{stem}.{number + 1}"
        for name, low, high in (("weight", 0.7, 1.3), ("bias", -0.2, 0.2), ("running_mean", -0.2, 0.2),
                                ("running_var", 0.5, 1.5)):  # fmt: skip
            weights[f"{norm}.{name}"] = weights.random.uniform(low, high, out).astype(np.float32)
    weights.conv("basenet.slice5.1", 1024, 512, size=3)
    weights.conv("basenet.slice5.2", 1024, 1024, size=1)
    for number, into, out, size in ((0, 32, 32, 3), (2, 32, 32, 3), (4, 32, 16, 3), (6, 16, 16, 1), (8, 16, 2, 1)):
        weights.conv(f"conv_cls.{number}", out, into, 1.4, 0.1, size)
    return {name: torch.from_numpy(array) for name, array in weights.items()}


def craft(path: Path, tensors: dict) -> Path:
    """CRAFT's tensors as the public .pth (saved from several GPUs), as keras-ocr's .h5, or as .safetensors."""
    import h5py
    import torch
    from safetensors.torch import save_file as save_tensors

    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".h5":
        names = {"running_mean": "moving_mean", "running_var": "moving_variance"}
        normed = {name.removesuffix(".running_var") for name in tensors if name.endswith("running_var")}
        with h5py.File(path, "w") as file:
            for name, tensor in tensors.items():
                layer, part = name.rsplit(".", 1)
                if part == "weight":
                    part = "gamma" if layer in normed else "kernel"
                elif part == "bias":
                    part = "beta" if layer in normed else "bias"
                array = tensor.permute(2, 3, 1, 0) if tensor.ndim == 4 else tensor
                file[f"{layer}/{layer}/{names.get(part, part)}:0"] = array.numpy()
    elif path.suffix == ".safetensors":
        save_tensors(tensors, path)
    else:
        torch.save({f"module.{name}": tensor for name, tensor in tensors.items()}, path)
    return path


def korean_reader(path: Path, says: str) -> Path:
    """A recogniser in PP-OCR's ONNX form (characters in the metadata, CTC, blank first) that always reads `says`."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    letters = sorted(set(says))
    steps = np.full((1, 2 * len(says), len(letters) + 2), 1e-4, np.float32)
    for index, letter in enumerate(says):
        steps[0, 2 * index, 1 + letters.index(letter)] = 0.97
        steps[0, 2 * index + 1, 0] = 0.97
    graph = helper.make_graph(
        [helper.make_node("Identity", ["constant"], ["probability"])],
        "reader",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 3, 48, None])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, list(steps.shape))],
        [numpy_helper.from_array(steps, "constant")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    entry = model.metadata_props.add()
    entry.key, entry.value = "character", "\n".join(letters)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))
    return path

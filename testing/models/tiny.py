"""Small random models in the exact layouts of the public files, made when a test needs them.

Weights are normal with std = gain / sqrt(fan in), biases 0, but the last bias 0.5: without it pictures are
nearly black.
"""

import warnings
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

FEATURES = 8
GROWTH = 32


class Weights(dict):
    """Named arrays, filled from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def conv(self, name: str, out: int, into: int, gain: float = 1.0, bias: float | None = 0.0, size: int = 3) -> None:
        self._draw(name, (out, into, size, size), gain, bias)

    def linear(self, name: str, out: int, into: int, bias: float | None = 0.0) -> None:
        self._draw(name, (out, into), 1.0, bias)

    def norm(self, name: str, size: int) -> None:
        self[f"{name}.weight"], self[f"{name}.bias"] = np.ones(size, np.float32), np.zeros(size, np.float32)

    def _draw(self, name: str, shape: tuple[int, ...], gain: float, bias: float | None) -> None:
        spread = gain / np.sqrt(np.prod(shape[1:]))
        self[f"{name}.weight"] = (self._random.standard_normal(shape, np.float32) * spread).astype(np.float32)
        if bias is not None:
            self[f"{name}.bias"] = np.full(shape[0], bias, np.float32)

    def half(self) -> dict[str, np.ndarray]:
        return {name: array.astype(np.float16) for name, array in self.items()}

    def slopes(self, name: str, size: int) -> None:
        self[f"{name}.weight"] = self._random.normal(0, 0.1, size).astype(np.float32)


def rrdb_x4(path: Path, seed: int = 0, width: int = FEATURES, blocks: int = 1, **style: float) -> Path:
    """Real-ESRGAN x4 (RRDBNet): 3 x h x w to 3 x 4h x 4w; x4plus is 64 wide with 23 blocks, anime_6B has 6."""
    return _save(rrdb(seed, width, blocks, **style), path)


def rrdb(
    seed: int = 0, width: int = FEATURES, blocks: int = 1, into: int = 3, dense: float = 0.5, last: float = 1.0
) -> Weights:
    """The tensors of an RRDBNet; `dense` and `last` are gains of the dense blocks and of the last convolution.

    12 channels in make x2plus, which folds 2 x 2 px into them.
    """
    weights = Weights(seed)
    weights.conv("conv_first", width, into)
    for block in range(blocks):
        for part in (1, 2, 3):
            for layer in range(1, 6):
                out = width if layer == 5 else GROWTH
                weights.conv(f"body.{block}.rdb{part}.conv{layer}", out, width + GROWTH * (layer - 1), gain=dense)
    for name in ("conv_body", "conv_up1", "conv_up2", "conv_hr"):
        weights.conv(name, width, width)
    weights.conv("conv_last", 3, width, gain=last, bias=0.5)
    return weights


def compact_x2(path: Path, seed: int = 0) -> Path:
    """Real-ESRGAN compact x2 (SRVGGNetCompact, 1 layer): 3 x h x w to 3 x 2h x 2w."""
    return _save(compact(seed, FEATURES, 1, 2), path)


def compact(seed: int = 0, width: int = FEATURES, layers: int = 1, scale: int = 4, channels: int = 3) -> Weights:
    """The tensors of an SRVGGNetCompact; general-x4v3 is 64 wide with 32 layers, animevideov3 has 16."""
    weights = Weights(seed)
    for layer in range(layers + 1):
        weights.conv(f"body.{2 * layer}", width, channels if layer == 0 else width)
        weights.slopes(f"body.{2 * layer + 1}", width)
    weights.conv(f"body.{2 * layers + 2}", channels * scale**2, width, gain=0.1)
    return weights


def sd15(path: Path, seed: int = 0) -> Path:
    """A Stable Diffusion 1.5 checkpoint of one level, with TAESD in place of the VAE and CLIP-L at its real size."""
    weights = Weights(seed)
    unet, width, time = "model.diffusion_model.", 320, 1280
    weights.linear(f"{unet}time_embed.0", time, width)
    weights.linear(f"{unet}time_embed.2", time, time)
    weights.conv(f"{unet}input_blocks.0.0", width, 4)
    for block, into in (("input_blocks.1", width), ("output_blocks.0", 2 * width), ("output_blocks.1", 2 * width)):
        _residual(weights, f"{unet}{block}.0", into, width, time)
        _attention(weights, f"{unet}{block}.1", width)
    weights.norm(f"{unet}out.0", width)
    weights.conv(f"{unet}out.2", 4, width, gain=0.5)
    _taesd(weights)
    _clip(weights)
    return _save(weights.half(), path)


def lora(path: Path, seed: int = 0) -> Path:
    """A LoRA of rank 2 in kohya's layout for the network and text encoder of `sd15`."""
    weights = Weights(seed)
    attention = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_"
    sizes = {
        f"{attention}attn1_to_q": (320, 320),
        f"{attention}attn2_to_k": (320, 768),
        "lora_te_text_model_encoder_layers_0_self_attn_q_proj": (768, 768),
    }
    for name, (out, into) in sizes.items():
        weights.linear(f"{name}.lora_down", 2, into, bias=None)
        weights.linear(f"{name}.lora_up", out, 2, bias=None)
        weights[f"{name}.alpha"] = np.ones((), np.float32)
    return _save(weights, path)


def _residual(weights: Weights, name: str, into: int, out: int, time: int) -> None:
    weights.norm(f"{name}.in_layers.0", into)
    weights.conv(f"{name}.in_layers.2", out, into)
    weights.linear(f"{name}.emb_layers.1", out, time)
    weights.norm(f"{name}.out_layers.0", out)
    weights.conv(f"{name}.out_layers.3", out, out)
    if into != out:
        weights.conv(f"{name}.skip_connection", out, into, size=1)


def _attention(weights: Weights, name: str, width: int, context: int = 768) -> None:
    weights.norm(f"{name}.norm", width)
    for part in ("proj_in", "proj_out"):
        weights.conv(f"{name}.{part}", width, width, size=1)
    block = f"{name}.transformer_blocks.0"
    for attention, source in (("attn1", width), ("attn2", context)):
        weights.linear(f"{block}.{attention}.to_q", width, width, bias=None)
        for part in ("to_k", "to_v"):
            weights.linear(f"{block}.{attention}.{part}", width, source, bias=None)
        weights.linear(f"{block}.{attention}.to_out.0", width, width)
    for number in (1, 2, 3):
        weights.norm(f"{block}.norm{number}", width)
    weights.linear(f"{block}.ff.net.0.proj", 8 * width, width)
    weights.linear(f"{block}.ff.net.2", width, 4 * width)


def _clip(weights: Weights) -> None:
    text, width = "cond_stage_model.transformer.text_model.", 768
    weights.linear(f"{text}embeddings.token_embedding", 49408, width, bias=None)
    weights.linear(f"{text}embeddings.position_embedding", 77, width, bias=None)
    for layer in range(12):
        name = f"{text}encoder.layers.{layer}"
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            weights.linear(f"{name}.self_attn.{part}", width, width)
        weights.linear(f"{name}.mlp.fc1", 4 * width, width)
        weights.linear(f"{name}.mlp.fc2", width, 4 * width)
        for part in ("layer_norm1", "layer_norm2"):
            weights.norm(f"{name}.{part}", width)
    weights.norm(f"{text}final_layer_norm", width)


def _taesd(weights: Weights) -> None:
    def block(name: str) -> None:
        for layer in (0, 2, 4):
            weights.conv(f"{name}.conv.{layer}", 64, 64, gain=0.6)

    encoder, decoder = "first_stage_model.taesd_encoder", "first_stage_model.taesd_decoder"
    weights.conv(f"{encoder}.0", 64, 3)
    for number in (1, 3, 4, 5, 7, 8, 9, 11, 12, 13):
        block(f"{encoder}.{number}")
    for number in (2, 6, 10):
        weights.conv(f"{encoder}.{number}", 64, 64, bias=None)
    weights.conv(f"{encoder}.14", 4, 64)
    weights.conv(f"{decoder}.1", 64, 4)
    for number in (3, 4, 5, 8, 9, 10, 13, 14, 15, 18):
        block(f"{decoder}.{number}")
    for number in (7, 12, 17):
        weights.conv(f"{decoder}.{number}", 64, 64, bias=None)
    weights.conv(f"{decoder}.19", 3, 64, bias=0.5)
    weights["first_stage_model.vae_scale"] = np.array(1.0, np.float32)
    weights["first_stage_model.vae_shift"] = np.array(0.0, np.float32)


def _save(weights: dict[str, np.ndarray], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(dict(weights), path)
    return path


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
            weights[f"{norm}.{name}"] = weights._random.uniform(low, high, out).astype(np.float32)
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


def lama(path: Path, seed: int = 0) -> Path:
    """LaMa (big-lama) at its real size: .pt as the public TorchScript, any other as named tensors."""
    import torch
    from safetensors.torch import save_file as save_tensors
    from spandrel.architectures.LaMa import LaMa

    torch.manual_seed(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    network = LaMa(in_nc=4, out_nc=3).eval()
    if path.suffix == ".pt":
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecated in torch, but the public file's form
            torch.jit.save(torch.jit.trace(network, (torch.zeros(1, 3, 32, 32), torch.zeros(1, 1, 32, 32))), str(path))
    else:
        save_tensors({name: value.contiguous().clone() for name, value in network.state_dict().items()}, path)
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


def clip_vision(path: Path, layers: int = 24, width: int = 1024, out: int = 768) -> None:
    """The picture half of CLIP ViT-L/14 at its real size, which is the only one that ComfyUI knows: its layers pass
    through what the random embeddings give them."""
    weights = Weights(7)
    zeros: dict[str, np.ndarray] = {}
    head = "vision_model."
    weights._draw(f"{head}embeddings.patch_embedding", (width, 3, 14, 14), 1.0, None)
    weights[f"{head}embeddings.position_embedding.weight"] = np.zeros((257, width), np.float32)
    weights[f"{head}embeddings.class_embedding"] = weights._random.standard_normal(width, np.float32)
    for name in ("pre_layrnorm", "post_layernorm"):
        weights.norm(head + name, width)
    weights.linear("visual_projection", out, width, None)
    for layer in range(layers):
        place = f"{head}encoder.layers.{layer}."
        for name in ("layer_norm1", "layer_norm2"):
            weights.norm(place + name, width)
        for name in ("self_attn.k_proj", "self_attn.q_proj", "self_attn.v_proj", "self_attn.out_proj"):
            zeros |= {f"{place}{name}.weight": _zeros(width, width), f"{place}{name}.bias": _zeros(width)}
        zeros |= {f"{place}mlp.fc1.weight": _zeros(4 * width, width), f"{place}mlp.fc1.bias": _zeros(4 * width)}
        zeros |= {f"{place}mlp.fc2.weight": _zeros(width, 4 * width), f"{place}mlp.fc2.bias": _zeros(width)}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({**weights.half(), **zeros}, path)


def _zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float16)

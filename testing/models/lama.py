"""LaMa, the network that fills holes."""

import warnings
from pathlib import Path


def big_lama(path: Path) -> Path:
    """LaMa (big-lama) at its real size: .pt as the public TorchScript, any other as named tensors."""
    import torch
    from safetensors.torch import save_file as save_tensors
    from spandrel.architectures.LaMa import LaMa

    torch.manual_seed(0)
    path.parent.mkdir(parents=True, exist_ok=True)
    network = LaMa(in_nc=4, out_nc=3).eval()
    if path.suffix == ".pt":
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecated in torch, but the public file's form
            torch.jit.save(torch.jit.trace(network, (torch.zeros(1, 3, 32, 32), torch.zeros(1, 1, 32, 32))), str(path))
    else:
        save_tensors({name: value.contiguous().clone() for name, value in network.state_dict().items()}, path)
    return path

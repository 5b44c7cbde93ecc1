"""ncnn itself, by its official Python package: what it makes of a pair of its files, in float32."""

from pathlib import Path

import numpy as np


def run(param: Path, picture: np.ndarray) -> np.ndarray:
    """One picture through a network of ncnn's, without tiles.

    Args:
        param: of a pair whose input is called `data`; its last layer makes the result.
        picture: `[H,W,3]` float32 in 0..1.

    Returns:
        `[H',W',3]`, as the network makes it.
    """
    import ncnn

    net = ncnn.Net()
    # Its quicker ways round to half precision, and Winograd's convolutions to 1e-4.
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = net.opt.use_winograd_convolution = False
    net.opt.num_threads = 1
    assert net.load_param(str(param)) == 0
    assert net.load_model(str(param.with_suffix(".bin"))) == 0
    last = param.read_text().strip().split("\n")[-1].split()
    result = last[4 + int(last[2])]
    planes = np.ascontiguousarray(picture.transpose(2, 0, 1))  # lives as long as ncnn looks at it
    with net.create_extractor() as extractor:
        extractor.input("data", ncnn.Mat(planes))
        status, made = extractor.extract(result)
        assert status == 0
        return np.array(made).transpose(1, 2, 0)

"""A DiffSTE file in the public layout, as small as that layout permits."""

import pytest
from dancheong.testing.models import diffste as diffste_models

SIZE = diffste_models.Size(channels=(32, 64, 32, 32), vae=(32, 64, 32, 32))
"""The second level is another than those beside it, as shortcuts stand only between such."""


@pytest.fixture(scope="session")
def tensors():
    return diffste_models.tensors(SIZE)


@pytest.fixture(scope="session")
def shaping(tensors):
    """The few that tell what a file is and how large: where it is refused before the others are looked at."""
    told = ("char_embed", "quant_conv", "final_layer_norm", "resnets.0.conv1.weight", "attn2.to_k.weight")
    return {name: tensor for name, tensor in tensors.items() if any(part in name for part in told)}


@pytest.fixture(scope="session")
def public(tensors, tmp_path_factory):
    return diffste_models.lightning(tmp_path_factory.mktemp("diffste") / "diffste.ckpt", tensors, scale=0.2)

"""Networks are found wherever training tools lay them in a file, and what is left out of one is told."""

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.upscale.weights import unused, unwrapped
from dancheong.testing.models.upscale import compact, rrdb


def tensors(arrays):
    return {key: torch.from_numpy(array) for key, array in arrays.items()}


def under(prefix, network):
    return {f"{prefix}{key}": tensor for key, tensor in network.items()}


RRDB, COMPACT, OTHER = tensors(rrdb()), tensors(compact()), tensors(compact(1))
VGG = {"loss.vgg.features.0.weight": torch.ones(4, 3, 3, 3), "loss.vgg.features.0.bias": torch.ones(4)}
OPTIMIZER = {"state": {0: {"exp_avg": torch.ones(4), "step": torch.ones(())}}, "param_groups": [{"lr": 1e-4}]}


@pytest.mark.parametrize("network", [RRDB, COMPACT], ids=["rrdb", "compact"])
@pytest.mark.parametrize(
    "wrapped",
    [
        *(
            pytest.param(lambda network, key=key: {key: network}, id=key)
            for key in (
                "params", "params_ema", "state_dict", "model_state_dict", "model", "module", "net", "netG", "net_g",
                "generator", "ema", "whatever",
            )
        ),
        pytest.param(lambda network: {"model": {"params_ema": network}}, id="nested"),
        pytest.param(lambda network: {"a": {"b": {"c": network}}}, id="nested thrice"),
        pytest.param(lambda network: under("module.", network), id="module."),
        pytest.param(lambda network: under("netG.", network), id="netG."),
        pytest.param(lambda network: under("_orig_mod.", network), id="compiled"),
        pytest.param(lambda network: {"params": under("module.", network)}, id="params, module."),
        pytest.param(lambda network: {"state_dict": {**under("net_g.", network), **VGG}}, id="beside a loss"),
        pytest.param(
            lambda network: {"epoch": 3, "model": under("module._orig_mod.", network), "optimizer": OPTIMIZER},
            id="a training run",
        ),
        pytest.param(lambda network: {**network, "iteration": 400000, 7: torch.ones(2)}, id="beside numbers"),
    ],
)  # fmt: skip
def test_a_network_is_found_wherever_it_lies(network, wrapped):
    found, notes = unwrapped(wrapped(network), "x.pth")
    assert found.keys() == network.keys()
    assert all(torch.equal(found[key], network[key]) for key in network)
    assert notes == ()


@pytest.mark.parametrize("averaged", ["params_ema", "params-ema", "ema", "net_g_ema", "model_ema"])
@pytest.mark.parametrize("wrap", [lambda content: content, lambda content: {"model": content}])
def test_the_averaged_network_is_taken_and_the_other_told(averaged, wrap):
    for content in ({"params": OTHER, averaged: COMPACT}, {averaged: COMPACT, "params": OTHER}):
        found, (note,) = unwrapped(wrap(content), "x.pth")
        assert torch.equal(found["body.0.weight"], COMPACT["body.0.weight"])
        assert note.startswith("It holds several networks: ") and averaged in note and note.endswith("params is not.")


def test_a_name_that_only_contains_the_letters_is_not_averaged():
    found, (note,) = unwrapped({"cinema": OTHER, "netG": COMPACT}, "x.pth")
    assert torch.equal(found["body.0.weight"], OTHER["body.0.weight"])
    assert note == "It holds several networks: cinema is used, netG is not."


def test_a_generator_is_taken_from_beside_its_discriminator():
    judge = {"conv0.weight": torch.ones(2), "conv1.weight_orig": torch.ones(2), "conv9.weight": torch.ones(2)}
    found, notes = unwrapped({"netD": judge, "netG": COMPACT}, "x.pth")
    assert (found.keys(), notes) == (COMPACT.keys(), ())
    for alone in (judge, {"params": judge}, under("module.", judge)):
        with pytest.raises(UserError, match="is a discriminator"):
            unwrapped(alone, "x_netD.pth")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("nan", torch.float32), ("inf", torch.float32), ("-inf", torch.float16), ("nan", torch.bfloat16),
        ("nan", torch.float8_e4m3fn),
    ],
)  # fmt: skip
def test_values_that_are_no_numbers_are_refused(value, kind):
    wrong = {**COMPACT, "body.2.bias": torch.full_like(COMPACT["body.2.bias"], float(value)).to(kind)}
    with pytest.raises(
        UserError, match=r"x\.pth has values that are no numbers in 1 of its tensors, such as body\.2\.bi"
    ):
        unwrapped(wrong, "x.pth")


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"params": {}},
        {"params": 3},
        {1: {2: torch.ones(3)}},
        {"a": torch.ones(3).to_sparse()},
        {"a": torch.ones(3, device="meta")},
        {"a": torch.quantize_per_tensor(torch.ones(3), 1.0, 0, torch.qint8)},
    ],
    ids=str,
)
def test_a_file_without_weights_is_told(content):
    with pytest.raises(UserError, match="holds no weights"):
        unwrapped(content, "x.pth")


def test_a_mapping_that_holds_itself_ends():
    content = {"a": torch.ones(3)}
    content["b"] = content
    assert unwrapped(content, "x.pth")[0] == {"a": content["a"]}


def test_tensors_that_a_network_was_not_made_of_are_named():
    from spandrel import ModelLoader

    more = {**RRDB, "extra.weight": torch.ones(5)}
    network = ModelLoader().load_from_state_dict(dict(more)).model
    assert unused(more, network) == ["extra.weight"]
    assert unused({key: tensor.half() for key, tensor in RRDB.items()}, network) == []

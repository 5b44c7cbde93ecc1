"""Extract StoryGen Adapter keeps what Stable Diffusion lacks, and only where the rest is the MODEL's."""

import torch
from dancheong.testing.models import storygen as storygen_models
from safetensors.torch import save_file

from .test_apply_storygen import lora
from .test_storygen_parity import ONE_AFTER_ANOTHER, SEEN, evaluated, off

EXTRACT, LOAD, APPLY = "DancheongExtractStoryGen", "DancheongLoadStoryGen", "DancheongApplyStoryGen"


def test_the_adapter_draws_what_the_whole_file_draws(comfy, base, plain, told, tensors, storygen):
    model, _ = lora(comfy, plain, tensors)
    comfy.model_management.load_models_gpu([model])  # its LoRA is in the weights now
    path, report = comfy.node(EXTRACT, file="parity.safetensors", model=model, name="kept")
    assert path == str(base / "models" / "storygen" / "kept.safetensors")
    assert "192 tensors" in report and "the other 606 tensors are the MODEL's, to 0 of their" in report
    adapter = comfy.node(LOAD, file="kept.safetensors")[0]
    (patched,) = comfy.node(APPLY, model=plain, storygen=adapter)
    whole = evaluated(comfy, told.guider(1, ONE_AFTER_ANOTHER))[0]
    assert off(evaluated(comfy, told.guider(1, ONE_AFTER_ANOTHER, patched))[0], whole) < SEEN
    again = comfy.node(EXTRACT, file="parity.safetensors", model=plain, name="kept.safetensors")[0]
    assert again == path


def test_the_stage_goes_along(comfy, base, plain, tensors):
    folder = base / "models" / "storygen" / "checkpoint_COCO" / "unet"
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(tensors, folder / "diffusion_pytorch_model.bin")
    comfy.node(EXTRACT, file="checkpoint_COCO/", model=plain, name="several")
    assert "Stage multi-image (of the file)" in comfy.node(LOAD, file="several.safetensors")[1]


def test_nothing_is_written_where_the_rest_is_not_the_models(comfy, base, plain, tensors, storygen):
    folder = base / "models" / "storygen"

    def refusal(name="none", **changes):
        held = {key: at for key, at in (tensors | changes).items() if at is not None}
        save_file(held, folder / "source.safetensors")
        return comfy.try_node(EXTRACT, file="source.safetensors", model=plain, name=name).error

    text = "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight"
    assert f"was not trained from this MODEL: {text} differ" in refusal(**{text: tensors[text] * 1.01})
    assert f"lacks 1 tensors of a whole network, such as {text}" in refusal(**{text: None})
    assert "not trained from this MODEL" in refusal(**{"conv_in.bias": tensors["conv_in.bias"] * torch.nan})
    image = text.replace("attn2", "attn3")
    assert "values that float16 cannot hold" in refusal(**{image: tensors[image] * 1e6})
    assert not (folder / "none.safetensors").exists() and not list(folder.glob(".*"))
    assert "a plain file name" in refusal("../none")
    (folder / "taken.safetensors").write_bytes((folder / "source.safetensors").read_bytes())
    assert "is there already and holds something else" in refusal("taken")
    half = {name: at.half() for name, at in tensors.items()}
    assert not refusal("from_half", **half)


def test_a_model_of_other_sizes_is_refused(comfy, storygen):
    other = storygen_models.model(storygen_models.tensors((32, 32, 32, 32)), (32, 32, 32, 32))
    refused = comfy.try_node(EXTRACT, file="parity.safetensors", model=other, name="none").error
    assert "Expected a MODEL of Stable Diffusion 1.5 with the 16 blocks of this StoryGen, got SD15" in refused

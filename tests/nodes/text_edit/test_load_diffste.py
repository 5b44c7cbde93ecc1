"""Load DiffSTE as ComfyUI runs it: every form of the file, what it refuses, and how ComfyUI keeps it in memory."""

import re
from dataclasses import replace

import pytest
import torch
from dancheong.testing.models import diffste as diffste_models
from safetensors.torch import save_file

LOAD, EDIT = "DancheongLoadDiffSTE", "DancheongEditText"
QUICK = {"steps": 2, "text": "ARTI", "feather": 0}


@pytest.fixture(scope="module")
def scene():
    """A picture and where to write in it."""
    mask = torch.zeros(1, 96, 128)
    mask[0, 30:60, 20:100] = 1
    return {"image": torch.rand(1, 96, 128, 3, generator=torch.Generator().manual_seed(0)), "mask": mask, **QUICK}


@pytest.fixture(scope="module")
def tensors():
    return diffste_models.tensors()


@pytest.fixture(scope="module")
def folder(base):
    return base / "models" / "diffste"


@pytest.fixture(scope="module")
def editor(comfy, folder, tensors):
    diffste_models.lightning(folder / "tiny.ckpt", tensors)
    return comfy.node("DancheongLoadDiffSTE", checkpoint="tiny.ckpt", dtype="default")[0]


def test_the_checkpoint_is_reported(comfy, folder, tensors):
    diffste_models.lightning(folder / "report.ckpt", tensors, scale=0.2)
    editor, report = comfy.node(LOAD, checkpoint="report.ckpt", dtype="float16")
    assert "11.2 million weights, levels 32, 64, 128, 128, kept as float16" in report
    assert "8 heads read text, 2 read characters; latent scale 0.2" in report
    assert editor.model.model.latent_format.scale_factor == 0.2
    assert editor.model.model.diffusion_model.dtype == torch.float16
    (folder / "report.ckpt").unlink()


def test_every_form_of_the_file_gives_the_same_picture(comfy, folder, editor, tensors, scene):
    from dancheong.nodes.text_edit import conversion

    conversion.convert(folder / "tiny.ckpt", folder / "exact.safetensors", "float32")
    conversion.convert(folder / "tiny.ckpt", folder / "half.safetensors", "float16")
    wanted = comfy.node(EDIT, diffste=editor, **scene)[0]
    for name, tolerance in (("exact", 0.0), ("half", 0.02)):
        other = comfy.node(LOAD, checkpoint=f"{name}.safetensors")[0]
        result = comfy.node(EDIT, diffste=other, **scene)[0]
        assert (result - wanted).abs().max() <= tolerance
    for dtype in ("float16", "bfloat16"):
        narrow = comfy.node(LOAD, checkpoint="tiny.ckpt", dtype=dtype)[0]
        result = comfy.node(EDIT, diffste=narrow, **scene)[0]
        assert (result - wanted).abs().max() <= 0.15 and not torch.equal(result, scene["image"])


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("missing", "unet.*conv_out.bias is missing"),
        ("more", "unet.*mid_block.extra.weight is not known"),
        ("shape", r"unet.*time_embedding.linear_1.weight is \[128, 16\], expected \[128, 32\]"),
        ("vae", "vae.*is missing"),
        ("text", "text_encoder.*is missing"),
    ],
)
def test_an_incomplete_file_is_refused(comfy, folder, tensors, change, part):
    broken = {name: tensor for name, tensor in tensors.items() if not name.endswith("position_ids")}
    if change == "missing":
        del broken["unet.conv_out.bias"]
    elif change == "more":
        broken["unet.mid_block.extra.weight"] = torch.zeros(1)
    elif change == "shape":
        broken["unet.time_embedding.linear_1.weight"] = torch.zeros(128, 16)
    elif change == "vae":
        del broken["vae.decoder.mid_block.attentions.0.query.weight"]
    else:
        del broken["text_encoder.text_model.encoder.layers.3.mlp.fc1.bias"]
    save_file(broken, folder / "broken.safetensors")
    outcome = comfy.try_node(LOAD, checkpoint="broken.safetensors")
    (folder / "broken.safetensors").unlink()
    assert re.search("broken.safetensors is no complete DiffSTE file; in its part " + part, outcome.error)


def test_a_file_that_is_not_there_is_named_with_the_remedy(comfy):
    outcome = comfy.try_node(LOAD, checkpoint="gone.ckpt")
    assert "dancheong models get diffste" in outcome.error and "gone.ckpt" in outcome.error


def test_a_result_that_is_not_a_number_is_refused(comfy, folder, tensors, scene):
    """As where a device's float16 is too narrow for what comes between."""
    diffste_models.lightning(folder / "nan.ckpt", tensors)
    editor = comfy.node(LOAD, checkpoint="nan.ckpt")[0]
    (folder / "nan.ckpt").unlink()
    with torch.inference_mode():
        editor.model.model.diffusion_model.out[2].bias.fill_(float("nan"))
    outcome = comfy.try_node(EDIT, diffste=editor, **scene)
    assert "dtype float32" in outcome.error


def test_weights_that_float16_cannot_hold_are_not_loaded_as_float16(comfy, folder, tensors):
    wide = {name: tensor.clone() for name, tensor in tensors.items()}
    wide["unet.conv_out.bias"][0] = 1e5
    save_file(wide, folder / "wide.safetensors")
    outcome = comfy.try_node(LOAD, checkpoint="wide.safetensors", dtype="float16")
    assert "wide.safetensors has values that float16 cannot hold, in 1 tensors of its network" in outcome.error
    assert "1e+05" not in comfy.node(LOAD, checkpoint="wide.safetensors", dtype="float32")[1]
    (folder / "wide.safetensors").unlink()


def test_the_layout_is_that_of_the_networks(comfy, editor, tensors):
    """What a file is held to is what ComfyUI builds: every name and every shape."""
    layout = comfy.module("nodes.text_edit.layout")
    native = comfy.module("nodes.text_edit.comfy_unet").native_names(editor.sizes)
    built = {name: tuple(tensor.shape) for name, tensor in editor.model.model.diffusion_model.state_dict().items()}
    assert {native[name]: shape for name, shape in layout.unet(editor.sizes).items()} == built
    from comfy.diffusers_convert import convert_vae_state_dict

    wanted = convert_vae_state_dict({name: torch.zeros(shape) for name, shape in layout.vae(editor.sizes).items()})
    built = editor.vae.first_stage_model.state_dict()
    assert {name: tensor.shape for name, tensor in wanted.items()} == {name: one.shape for name, one in built.items()}
    text, built = layout.text(editor.sizes), editor.clip.cond_stage_model.clip_l.transformer.state_dict()
    text = {**text, "text_model.embeddings.position_embedding.weight": (20, 64), "text_projection.weight": (64, 64)}
    assert text == {name: tuple(tensor.shape) for name, tensor in built.items()}


def test_weights_that_stay_offloaded_give_the_same(comfy, editor, scene, monkeypatch):
    """ComfyUI's low-memory mode: most layers lie elsewhere and are brought in one by one. A CPU knows no such shortage,
    so the model is put into that mode by hand, and ComfyUI kept from loading it whole again."""
    wanted = comfy.node(EDIT, diffste=editor, **scene)[0]
    patcher = editor.model
    comfy.model_management.unload_all_models()
    patcher.patch_model(device_to=patcher.load_device, lowvram_model_memory=1 << 20)
    try:
        network = patcher.model.diffusion_model
        lowered = [module for module in network.modules() if getattr(module, "comfy_cast_weights", False)]
        assert len(lowered) > 100
        # The char branch is counted and moved like every other part.
        assert any(".char." in name for name, module in network.named_modules() if module in lowered)
        assert patcher.model_size() >= sum(p.numel() * 4 for p in network.parameters())
        monkeypatch.setattr(comfy.model_management, "load_models_gpu", lambda *_, **__: None)
        result = comfy.node(EDIT, diffste=editor, **scene)[0]
        assert all(module.comfy_cast_weights for module in lowered)  # they stayed so while the word was written
    finally:
        patcher.detach()
    assert (result - wanted).abs().max() <= 1e-5


def test_a_conditioning_without_characters_is_refused(comfy, editor):
    with pytest.raises(comfy.module("nodes.ground").UserError, match="not from CLIP Text Encode"):
        editor.model.model.extra_conds(cross_attn=torch.zeros(1, 77, 64))


def test_patches_of_other_packs_reach_the_text_branch_alone(comfy, editor, scene):
    """A patch on cross-attention expects contexts of the text's width."""
    seen = []

    def patch(n, context, value, options):
        seen.append(context.shape[-1])
        return n, context, value

    patched = editor.model.clone()
    patched.set_model_attn2_patch(patch)
    comfy.node(EDIT, diffste=replace(editor, model=patched), **{**scene, "steps": 1})
    assert len(seen) == 16 and set(seen) == {64}

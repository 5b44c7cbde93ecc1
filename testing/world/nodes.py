"""The kept world in a graph, for test hosts alone: MODEL, CLIP and VAE."""

from pathlib import Path

import torch

from . import latent, network, packed

KEPT = Path(__file__).parent / "kept"
"""What `make world` learned: see `making.keep`."""


class LoadSmallWorld:
    """A model that draws what a sentence of the world says."""

    RETURN_TYPES, FUNCTION, CATEGORY = ("MODEL", "CLIP", "VAE"), "run", "test"

    @classmethod
    def INPUT_TYPES(cls):  # noqa: N802
        return {"required": {"folder": ("STRING", {"default": str(KEPT)})}}

    def run(self, folder: str) -> tuple:
        return load(Path(folder))


def load(folder: Path) -> tuple:
    """MODEL, CLIP and VAE of what `making.make` keeps; computed in float32."""
    import folder_paths
    from safetensors.torch import load_file

    import nodes

    model = network.model(packed.unpack(load_file(folder / "unet.safetensors")))
    # The pack's own loader makes the CLIP, as it does of any encoder with a tokenizer of its own.
    folder_paths.add_model_folder_path("text_encoders", str(folder.parent))
    loader = nodes.NODE_CLASS_MAPPINGS["DancheongLoadKoreanCLIP"]
    clip = loader.execute(f"{folder.name}/", "auto", "float32").args[0]
    return model, clip, _vae(load_file(folder / "vae.safetensors"))


def _vae(weights: dict[str, torch.Tensor]):
    import comfy.sd
    from comfy.model_patcher import ModelPatcher
    from comfy.taesd.taesd import TAESD

    code = latent.BlockCode()
    code.load_state_dict(weights)
    # ComfyUI knows a VAE by the names of its weights: ours takes the place of the smallest that it knows.
    vae = comfy.sd.VAE(TAESD(latent_channels=latent.CHANNELS).state_dict(), dtype=torch.float32)
    vae.first_stage_model = code
    vae.patcher = ModelPatcher(code, vae.patcher.load_device, vae.patcher.offload_device)
    return vae

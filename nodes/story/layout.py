"""Where StoryGen files lie: a published diffusers folder, its network's file alone, or what was extracted from one."""

import os
from pathlib import Path

from ..ground import scan

UNET = "unet"
"""Where a diffusers folder has its network; what lies beside it is Stable Diffusion's own."""
BESIDE = ("vae", "text_encoder", "image_encoder", "safety_checker", "CLIP")
FILES = ("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors",
         "diffusion_pytorch_model.bin", "diffusion_pytorch_model.fp16.bin")  # fmt: skip
"""What diffusers calls a network's file, in order of preference."""
ENDINGS = (".safetensors", ".bin")


def offered(roots: list[Path]) -> dict[str, Path]:
    """Name -> weight file: diffusers folders (their names end in /) first, then every file that may be a network."""
    folders: dict[str, Path] = {}
    files: dict[str, Path] = {}
    for root in roots:
        for folder, names in scan.walk(root):
            where = "" if folder == root else f"{folder.relative_to(root).as_posix()}/"
            if folder.name == UNET and folder != root:
                found = next((name for name in FILES if name in names), None)
                if found:
                    folders.setdefault(where.removesuffix(f"{UNET}/") or where, folder / found)
            if folder.name not in BESIDE:
                for name in names:
                    if os.path.splitext(name)[1].lower() in ENDINGS:
                        files.setdefault(where + name, folder / name)
    return {**dict(sorted(folders.items())), **dict(sorted(files.items()))}

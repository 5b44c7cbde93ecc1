"""What prompts ask a ComfyUI for: tiny models and sample pictures under the names that the shipped workflows use.

Each is put into a base directory when a prompt that names it comes; nothing is made that nobody asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dancheong.runner.demo import sample_cover

from .models import clip_vision, diffste, kept, korean, lama, stable_diffusion, storygen, upscale, writer
from .scenes import journey, news_photos, stories


@dataclass(frozen=True)
class Supply:
    """One file or folder below a base directory."""

    folder: str
    name: str
    """As inputs of nodes name it."""
    make: kept.Maker
    keep: bool = True
    """Its maker stands in testing/models; what the pack's own code makes is made anew in every run."""


def _cover(path: Path) -> None:
    sample_cover.draw().save(path)


def _small_cover(path: Path) -> None:
    sample_cover.draw().resize((256, 384)).save(path)


def _tiny_cover(path: Path) -> None:
    sample_cover.draw().resize((64, 96)).save(path)


SUPPLIES = (
    Supply("input", "cover.png", _cover, keep=False),
    Supply("input", "small.png", _small_cover, keep=False),
    Supply("input", "tiny.png", _tiny_cover, keep=False),
    Supply("input", "news_photos", news_photos.write, keep=False),
    Supply("input", "hanbok", news_photos.write, keep=False),
    Supply("input", "journeydb/valid", journey.write, keep=False),
    Supply("input", "stories", stories.write, keep=False),
    Supply("models/watermarks", "my_agency.safetensors", news_photos.write_mark, keep=False),
    Supply("models/upscale_models", "tiny_x4.safetensors", upscale.rrdb_x4),
    Supply("models/upscale_models", "tiny_x2.safetensors", upscale.compact_x2),
    Supply("models/upscale_models", "RealESRGAN_x4plus.safetensors", upscale.rrdb_x4),
    Supply("models/upscale_models", "realesr-animevideov3.safetensors", upscale.compact_x4),
    Supply("models/inpaint", "big-lama.pt", lama.big_lama),
    Supply("models/checkpoints", "v1-5-pruned-emaonly-fp16.safetensors", stable_diffusion.sd15),
    Supply("models/checkpoints", "sd_xl_base_1.0.safetensors", stable_diffusion.sdxl),
    Supply("models/loras", "book_cover.safetensors", stable_diffusion.lora),
    Supply("models/storygen", "checkpoint_StorySalon", storygen.published),
    Supply("models/diffste", "diffste.ckpt", diffste.public_file),
    Supply("models/clip_vision", "clip-vit-large-patch14-ko/model.safetensors", clip_vision.vit_large),
    Supply("models/text_encoders", "my-korean-stable-diffusion-v1-5", korean.pipeline),
    Supply("models/text_encoders", "clip-vit-large-patch14-ko", korean.pipeline),
    Supply("models/text_encoders", "qwen3.5_0.8b.safetensors", writer.qwen),
    Supply("models/text_encoders", "stable-diffusion-xl-base-1.0/text_encoder_2", korean.second_encoder),
    Supply("models/embeddings", "topic-economy.safetensors", korean.topic),
)


class Supplies:
    """Puts what is asked for into one base directory."""

    def __init__(self, base: Path) -> None:
        self._base = base

    def put(self, name: str) -> Path:
        """One of SUPPLIES by its name."""
        return self._put(next(supply for supply in SUPPLIES if supply.name == name))

    def put_named(self, workflow: Any) -> list[Path]:
        """All that a workflow names, in API form or as the editor saves it; what was not there yet."""
        named = {text.rstrip("/") for text in _strings(workflow)}
        found = [supply for supply in SUPPLIES if supply.name in named and not self._path(supply).exists()]
        return [self._put(supply) for supply in found]

    def _path(self, supply: Supply) -> Path:
        return self._base / supply.folder / supply.name

    def _put(self, supply: Supply) -> Path:
        path = self._path(supply)
        if not path.exists():
            if supply.keep:
                kept.put(kept.kept(supply.make, Path(supply.name).suffix), path)
            else:
                supply.make(path)
        return path


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)

"""SDXL's two text encoders at the real size (ViT-L/14 and OpenCLIP ViT-bigG/14, random weights): are they read rightly?

`python -m benchmarks korean_sdxl`. Load Korean CLIP's pair in float32 against transformers, and against encode_prompt
of diffusers' SDXL pipeline; behind them, how far off it would be if something were read wrongly. 10 GB of memory.
"""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..testing import comfy_host
from ..testing.models import korean

FIRST = {"width": 768, "layers": 12, "heads": 12}
SECOND = {"width": 1280, "layers": 32, "heads": 20}
PADS = ("<|endoftext|>", "!")
SENTENCE = "고양이 두 마리가 창가에 앉아 있다"
TEXTS = (SENTENCE, "", "a photo of two cats", " ".join([SENTENCE] * 3))


def main(_options: list[str]) -> dict[str, list[dict]]:
    import torch

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary, torch.inference_mode():
        host = comfy_host.Comfy(Path(temporary))
        folder = Path(temporary) / "models" / "text_encoders"
        for name, sizes, pad in zip(("first", "second"), (FIRST, SECOND), PADS, strict=True):
            prepare(folder / name, sizes, pad)
        clip, report = host.korean_clip("first/", second_text_encoder="second/")
        print(report, flush=True)
        ours = [host.encode(clip, text) for text in TEXTS]
        del clip
        host.model_management.unload_all_models()
        sides = [Side.read(folder / name) for name in ("first", "second")]
        return {"real": [compared(name, ours, found) for name, found in right(sides)],
                "wrong": [compared(name, ours[:1], found) for name, found in wrong(sides)]}  # fmt: skip


def prepare(folder: Path, sizes: dict[str, int], pad: str) -> None:
    from safetensors.torch import save_file

    korean.tokenizer(folder, "full")
    settings = folder / "tokenizer_config.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "pad_token": pad}))
    model = korean.encoder(49408, 49407, **sizes)
    model.config.hidden_act = "gelu" if sizes is SECOND else "quick_gelu"
    save_file(model.state_dict(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(model.config.to_dict(), default=str))


@dataclass(frozen=True)
class Side:
    """One of the two as transformers has it."""

    model: Any
    tokenizer: Any

    @staticmethod
    def read(folder: Path) -> "Side":
        from transformers import CLIPTextModelWithProjection, CLIPTokenizerFast

        model = CLIPTextModelWithProjection.from_pretrained(str(folder)).eval()
        return Side(model, CLIPTokenizerFast.from_pretrained(str(folder)))

    def said(self, text: str) -> Any:
        """What transformers gives of a sentence, all layers among it."""
        ids = self.tokenizer(text, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
        return self.model(ids, output_hidden_states=True)


Said = list[tuple[Any, Any]]
"""Of each text its states `[77,2048]` and the pooled output."""


def right(sides: list[Side]) -> Iterator[tuple[str, Said]]:
    """What others give of all texts."""
    import torch
    from diffusers import StableDiffusionXLPipeline
    from transformers import CLIPTextModel

    first, second = sides
    both = [(first.said(text), second.said(text)) for text in TEXTS]
    states = [torch.cat([one.hidden_states[-2][0] for one in pair], -1) for pair in both]
    yield "transformers", [(one, pair[1].text_embeds[0]) for one, pair in zip(states, both, strict=True)]
    # The pipeline's first encoder has no projection: of one that has, diffusers would take the pooled output.
    plain = CLIPTextModel(first.model.config).eval()
    state = first.model.state_dict()
    plain.load_state_dict(
        {name: state[f"text_model.{name.removeprefix('text_model.')}"] for name in plain.state_dict()}
    )
    words = [side.tokenizer for side in sides]
    pipeline = StableDiffusionXLPipeline(None, plain, second.model, *words, None, None, add_watermarker=False)
    found = [pipeline.encode_prompt(text, device="cpu", do_classifier_free_guidance=False) for text in TEXTS]
    yield "diffusers' encode_prompt", [(one[0][0], one[2][0]) for one in found]


def wrong(sides: list[Side]) -> Iterator[tuple[str, Said]]:
    """What would be read of the first text by mistake; a pair that is swapped is refused for its widths."""
    import torch

    one, two = (side.said(SENTENCE) for side in sides)
    states = torch.cat([one.hidden_states[-2][0], two.hidden_states[-2][0]], -1)
    yield "the last states", [(torch.cat([one.last_hidden_state[0], two.last_hidden_state[0]], -1), two.text_embeds[0])]
    yield "states of the second first", [(states.roll(SECOND["width"], -1), two.text_embeds[0])]
    ids = sides[1].tokenizer(SENTENCE).input_ids
    yield "pooled before its projection", [(states, two.last_hidden_state[0, len(ids) - 1])]
    second = Side(sides[1].model, sides[0].tokenizer).said(SENTENCE)
    states = torch.cat([one.hidden_states[-2][0], second.hidden_states[-2][0]], -1)
    yield "the second padded as the first", [(states, second.text_embeds[0])]


def compared(name: str, ours: Said, theirs: Said) -> dict[str, Any]:
    """The largest difference of any number, and the largest number."""
    apart = [
        [float((a - b).abs().max()) for a, b in zip(*pair, strict=True)] for pair in zip(ours, theirs, strict=True)
    ]
    states, pooled = (max(each) for each in zip(*apart, strict=True))
    most = max(float(found.abs().max()) for found, _ in theirs)
    return {"against": name, "texts": len(ours), "largest difference of states": f"{states:.1e}",
            "of pooled": f"{pooled:.1e}", "largest state": round(most, 1)}  # fmt: skip

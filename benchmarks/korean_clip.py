"""1,000 headlines encoded one by one at the real size (ViT-L/14, random weights): ours against transformers.

`python benchmarks/korean_clip.py [COUNT]`. Both run in blocks of 50, in turns, in one process with float32 weights;
peak memory comes from a process of its own for each, with one block.
"""

import json
import resource
import runpy
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACK = Path(__file__).resolve().parent.parent
BLOCK = 50
KOREAN_MODELS = runpy.run_path(str(PACK / "tests" / "korean_models.py"))


def headlines(count: int) -> list[str]:
    """Words that the tokenizer knows: for unknown bytes the two differ on purpose."""
    words = KOREAN_MODELS["TEXT"].split()
    return [" ".join(words[(7 * number + 3 * place) % len(words)] for place in range(6)) for number in range(count)]


def prepare(folder: Path) -> None:
    from safetensors.torch import save_file

    KOREAN_MODELS["tokenizer"](folder, "full")
    model = KOREAN_MODELS["encoder"](49408, 49407, width=768, layers=12, heads=12)
    save_file(model.state_dict(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(model.config.to_dict(), default=str))


def ours(folder: Path, base: Path):
    from dancheong.runner import places, server

    sys.path.insert(0, str(places.comfyui()))
    sys.pycache_prefix = str(places.BASE / "pycache")
    sys.argv = ["main.py", *server.arguments(base, base / "models")]
    import comfy.options

    comfy.options.enable_args_parsing()
    import torch
    from dancheong.nodes.korean_clip import comfy_clip, layout

    weights = layout.weights_of(folder)
    source = comfy_clip.Source(weights, layout.config_of(weights), folder, torch.float32)
    clip = comfy_clip.load(source)[0]
    return lambda text: clip.encode_from_tokens_scheduled(clip.tokenize(text))[0][0]


def theirs(folder: Path):
    import torch
    from transformers import CLIPTextModelWithProjection, CLIPTokenizerFast

    tokenizer = CLIPTokenizerFast.from_pretrained(str(folder))
    model = CLIPTextModelWithProjection.from_pretrained(str(folder)).eval()

    @torch.inference_mode()
    def encode(text: str):
        ids = tokenizer(text, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
        return model(ids).last_hidden_state

    return encode


def one_side(side: str, folder: Path, base: Path) -> None:
    import torch

    with torch.inference_mode():
        encode = ours(folder, base) if side == "ours" else theirs(folder)
        for text in headlines(BLOCK):
            encode(text)
    print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


def main() -> None:
    runpy.run_path(str(PACK / "runner" / "__main__.py"))["load_pack"]()
    if sys.argv[1:2] == ["--side"]:
        one_side(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    from dancheong.runner import server

    with tempfile.TemporaryDirectory() as temporary:
        folder, base = Path(temporary) / "large", Path(temporary) / "base"
        server.prepare_base(base)
        prepare(folder)
        sides = {"ours": 0.0, "transformers": 0.0}
        memory = {}
        for side in sides:
            command = [sys.executable, __file__, "--side", side, str(folder), str(base)]
            memory[side] = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
        import torch

        with torch.inference_mode():
            encoders = {"ours": ours(folder, base), "transformers": theirs(folder)}
            texts, worst = headlines(count), 0.0
            for text in texts[:4]:
                worst = max(worst, float((encoders["ours"](text) - encoders["transformers"](text)).abs().max()))
            for start in range(0, count, BLOCK):
                for side, encode in encoders.items():
                    begin = time.process_time()
                    for text in texts[start : start + BLOCK]:
                        encode(text)
                    sides[side] += time.process_time() - begin
    for side, seconds in sides.items():
        print(f"{side}: {seconds:.1f} CPU s for {count} headlines, peak memory {memory[side]} MB")
    print(f"ratio {sides['ours'] / sides['transformers']:.3f}, largest difference of four {worst:.1e}")


if __name__ == "__main__":
    main()

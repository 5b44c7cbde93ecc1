"""Small CLIP text encoders and Korean tokenizers in the layouts of the public ones, made when a test needs them."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import torch
from safetensors.torch import save_file

START, END = "<|startoftext|>", "<|endoftext|>"
TEXT = (
    "고양이 두 마리가 창가에 앉아 있다 한국은행이 기준금리를 동결했다 서울 경복궁 한복을 입은 관광객 사진 "
    "정부는 반도체 산업 육성 예산 태풍 제주 비바람 연구진은 배터리 소재 개발 a photo of two cats the best quality "
    "경제 사회 과학 세계 뉴스 사진 가을 하늘 단풍 설악산 수채화 풍경 "
)
FULL_VOCABULARY = 49408


def byte_symbols() -> list[str]:
    """The printable stand-ins of the 256 bytes in byte-level BPE (GPT-2)."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    symbols = {byte: chr(byte) for byte in plain}
    for byte in range(256):
        symbols.setdefault(byte, chr(256 + len(symbols) - len(plain)))
    return [symbols[byte] for byte in range(256)]


def learn_merges(count: int) -> list[tuple[str, str]]:
    """Byte-pair merges of the sample text, most frequent first."""
    symbols = byte_symbols()
    words = Counter()
    for word in TEXT.split():
        pieces = [symbols[byte] for byte in word.encode()]
        words[(*pieces[:-1], pieces[-1] + "</w>")] += 1
    merges = []
    while len(merges) < count:
        pairs = Counter()
        for word, times in words.items():
            for pair in pairwise(word):
                pairs[pair] += times
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        words = Counter({_merged(word, best): times for word, times in words.items()})
    return merges


def _merged(word, pair):
    out, index = [], 0
    while index < len(word):
        if word[index : index + 2] == pair:
            out.append(pair[0] + pair[1])
            index += 2
        else:
            out.append(word[index])
            index += 1
    return tuple(out)


def tokenizer(folder: Path, specials: str = "last", layout: str = "pair") -> Path:
    """
    Args:
        specials: "last" (as Bingsu's), "first" (ids 0 and 1), and both with all of 49,408 pieces: "full", "fullfirst".
        layout: "pair" writes vocab.json and merges.txt, "json" tokenizer.json alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    merges = learn_merges(150)
    pieces = byte_symbols()
    # As in the public retrained tokenizers: only the endings that occur are known, the others are unknown pieces.
    pieces += sorted({pieces[word.encode()[-1]] + "</w>" for word in TEXT.split()})
    pieces += [first + second for first, second in merges]
    pieces = list(dict.fromkeys(pieces))
    if specials.startswith("full"):
        pieces += [f"unused{number}" for number in range(FULL_VOCABULARY - 2 - len(pieces))]
    names = [START, END, *pieces] if specials.endswith("first") else [*pieces, START, END]
    vocabulary = {name: number for number, name in enumerate(names)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": 77,
        "do_lower_case": True,
        "bos_token": START,
        "eos_token": END,
        "pad_token": END,
        "unk_token": END,
        "errors": "replace",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    if layout == "json":
        from transformers import CLIPTokenizerFast

        CLIPTokenizerFast.from_pretrained(str(folder)).save_pretrained(str(folder))
        for name in ("vocab.json", "merges.txt"):
            (folder / name).unlink()
    return folder


def encoder(vocabulary: int, end: int, width: int = 64, layers: int = 4, heads: int = 1, seed: int = 0):
    """A random CLIPTextModelWithProjection whose layers all matter."""
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection

    torch.manual_seed(seed)
    config = CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        projection_dim=width,
        bos_token_id=0,
        eos_token_id=end,
        pad_token_id=1,
    )
    model = CLIPTextModelWithProjection(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(0, 1.0 if "norm" in name or "embedding" in name else parameter[0].numel() ** -0.5)
    return model


def openai_names(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The text half under the names of OpenAI and open_clip."""
    parts = {"self_attn.out_proj": "attn.out_proj", "layer_norm1": "ln_1", "layer_norm2": "ln_2"}
    parts |= {"mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj"}
    names = {
        "token_embedding.weight": "embeddings.token_embedding.weight",
        "positional_embedding": "embeddings.position_embedding.weight",
        "ln_final.weight": "final_layer_norm.weight",
        "ln_final.bias": "final_layer_norm.bias",
    }
    found = {name: state[f"text_model.{ours}"] for name, ours in names.items()}
    found["text_projection"] = state["text_projection.weight"].T.contiguous()
    for layer in range(sum(name.endswith("q_proj.weight") for name in state)):
        ours, theirs = f"text_model.encoder.layers.{layer}.", f"transformer.resblocks.{layer}."
        for kind in ("weight", "bias"):
            rows = [state[f"{ours}self_attn.{which}_proj.{kind}"] for which in "qkv"]
            found[f"{theirs}attn.in_proj_{kind}"] = torch.cat(rows)
            found |= {f"{theirs}{name}.{kind}": state[f"{ours}{part}.{kind}"] for part, name in parts.items()}
    return found


def pipeline(folder: Path) -> None:
    """A three-layer encoder of Stable Diffusion's width, laid out as Bingsu/my-korean-stable-diffusion-v1-5."""
    tokenizer(folder / "tokenizer")
    end = len(json.loads((folder / "tokenizer" / "vocab.json").read_text(encoding="utf-8"))) - 1
    model = encoder(end + 1, end, width=768, layers=3, heads=12)
    save_file(model.state_dict(), folder / "model.safetensors")


def second_encoder(folder: Path) -> None:
    """A three-layer encoder of the width of SDXL's second, with a tokenizer that pads with `!`, in one folder."""
    tokenizer(folder)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps({**settings, "pad_token": "!"}))
    end = len(json.loads((folder / "vocab.json").read_text(encoding="utf-8"))) - 1
    model = encoder(end + 1, end, width=1280, layers=3, heads=20)
    save_file({name: tensor.half() for name, tensor in model.state_dict().items()}, folder / "model.safetensors")


def topic(path: Path, count: int = 4, width: int = 768) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    vectors = torch.randn(count, width, generator=torch.Generator().manual_seed(1))
    save_file({"clip_l": vectors}, path, metadata={"topic": "economy"})

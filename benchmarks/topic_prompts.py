"""5,000 prompts with weights, particles and embeddings as people write them: is each encoded as it was meant?

`python -m benchmarks topic_prompts [--count 5000] [--seed 17]`. A prompt is made of parts whose words, weights and
embeddings are known, and written as people do: blanks and signs in weights, particles glued to brackets and names, NFD,
smileys. Encode Text with Topic gets it; its prompt goes through ComfyUI's own parser and tokenizer, and every token and
weight is compared with the parts. What a damaged prompt means nobody knows: there it counts as `another` if ComfyUI's
parser makes something else of the damaged text itself and the report says nothing.
"""

import argparse
import random
import tempfile
import traceback
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from ..testing.comfy_host import Comfy
from ..testing.models import korean

NOUNS = ["고양이", "설악산", "경복궁", "한복", "단풍", "태풍", "반도체", "cat", "moon", "photo", "2026", "가을"]
PARTICLES = [*"가을는의", "에서", "에서는", "로부터", "와의", "이라는", "까지도", "만으로는", "들에게", "처럼"]
GLUED = [*PARTICLES, "학", "스러운", "님께", ",사진", "!", ".", "·", "》", ":1.2"]
"""Behind the name of an embedding; behind a bracket only particles are meant to belong to the word."""
SMILES = (":)", ")", "))", ";)")
EMBEDDINGS = ("경제", "news/사회", "economy", unicodedata.normalize("NFD", "세계"))
SIGN = "embedding:"
WIDTH = 64
Piece = tuple[str, float]
"""Words or the call of an embedding, and the weight."""


def main(options: list[str]) -> dict[str, list[dict[str, Any]]]:
    parser = argparse.ArgumentParser(prog="topic_prompts")
    parser.add_argument("--count", type=int, default=5000, help="prompts")
    parser.add_argument("--seed", type=int, default=17)
    chosen = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as temporary:
        comfy = Comfy(Path(temporary))
        clip = _clip(comfy, Path(temporary) / "models")
        return {"prompts": prompts(comfy, clip, chosen.count, chosen.seed)}


def prompts(comfy: Comfy, clip: Any, count: int, seed: int) -> list[dict[str, Any]]:
    """Rows of: kind of prompt, and how many ended how."""
    rng = random.Random(seed)
    found: dict[str, Counter[str]] = {}
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        text, meant = _written(kind, rng)
        if kind == "damaged":
            text, meant = _damaged(text, rng), None
        ended = _ended(comfy, clip, text, meant)
        if ended in ("another", "traceback"):
            print(f"{ended}: {text!r}")
        found.setdefault(kind, Counter())[ended] += 1
    outcomes = ("as meant", "as ComfyUI", "told", "refused", "another", "traceback")
    return [
        {"prompts": kind, "count": counted.total(), **{name: counted[name] for name in outcomes}}
        for kind, counted in found.items()
    ]


def _clip(comfy: Comfy, models: Path) -> Any:
    from transformers import CLIPTokenizerFast

    folder = models / "text_encoders" / "topics"
    korean.tokenizer(folder)
    end = CLIPTokenizerFast.from_pretrained(str(folder)).eos_token_id
    save_file(korean.encoder(end + 1, end, width=WIDTH, layers=1).state_dict(), folder / "model.safetensors")
    for number, name in enumerate(EMBEDDINGS):
        path = models / "embeddings" / f"{name}.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file({"clip_l": torch.full((1 + number, WIDTH), 1.0 + number)}, path)
    return comfy.korean_clip("topics/")[0]


def _ended(comfy: Comfy, clip: Any, text: str, meant: list[Piece] | None) -> str:
    made = _made(comfy, clip, text)
    if isinstance(made, str):
        return made
    prompt, told = made
    tokens = _tokens(clip, prompt)
    is_comfyuis = _by_comfyui(clip, text) == tokens
    if meant is None:
        return "as ComfyUI" if is_comfyuis else "told" if told else "another"
    return "as meant" if tokens == _meant_tokens(clip, meant) and (told or is_comfyuis) else "another"


def _made(comfy: Comfy, clip: Any, text: str) -> tuple[str, bool] | str:
    """The node's prompt, and whether its report tells something; or how it failed."""
    node = comfy.nodes.NODE_CLASS_MAPPINGS["DancheongEncodeTopicText"]
    try:
        _, (prompt,), _, (report,) = node.execute([clip], [text], ["prefix"], [1.0], ["chunk"]).result
    except comfy.module("nodes.ground").UserError:
        return "refused"
    except Exception:
        traceback.print_exc()
        return "traceback"
    return prompt, len(report.splitlines()) > 1


def _by_comfyui(clip: Any, text: str) -> list[Any] | None:
    """None where it ends in a traceback."""
    try:
        return _tokens(clip, text)
    except Exception:
        return None


def _tokens(clip: Any, prompt: str) -> list[Any]:
    """(id or the value that fills a vector, weight) without start, end and padding."""
    return [
        (token.mean().item() if isinstance(token, torch.Tensor) else token, weight)
        for chunk in clip.tokenize(prompt, return_word_ids=True)["l"]
        for token, weight, word in chunk
        if word
    ]


def _meant_tokens(clip: Any, meant: list[Piece]) -> list[Any]:
    """The same of the parts, with no parser between."""
    tokens: list[Any] = []
    for words, weight in meant:
        if words.startswith(SIGN):
            number = EMBEDDINGS.index(words.removeprefix(SIGN))
            tokens += [(1.0 + number, weight)] * (1 + number)
        else:
            tokens += [(token, weight) for token in clip.tokenizer.clip_l.tokenizer(words)["input_ids"][1:-1]]
    return tokens


def _damaged(text: str, rng: random.Random) -> str:
    letters = list(text)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(letters) + 1)
        letters[place : place + rng.randint(0, 2)] = rng.choice(
            ["", "(", ")", ":", " ", "\\", "embedding:", "[", "<", "가"]
        )
    return "".join(letters)


def _written(kind: str, rng: random.Random) -> tuple[str, list[Piece]]:
    """A prompt as somebody writes it, and what is meant."""
    parts = [rng.choice(KINDS[kind])(rng) for _ in range(rng.randint(1, 8))]
    parts += [(":(", [(":(", 1.0)])] if kind == "brackets" and rng.random() < 0.2 else []
    text = rng.choice((" ", "  ", "\n")).join(written for written, _ in parts)
    form = rng.choice(("NFC", "NFC", "NFD"))
    return unicodedata.normalize(form, text), [piece for _, meant in parts for piece in meant]


def _words(rng: random.Random) -> tuple[str, list[Piece]]:
    words = " ".join(rng.choice(NOUNS) + rng.choice(("", ",", rng.choice(PARTICLES))) for _ in range(rng.randint(1, 3)))
    return words, [(words, 1.0)]


def _weight(rng: random.Random) -> tuple[str, float]:
    """As ComfyUI takes any number that Python takes."""
    weight = round(rng.uniform(-2, 3), rng.randint(0, 3))
    written = rng.choice((f"{weight}", f"{weight:+}", f"{weight:.3e}", f"{weight:g}"))
    return rng.choice((":", ": ", " : ", ":  ")) + written + rng.choice(("", "", " ")), float(written)


def _inside(rng: random.Random, words: str) -> tuple[str, float]:
    """Words in brackets, and their weight."""
    if rng.random() < 0.25:
        return f"({words})", 1.1
    if rng.random() < 0.2:
        return f"(({words}))", 1.1 * 1.1
    written, weight = _weight(rng)
    return rng.choice((f"({words}{written})", f"( {words}{written})", f"(({words}{written}):1.7)")), weight


def _weighted(rng: random.Random) -> tuple[str, list[Piece]]:
    words = f"{rng.choice(NOUNS)} {rng.choice(NOUNS)}"
    written, weight = _inside(rng, words)
    return written, [(words, weight)]


def _particle(rng: random.Random) -> tuple[str, list[Piece]]:
    noun, particle = rng.choice(NOUNS), rng.choice(PARTICLES)
    written, weight = _inside(rng, noun)
    return written + particle, [(noun + particle, weight)]


def _noun_behind(rng: random.Random) -> tuple[str, list[Piece]]:
    """No particle: two words."""
    written, weight = _inside(rng, "한복")
    return f"{written}고양이", [("한복", weight), ("고양이", 1.0)]


def _nested(rng: random.Random) -> tuple[str, list[Piece]]:
    (inner, weight), (outer, beside) = _weight(rng), _weight(rng)
    particle = rng.choice(PARTICLES)
    meant = [("가을", beside), (f"단풍{particle}", weight), ("사진", beside)]
    return f"(가을 (단풍{inner}){particle} 사진{outer})", meant


def _smile(rng: random.Random) -> tuple[str, list[Piece]]:
    smile = rng.choice(SMILES)
    return smile, [(smile, 1.0)]


def _embedding(rng: random.Random) -> tuple[str, list[Piece]]:
    name, glued = rng.choice(EMBEDDINGS), rng.choice(("", "", *GLUED))
    call = rng.choice((SIGN, SIGN, "Embedding:", f"{SIGN} ")) + name
    written, weight = _weight(rng)
    if glued in PARTICLES and rng.random() < 0.3:
        return f"({call}{written}){glued}", [(SIGN + name, weight), (glued, 1.0)]
    if rng.random() < 0.3:
        return f"({call}{glued}{written})", [(SIGN + name, weight), (glued, weight)]
    before = rng.choice(("", "", "사진,"))
    return f"{before}{call}{glued}", [(before, 1.0), (SIGN + name, 1.0), (glued, 1.0)]


KINDS = {
    "words": [_words],
    "weights": [_words, _weighted],
    "particles": [_words, _particle],
    "embeddings": [_words, _embedding],
    "brackets": [_words, _weighted, _smile, _nested],
    "everything": [_words, _weighted, _particle, _embedding, _smile, _nested, _noun_behind],
    "damaged": [_words, _weighted, _particle, _embedding, _smile, _nested, _noun_behind],
}

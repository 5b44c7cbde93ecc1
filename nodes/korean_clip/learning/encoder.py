"""A CLIP text encoder with its tokenizer, outside of ComfyUI: it is read, asked, and written."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ...ground import UserError
from ...ground.whole_file import write_whole
from .. import layout, weights
from ..prompt_tokenizer import PromptTokenizer

LAST, PENULTIMATE = "last", "penultimate"
LAYERS = (LAST, PENULTIMATE)
"""Which states a picture model reads: Stable Diffusion 1.x the last after its norm, SDXL those of the layer before."""


@dataclass(frozen=True)
class Said:
    """What an encoder says of some sentences."""

    states: torch.Tensor
    """float [B, positions, width]: what a picture model reads."""
    pooled: torch.Tensor
    """float [B, width]: the last state at the end token, projected."""
    ends: torch.Tensor
    """int [B]: where the end token stands."""

    def rows(self, begin: int, end: int | None) -> "Said":
        """Some of the sentences."""
        return Said(self.states[begin:end], self.pooled[begin:end], self.ends[begin:end])


@dataclass(frozen=True)
class TextEncoder:
    """The weights as transformers' CLIPTextModelWithProjection, and the tokenizer that belongs to them."""

    model: Any
    tokenizer: PromptTokenizer
    words: Path
    """Folder of the tokenizer's files."""

    @property
    def width(self) -> int:
        """Of a state."""
        return self.model.config.hidden_size

    @property
    def positions(self) -> int:
        """Tokens of a prompt, start and end included."""
        return self.model.config.max_position_embeddings

    def ids(self, text: str) -> list[int]:
        """Start, pieces, end, as many as there are."""
        return self.tokenizer(text)["input_ids"]

    def padded(self, rows: list[Any], whole: bool = True) -> torch.Tensor:
        """Rows of `ids` as a table, int64 [B, N], padded as the tokenizer says; what is too long is cut.

        Args:
            whole: to all positions of a prompt; else as far as the longest reaches, as no state hears one behind it.
        """
        special, last = self.tokenizer.special, self.positions - 1
        reach = self.positions if whole else min(self.positions, max(map(len, rows)))
        table = torch.full((len(rows), reach), special.pad)
        for number, row in enumerate(rows):
            table[number, : len(row)] = torch.tensor(row[: self.positions])
            if len(row) > self.positions:
                table[number, last] = special.end
        return table

    def say(self, table: torch.Tensor, layer: str = LAST, half: bool = False) -> Said:
        """Encode.

        Args:
            table: of `padded`, on any device.
            layer: one of `LAYERS`.
            half: compute in bfloat16 where that is safe; what comes is float32.
        """
        device = self.model.device
        table = table.to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            out = self.model.text_model(input_ids=table, output_hidden_states=layer == PENULTIMATE)
            ends = (table == self.tokenizer.special.end).int().argmax(1)
            last = out.last_hidden_state
            pooled = self.model.text_projection(last[torch.arange(len(table), device=device), ends])
        states = last if layer == LAST else out.hidden_states[-2]
        return Said(states.float(), pooled.float(), ends)


def read(folder: Path) -> TextEncoder:
    """An encoder in any layout that Load Korean CLIP knows, in float32.

    Raises:
        UserError: it is not there, not whole, or its tokenizer is of another encoder.
    """
    if not folder.exists():
        raise UserError(f"{folder} is not there: give the folder of a CLIP text encoder with its tokenizer.")
    file = layout.weights_of(folder)
    found = weights.read(file, layout.config_of(file))
    words = layout.tokenizer_of(folder, file)
    tokenizer = read_tokenizer(words)
    if tokenizer.rows > found.vocabulary:
        raise UserError(
            f"The tokenizer of {folder.name} has {tokenizer.rows:,} pieces, its encoder knows {found.vocabulary:,}: "
            "get both from the same place."
        )
    model = network(
        tokenizer,
        vocab_size=found.vocabulary,
        hidden_size=found.width,
        intermediate_size=found.inner_width,
        num_hidden_layers=found.layers,
        num_attention_heads=found.heads,
        max_position_embeddings=found.positions,
        hidden_act=found.activation,
    )
    model.load_state_dict({name: tensor.float() for name, tensor in found.state.items()})
    return TextEncoder(model, tokenizer, words)


def read_tokenizer(folder: Path) -> PromptTokenizer:
    """A tokenizer that writes every letter.

    Raises:
        UserError: none is there, or one that lacks bytes: what it cannot write, no encoder can learn.
    """
    if not folder.is_dir():
        raise UserError(f"{folder} is not there: give a folder of `dancheong train tokenizer`.")
    tokenizer = PromptTokenizer(folder)
    if tokenizer.missing_bytes:
        raise UserError(
            f"The tokenizer in {folder.name} has no piece for {tokenizer.missing_bytes} of 256 bytes and would lose "
            "letters: make one that has all with `dancheong train tokenizer`."
        )
    return tokenizer


def network(tokenizer: PromptTokenizer, **sizes: Any) -> Any:
    """transformers' encoder with random weights, whose configuration says the tokenizer's own special ids."""
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection

    special = tokenizer.special
    config = CLIPTextConfig(
        **sizes,
        projection_dim=sizes["hidden_size"],
        bos_token_id=special.start,
        eos_token_id=special.end,
        pad_token_id=special.pad,
        architectures=["CLIPTextModelWithProjection"],
    )
    return CLIPTextModelWithProjection(config).eval()


def write(folder: Path, encoder: TextEncoder) -> None:
    """Write a folder that Load Korean CLIP and transformers load; the weights last, so that half a folder is none."""
    from safetensors.torch import save

    for name in layout.TOKENIZER:
        if (encoder.words / name).is_file():
            write_whole(folder / name, (encoder.words / name).read_bytes())
    write_whole(folder / "config.json", encoder.model.config.to_json_string().encode())
    state = {name: tensor.detach().float().cpu().contiguous() for name, tensor in encoder.model.state_dict().items()}
    write_whole(folder / "model.safetensors", save(state, {"format": "pt"}))

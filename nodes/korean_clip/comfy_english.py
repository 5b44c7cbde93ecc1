"""ComfyUI's own tokenizer, the English one of every Stable Diffusion, for an English encoder beside a Korean one."""

from pathlib import Path

import comfy.sd1_clip

NAME = "english (ComfyUI's)"
FOLDER = Path(comfy.sd1_clip.__file__).with_name("sd1_tokenizer")
SECOND_PAD = 0
"""SDXL's second encoder was trained with `!` behind a prompt's end (tokenizer_2 of its pipeline)."""

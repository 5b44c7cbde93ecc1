"""How a Korean tokenizer and text encoder are made from sentence pairs, and judged; knows nothing of ComfyUI."""

from .distilling import WEIGHTS, Distilling
from .drawn import Drawn
from .judging import EncoderJudging
from .judging import lines as judged_lines
from .making import TokenizerMaking

__all__ = ["WEIGHTS", "Distilling", "Drawn", "EncoderJudging", "TokenizerMaking", "judged_lines"]

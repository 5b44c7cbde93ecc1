"""Text that comes from data (headlines, titles, captions), as a prompt that says it word for word."""

import re

BRACKET = re.compile(r"\\?([()])")
"""An escaped one stays as it is: a text may pass here twice."""
EMBEDDING = re.compile(r"(embedding)(?=[:\uff1a])", re.IGNORECASE)
"""Also with a capital and glued to a word, as Encode Text with Topic reads calls."""


def literal(text: str) -> str:
    r"""The prompt that ComfyUI reads as this very text.

    Brackets are brackets and weigh nothing, and nobody's "embedding:" asks for a file: CLIP's tokenizers cut a word
    before a colon, so that a blank there changes no token. Dynamic prompts (`{a|b}`, comments) need nothing: the editor
    resolves them in what is typed into a widget, never in what comes over a wire. Source: ComfyUI's comfy/sd1_clip.py
    (escape_important, token_weights, tokenize_with_weights).

    >>> print(literal("Moon (again)"))
    Moon \(again\)
    """
    return EMBEDDING.sub(r"\1 ", BRACKET.sub(r"\\\1", text))

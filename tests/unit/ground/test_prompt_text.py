"""Text from data as a prompt; whether ComfyUI's tokenizer agrees is asked in tests/nodes/news."""

import pytest
from dancheong.nodes.ground.prompt_text import literal


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("한빛전자(주)가", r"한빛전자\(주\)가"),
        ("이한빛(57) 회장", r"이한빛\(57\) 회장"),
        ("((둘)", r"\(\(둘\)"),
        (r"이미 \(한 번\)", r"이미 \(한 번\)"),
        ("embedding:economy 전망", "embedding :economy 전망"),
        ("전망 embedding:economy", "전망 embedding :economy"),
        ("(embedding:economy)", r"\(embedding :economy\)"),
        ("word-embedding:economy", "word-embedding :economy"),
        ("Embedding:economy", "Embedding :economy"),
        ("경제,embedding\uff1a전망", "경제,embedding \uff1a전망"),
        ("embeddings: an overview", "embeddings: an overview"),
        ("C:\\news [1] {a|b} // <b>", "C:\\news [1] {a|b} // <b>"),
        ("", ""),
    ],
)
def test_what_comfyui_reads_as_syntax_is_escaped(text, prompt):
    assert literal(text) == prompt
    assert literal(prompt) == prompt

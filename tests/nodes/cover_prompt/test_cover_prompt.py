"""The cover prompt as ComfyUI's own tokenizer reads it."""


def weights(text):
    """(words, weight) as they reach the text encoder."""
    from comfy.sd1_clip import escape_important, token_weights, unescape_important

    return [(unescape_important(words), weight) for words, weight in token_weights(escape_important(text), 1.0)]


def test_a_brief_s_brackets_are_no_weights_but_requirements_may_have_some(comfy):
    brief = {"title": "Moon (again)", "genre": "none", "title_space": "none", "language": "auto"}
    summary = r"A tale ((of two)) \(moons\)"
    positive, negative, _ = comfy.node("DancheongCoverPrompt", **brief, summary=summary, requirements="")
    assert weights(positive) == [("book cover, Moon (again), A tale ((of two)) (moons)", 1.0)]
    assert "letters" in negative
    positive, _, _ = comfy.node("DancheongCoverPrompt", **brief, summary="", requirements="(moon:1.5)")
    assert ("moon", 1.5) in weights(positive)

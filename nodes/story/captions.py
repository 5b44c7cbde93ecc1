"""A story as text: a line a frame."""


def captions(text: str) -> list[str]:
    """The lines that say something, in order; empty ones only part them for the eye."""
    return [line.strip() for line in text.splitlines() if line.strip()]

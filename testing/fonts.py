"""A font with Hangul that every machine has after `make host`."""

import importlib.util
from pathlib import Path


def korean() -> Path:
    """NanumGothic ExtraBold, as koreanize-matplotlib ships it."""
    package = importlib.util.find_spec("koreanize_matplotlib")
    assert package is not None and package.origin is not None
    return Path(package.origin).parent / "fonts" / "NanumGothicExtraBold.ttf"

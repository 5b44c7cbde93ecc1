"""The fonts that a user may choose: of models/fonts, and of this machine."""

from ..host.models import listed, stamp
from .choice import SAME
from .fonts import Font, available

FOLDER = "fonts"


def known() -> dict[str, Font]:
    """Every font by its file name."""
    return available(listed(FOLDER))


def stamped(*names: str) -> str:
    """What is another as soon as one of the chosen fonts is another file, or `auto` may find another.

    What it finds depends on models/fonts; the machine's own fonts stay while ComfyUI runs.
    """
    fonts = known()
    wanted = [name for name in names if name != SAME]
    chosen = [fonts[name].path for name in wanted if name in fonts]
    return stamp(*chosen) if len(chosen) == len(wanted) else stamp(*chosen, *listed(FOLDER))

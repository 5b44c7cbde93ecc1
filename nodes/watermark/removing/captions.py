"""Caption bars: strips of one colour along the top or the bottom that hold a picture's caption, which is no mark."""

import numpy as np

SAME = 10.0
"""Levels from the bar's colour within which a pixel belongs to it."""
PLAIN = 0.55
"""Share of a row's pixels that show the bar's colour between and around the letters."""
TOUCHING = 0.97
"""Share of the outermost row: a bar begins at the border without any letter."""
LEAST, MOST = 0.03, 0.4
"""Of the picture's height."""


def bars(picture: np.ndarray) -> list[slice]:
    """The rows of each caption bar of a picture `[H,W,3]` uint8."""
    height = len(picture)
    found = []
    for upward in (False, True):
        rows = picture[::-1] if upward else picture
        colour = np.median(rows[0].astype(np.float32), axis=0)
        share = (np.abs(rows[: round(MOST * height) + 1].astype(np.float32) - colour).max(-1) < SAME).mean(-1)
        plain = share >= PLAIN
        thick = len(plain) if plain.all() else int(plain.argmin())
        # A sky fades on; a bar ends at once, across the whole width.
        if share[0] < TOUCHING or not LEAST * height <= thick < len(plain) - 1:
            continue
        step = np.abs(rows[thick + 1].astype(np.float32) - rows[thick - 2]).max(-1)
        if (step > 2 * SAME).mean() > PLAIN:
            found.append(slice(height - thick, height) if upward else slice(0, thick))
    return found

"""Caption bars: strips along the top or the bottom that hold a picture's caption, which is no mark."""

import numpy as np

SAME = 12.0
"""Levels from the bar's colour within which a pixel belongs to it; from row to row that colour may drift."""
PLAIN, LETTERED = 0.95, 0.25
"""Share of a row's pixels that show the bar's colour: between lines of letters, and between the letters of a line."""
RINGING = 3
"""Times as many levels: what compression leaves of that colour between the letters."""
LINE = 0.12
"""Of the picture's height: a line of letters is no taller, and a plain row follows it."""
LEAST, MOST = 0.03, 0.45
"""Of the picture's height: how thick a bar is, a border beyond it included."""
ACROSS, ENDS = 0.55, 4.0
"""A sky fades on; a bar ends at once: so many of the columns change there by so many levels, beyond its own noise."""
BLURRED = 5
"""Rows that compression blurs between a border and a bar, and one."""
SIDE = 0.15
"""Of the picture's width: a frame to the left and right of bars is no wider."""
GLASS, THROUGH = 0.65, 0.85
"""A bar of glass lets at most so much through; what is seen goes on in it, correlated so well, in so many columns."""
REACH, EDGE, AROUND = 4.5, 0.7, 5
"""Behind a caption its bar begins so many lines' heights away at most, where so many of the columns turn the same way
at once, more than so many rows away; at an edge of the photograph 0.6 of them do."""


def bars(picture: np.ndarray) -> list[slice]:
    """The rows of each caption bar of a picture `[H,W,3]` uint8, as far as the picture's border."""
    height = len(picture)
    inner = picture[:, _within_frame(picture)].astype(np.float32)
    found = []
    for upward in (False, True):
        rows = inner[::-1] if upward else inner
        thick = _solid(rows) or _glass(rows)
        if thick:
            found.append(slice(height - thick, height) if upward else slice(0, thick))
    return found


def behind(picture: np.ndarray, lines: slice, height: float) -> slice | None:
    """The rows of the bar behind a caption, on whatever ground, as far as the border; None where none is seen.

    Args:
        picture: `[H,W,3]` uint8.
        lines: the caption's rows.
        height: px, of one of its lines.
    """
    tall = len(picture)
    at_top = lines.start + lines.stop < tall
    grey = picture[:, _within_frame(picture)].astype(np.float32).mean(-1)
    rows, near = (grey[::-1], tall - lines.stop) if at_top else (grey, lines.start)
    # What changes from two rows to the next two, against what changes around there: a scrim grows darker all the way.
    steps = (rows[3:] + rows[2:-1] - rows[1:-2] - rows[:-3]) / 2
    for edge in range(min(near, tall - AROUND - 1), max(3 + AROUND, near - round(REACH * height)), -1):
        at = edge - 3
        step = steps[at] - min((np.median(steps[at - AROUND]), np.median(steps[at + AROUND])), key=abs)
        if max((step < -ENDS / 2).mean(), (step > ENDS / 2).mean()) > EDGE:
            return slice(0, tall - edge + 1) if at_top else slice(edge - 1, tall)
    return None


def _solid(rows: np.ndarray) -> int:
    """How many of the first rows are bars of one colour, one after the other; 0 for none."""
    thick = 0
    while True:
        most = round(MOST * len(rows)) - thick
        strips = ((skip, _strip(rows[thick + skip :], most - skip)) for skip in range(BLURRED if thick else 1))
        further = next((skip + strip for skip, strip in strips if strip), 0)
        if not further:
            return thick if thick >= LEAST * len(rows) else 0
        thick += further


def _strip(rows: np.ndarray, most: int) -> int:
    """How many of the first rows have one colour but for the letters on it, and end at once; 0 where they do not."""
    if most < 2:
        return 0
    colour = np.median(rows[0], axis=0)
    last, noise = -1, [0.0]
    for number, row in enumerate(rows[: most + 1]):
        away = np.abs(row - colour).max(-1)
        if (away < SAME).mean() >= PLAIN:
            last, colour = number, np.median(row, axis=0)
            noise.append(float(np.abs(row - colour).mean()))
        elif last < 0 or (away < RINGING * SAME).mean() < LETTERED or number - last > LINE * len(rows):
            break
    thick = last + 1
    if not 1 < thick <= most or thick + 2 > len(rows):
        return 0
    # The row beside the edge is of both colours where the picture was resized.
    step = np.abs(rows[min(thick + 1, len(rows) - 1)] - colour).max(-1)
    return thick if (step > ENDS + 3 * np.median(noise)).mean() > ACROSS else 0


def _glass(rows: np.ndarray) -> int:
    """How many of the first rows lie under a bar that lets the photograph through; 0 for none."""
    grey = rows.mean(-1)
    most, least = round(MOST * len(rows)), round(LEAST * len(rows))
    inside, outside = grey[least - 2 : most - 2], grey[least + 1 : most + 1]
    spread = outside.std(-1)
    covariance = ((inside - inside.mean(-1, keepdims=True)) * (outside - outside.mean(-1, keepdims=True))).mean(-1)
    slope, fit = covariance / (spread**2 + 1e-3), covariance / (spread * inside.std(-1) + 1e-3)
    together = np.maximum((inside < outside - 2).mean(-1), (inside > outside + 2).mean(-1))
    edges = np.flatnonzero((slope < GLASS) & (fit > THROUGH) & (together > THROUGH) & (spread > 3))
    return int(edges[-1]) + least if len(edges) else 0


def _within_frame(picture: np.ndarray) -> slice:
    """The columns between a frame's sides; all of them where there is none."""
    most = round(SIDE * picture.shape[1])
    left, right = (_even(side) for side in (picture[:, :most], picture[:, ::-1][:, :most]))
    return slice(left, picture.shape[1] - right)


def _even(columns: np.ndarray) -> int:
    """How many of the first columns have one colour from top to bottom; 0 where all of them do, as a plain ground."""
    is_even = (np.abs(columns.astype(np.float32) - np.median(columns[:, 0], axis=0)).max(-1) < SAME).mean(0) > PLAIN
    return 0 if is_even.all() else int(is_even.argmin())

"""One face of a font file in one instance: HarfBuzz shapes with it, FreeType draws it."""

import ctypes
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..ground import UserError
from ..page.drawing import Move

F26, F16 = 64, 65536
"""FreeType's units: 1/64 px for lengths, 1/65536 for matrices."""


@dataclass(frozen=True)
class Shaped:
    """A glyph where HarfBuzz puts it, in px; y down."""

    number: int
    cluster: int
    """Index of the first character of the text that it stands for."""
    advance: float
    x: float
    y: float


class Face:
    """A face in one instance.

    Args:
        path: of the font file.
        index: of the face in a collection, 0 elsewhere.
        axes: axis -> value, of a variable font.
        language: of the text, as BCP 47 names it: fonts for all of East Asia draw Hanja by it.
    """

    def __init__(self, path: Path, index: int, axes: dict[str, float], language: str) -> None:
        import freetype
        import uharfbuzz

        hb: Any = uharfbuzz
        self._name = path.name
        self._language = language
        # Read here, as neither library opens every file name on Windows.
        data = path.read_bytes()
        self._font = hb.Font(hb.Face(hb.Blob(data), index))
        self._drawn = freetype.Face(io.BytesIO(data), index)
        if axes:
            self._font.set_variations(axes)
            known = self._drawn.get_variation_info().axes
            self._drawn.set_var_design_coords([axes.get(axis.tag, axis.default) for axis in known])
        self._em: int = self._font.face.upem

    def shape(
        self,
        text: str,
        size: float,
        script: str = "Zyyy",
        backwards: bool = False,
        features: dict[str, bool] | None = None,
    ) -> list[Shaped]:
        """Glyphs from left to right.

        Args:
            text: of one script, in one direction.
            size: px of the em.
            script: as Unicode names it; "Zyyy" to go by the text.
            backwards: it reads from right to left.
            features: OpenType features that are switched on or off.
        """
        import uharfbuzz

        hb: Any = uharfbuzz
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.direction = "rtl" if backwards else "ltr"
        if script != "Zyyy":
            buffer.script = script
        buffer.language = self._language
        buffer.guess_segment_properties()
        hb.shape(self._font, buffer, features or {})
        scale = size / self._em
        return [
            Shaped(
                info.codepoint, info.cluster, place.x_advance * scale, place.x_offset * scale, -place.y_offset * scale
            )
            for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
        ]

    def middle(self, size: float) -> int:
        """px from the baseline up to the middle between ascender and descender."""
        self._drawn.set_char_size(round(size * F26))
        metrics = self._drawn.size
        return -(-(metrics.ascender + metrics.descender) // (2 * F26))

    def box(self, number: int, size: float) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of a glyph's ink in px from its origin, y down; all 0 where there is none."""
        extents: Any = self._font.get_glyph_extents(number)
        if extents is None:
            return (0.0, 0.0, 0.0, 0.0)
        scale = size / self._em
        left, top = extents.x_bearing * scale, -extents.y_bearing * scale
        return left, top, left + extents.width * scale, top - extents.height * scale

    def outline(self, number: int) -> list[tuple]:
        """The pen's moves that draw a glyph, in the font's units."""
        from fontTools.pens.recordingPen import RecordingPen

        pen = RecordingPen()
        self._font.draw_glyph_with_pen(number, pen)
        return pen.value

    def path(self, number: int, size: float, at: tuple[float, float], stretch: float, turned: bool) -> tuple[Move, ...]:
        """The same in px of a picture, y down, placed as `draw` places it but for hints; curves are cubic."""
        from fontTools.pens.basePen import BasePen

        scale = size / self._em

        class Placed(BasePen):
            """Straight from the font's units to the picture's."""

            def __init__(self) -> None:
                super().__init__(None)
                self.moves: list[Move] = []

            def _put(self, name: str, *points: tuple[float, float]) -> None:
                scaled = [(x * scale * stretch, -y * scale) for x, y in points]
                turn = [(-y, x) for x, y in scaled] if turned else scaled
                self.moves.append((name, tuple((at[0] + x, at[1] + y) for x, y in turn)))

            def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
                self._put("moveTo", pt)

            def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
                self._put("lineTo", pt)

            def _curveToOne(  # noqa: N802
                self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]
            ) -> None:
                self._put("curveTo", pt1, pt2, pt3)

            def _closePath(self) -> None:  # noqa: N802
                self._put("closePath")

        pen = Placed()
        self._font.draw_glyph_with_pen(number, pen)
        return tuple(pen.moves)

    def has_variant(self, character: str, selector: str) -> bool:
        """Whether the font has the form of a character that a variation selector asks for."""
        return self._font.get_variation_glyph(ord(character), ord(selector)) is not None

    def draw(
        self, number: int, size: float, at: tuple[float, float], stretch: float, turned: bool, stroke: int
    ) -> tuple[np.ndarray, int, int]:
        """A glyph's coverage.

        Args:
            at: px, where its origin lies, y down.
            stretch: of its width.
            turned: clockwise by a right angle.
            stroke: px that the outline is thicker on every side.

        Returns:
            `[H,W]` uint8, and left and top of it in px.
        """
        import freetype

        ft: Any = freetype
        across = round(stretch * F16)
        matrix = ft.Matrix(0, F16, -across, 0) if turned else ft.Matrix(across, 0, 0, F16)
        x, y = round(at[0] * F26) / F26, round(at[1] * F26) / F26
        if not turned and stretch == 1:  # hinted letters are sharp on whole pixels
            x, y = math.floor(x + 0.5), math.ceil(y - 0.5)
        left, top = math.floor(x), math.floor(y)
        delta = ft.Vector(round((x - left) * F26), round((top - y) * F26))
        self._drawn.set_char_size(round(size * F26))
        self._drawn.set_transform(matrix, delta)
        try:
            self._drawn.load_glyph(number, ft.FT_LOAD_NO_BITMAP)
        except ft.FT_Exception as error:
            raise UserError(f"The font file {self._name} has a damaged letter ({error}): replace it.") from error
        glyph = self._drawn.glyph.get_glyph()
        if stroke:
            stroker = ft.Stroker()
            stroker.set(stroke * F26, ft.FT_STROKER_LINECAP_ROUND, ft.FT_STROKER_LINEJOIN_ROUND, 0)
            glyph.stroke(stroker, True)
        drawn = glyph.to_bitmap(ft.FT_RENDER_MODE_NORMAL, 0, True)
        bitmap = drawn.bitmap
        # Copied, as FreeType's memory goes with `glyph`; at once, as `bitmap.buffer` is a list made byte by byte.
        copied = ctypes.string_at(bitmap._FT_Bitmap.buffer, bitmap.rows * bitmap.pitch)
        rows = np.frombuffer(copied, np.uint8).reshape(bitmap.rows, bitmap.pitch)[:, : bitmap.width]
        return rows, left + drawn.left, top - drawn.top

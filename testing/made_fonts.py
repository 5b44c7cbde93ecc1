"""Small real font files: squares for letters, with the flaws and the features that a test is about."""

from io import BytesIO
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont
from fontTools.ttLib.tables.TupleVariation import TupleVariation

EM = 1000


def square(left=0, bottom=0, right=700, top=700):
    """A glyph that is a rectangle."""
    pen = TTGlyphPen(None)
    pen.moveTo((left, bottom))
    for point in ((left, top), (right, top), (right, bottom)):
        pen.lineTo(point)
    pen.closePath()
    return pen.glyph()


def name_of(character: str) -> str:
    return f"u{ord(character):04X}"


def font(path: Path, characters: str, empty="", boxes="", shapes=None, advances=None, features="", **built) -> Path:
    """A file with one glyph per character.

    Args:
        empty: characters whose glyphs have no outline.
        boxes: those that look as the sign for a missing letter.
        shapes: glyph name or character -> glyph, other than the square.
        advances: character -> advance.
        features: OpenType features in the language of feature files.
        built: see `_built`.
    """
    path.write_bytes(_built(path.stem, characters, empty, boxes, shapes or {}, advances or {}, features, **built))
    return path


def collection(path: Path, faces: list[bytes]) -> Path:
    """A .ttc of fonts."""
    whole = TTCollection()
    whole.fonts = [TTFont(BytesIO(face)) for face in faces]
    whole.save(path)
    return path


def face(family: str, characters: str, language: str = "en", weight: int = 400) -> bytes:
    """One face of a collection, whose name stands in a language too."""
    return _built(family, characters, "", "", {}, {}, "", language=language, weight=weight)


def _built(family, characters, empty, boxes, shapes, advances, features, language="en", weight=400, axes=()) -> bytes:
    """The bytes of a font.

    Args:
        axes: (tag, least, default, most) of a variable font; letters grow 400 units wider along each.
    """
    extra = [name for name in shapes if len(name) > 1]
    names = [".notdef", *map(name_of, characters), *extra]
    glyphs = dict.fromkeys(names, square())
    glyphs[".notdef"] = square(50, 0, 550, 800)
    glyphs |= {name_of(one): TTGlyphPen(None).glyph() for one in empty}
    glyphs |= {name_of(one): glyphs[".notdef"] for one in boxes}
    glyphs |= {name if len(name) > 1 else name_of(name): glyph for name, glyph in shapes.items()}
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(one): name_of(one) for one in characters})
    builder.setupGlyf(glyphs)
    widths = dict.fromkeys(names, (800, 0)) | {name_of(one): (width, 0) for one, width in (advances or {}).items()}
    builder.setupHorizontalMetrics(widths)
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    translated = {"en": family} | ({language: f"{family} {language}"} if language != "en" else {})
    builder.setupNameTable({"familyName": translated, "styleName": "Regular", "fullName": family})
    builder.setupOS2(usWeightClass=weight)
    builder.setupPost()
    if axes:
        builder.setupFvar([(*axis, axis[0]) for axis in axes], [])
        wider = {
            name: [
                TupleVariation({tag: (0.0, 1.0, 1.0)}, [(0, 0), (0, 0), (400, 0), (400, 0), *[(0, 0)] * 4])
                for tag, *_ in axes
            ]
            for name in names
            if glyphs[name].numberOfContours
        }
        builder.setupGvar(wider)
    if features:
        builder.addOpenTypeFeatures(features)
    data = BytesIO()
    builder.save(data)
    return data.getvalue()

"""Colours as people write them."""

from PIL import ImageColor

from ..ground import UserError


def colour_of(name: str, value: str) -> tuple[int, int, int]:
    """Red, green, blue in 0..255 of the input `name`: #rrggbb or a CSS colour name.

    Raises:
        UserError: it is neither.
    """
    try:
        return ImageColor.getrgb(value.strip())[:3]
    except ValueError:
        raise UserError(f"Expected a colour such as #ffcc00 or white for '{name}', got {value!r}.") from None

"""The letters of a headline, whatever page, feed or keyboard it went through."""

import html
import re
import unicodedata

EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
INVISIBLE = (
    # Joins one emoji of several, or spells a region's flag.
    f"(?P<kept>(?<=[{EMOJI}\ufe0f])\u200d(?=[{EMOJI}])|\U0001f3f4[\U000e0020-\U000e007f]+)"
    "|[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u20e3\ue000-\uf8ff\ufe00-\ufe0f\ufeff\ufff9-\ufffd\U000e0000-\U000e0fff]"
)
BLANK = re.compile("[\u3164\uffa0\u2800]")
"""No whitespace to Unicode, but blank to the eye."""
WIDE = re.compile("[\ufe30-\ufe6f\uff01-\uffee]+")
DOTS = re.compile("[\u0387\u119e\u2022\u2027\u2219\u22c5\u30fb\u318d]")
BREAK = re.compile(r"<\s*/?\s*(?:br|p|div|li|h[1-6])\b[^<>]*>", re.I)
INLINE = "b|i|u|em|strong|span|font|mark|a|sup|sub"
MARKUP = re.compile(
    rf"<!\[CDATA\[|\]\]>|<\s*/\s*(?i:{INLINE})\s*>|<\s*(?i:{INLINE})\b[^<>]*>(?=.*</)|<(?:{INLINE})(?:\s[^<>]*)?>"
)
"""Upper case alone may be a title, as in <A>."""
ESCAPED = re.compile(r"\\+([\"'()\[\]/])")
"""By JSON, or for a prompt."""


def tidy(text: str) -> str:
    """One line of composed letters: entities and markup resolved, half and invisible characters gone, blanks single.

    Full width becomes half width, and what Korean keyboards write for a middle dot becomes one.
    """
    # Two halves of an emoji that JSON wrote apart become one; a half alone goes.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    before = ""
    while text != before:
        before, text = text, html.unescape(_visible(text))
    text = unicodedata.normalize("NFC", WIDE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text))
    text = ESCAPED.sub(r"\1", MARKUP.sub("", BREAK.sub(" ", text)))
    return " ".join(DOTS.sub("\u00b7", text).split())


def _visible(text: str) -> str:
    return BLANK.sub(" ", re.sub(INVISIBLE, lambda found: found["kept"] or "", text))

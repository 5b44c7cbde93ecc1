"""What DiffSTE is told: the word as characters, and the instruction as its training data worded it.

Source: CharTokenizer and prepare_style_chars of the public DiffSTE repository.
"""

import difflib
import json
import re
import string
from pathlib import Path

from ..ground import UserError

ALPHABET = " " + string.digits + string.ascii_lowercase + string.ascii_uppercase + string.punctuation
"""Printable ASCII in the vocabulary's order: space 0, digits, small, capitals, then ! to ~."""
TRAINED_LENGTH = 16
USUAL = frozenset(string.digits + string.ascii_letters + " ")
MIX = " and "
LEARNED = Path(__file__).with_name("learned_styles.json")
"""Families of Google Fonts (the released model's training list, and what its authors test with) and XKCD's colour
names, as in chosen_fonts.json, CharInpaintDatasetTest and NamedColors of the public repository."""


def check(word: str, length: int) -> list[str]:
    """What speaks against a word.

    Args:
        length: most characters that the network takes.

    Returns:
        Warnings, in words.

    Raises:
        UserError: it cannot be written at all.
    """
    if not word.strip():
        raise UserError("There is no word to write: expected one word, such as COVER.")
    foreign = "".join(sorted({letter for letter in word if letter not in ALPHABET}))
    if foreign:
        raise UserError(
            f"DiffSTE writes Latin letters, digits and punctuation only, and {word!r} has {foreign!r}: set Korean and "
            "other scripts with Typeset Title."
        )
    if len(word) > length:
        raise UserError(f"{word!r} has {len(word)} characters; DiffSTE takes {length} at most: split it into words.")
    warnings = []
    if len(word) > TRAINED_LENGTH:
        warnings.append(f"{word!r} has {len(word)} characters, and DiffSTE learned words of up to {TRAINED_LENGTH}")
    unusual = "".join(sorted(set(word) - USUAL))
    if unusual:
        warnings.append(f"{unusual!r} in {word!r}: DiffSTE learned letters and digits, hardly any punctuation")
    return warnings


def characters(word: str, length: int) -> list[int]:
    """`length` ids: one a character, runs of spaces as one space, the rest 0, which is also the space."""
    known = re.sub(" +", " ", word)[:length]
    return [ALPHABET.index(letter) for letter in known] + [0] * (length - len(known))


def instruction(word: str, font: str, colour: str) -> str:
    """The sentence that DiffSTE was trained on.

    Args:
        font: a font family such as "Mohave" or "NovaMono-Bold"; two with " and " between them are mixed, which drops
            word and colour from the sentence. Axes of variable fonts, in square brackets, are left out.
        colour: a colour name such as "red"; both may be "".
    """
    # The original mixes at any "and" inside of a name too ("Mandali"); here only where a mix is asked for.
    font = re.sub(r"\[.*?\]", "", font).strip()
    colour = colour.strip()
    if MIX in font:
        return f"in font: {font}"
    sentence = f'Write "{word}"'
    if font and colour:
        return f"{sentence} in font: {font} and color: {colour}"
    if font:
        return f"{sentence} in font: {font}"
    return f"{sentence} in color: {colour}" if colour else sentence


def untold(font: str, colour: str, instruction: str) -> list[str]:
    """What a user asked for that the sentence does not say, as warnings."""
    if instruction:
        given = [name for name, value in (("font", font), ("color", colour)) if value.strip()]
        return [f"{' and '.join(given)} not told, as the instruction replaces the whole sentence"] if given else []
    if MIX in font and colour.strip():
        return [f"color {colour.strip()!r} not told: the sentence for a mix of fonts has no place for it"]
    return []


def unlearned(font: str, colour: str) -> list[str]:
    """Fonts and colours that DiffSTE cannot know, as warnings with the nearest that it does."""
    learned = json.loads(LEARNED.read_text(encoding="utf-8"))
    warnings: list[str] = []
    for name in re.sub(r"\[.*?\]", "", font).split(MIX):
        family = _plain(name.partition("-")[0])
        if name.strip() and family not in learned["fonts"]:
            warnings.append(_unlearned("font", name.strip(), family, learned["fonts"]))
    plain = " ".join(colour.lower().split())
    if plain and plain not in learned["colors"]:
        warnings.append(_unlearned("color", colour.strip(), plain, learned["colors"]))
    return warnings


def _plain(font: str) -> str:
    """A family as Google Fonts names its folders."""
    return re.sub(r"[^a-z0-9]", "", font.lower())


def _unlearned(kind: str, name: str, plain: str, learned: list[str]) -> str:
    nearest = difflib.get_close_matches(plain, learned, n=1, cutoff=0)
    return (
        f"DiffSTE did not learn the {kind} {name!r} and can only guess at it; the nearest that it learned: {nearest[0]}"
    )


def distance(read: str, meant: str) -> int:
    """Levenshtein's distance, case and spaces ignored."""
    one, other = (re.sub(r"\s+", "", text).lower() for text in (read, meant))
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        before, row[0] = row[0], number
        for place, wanted in enumerate(other, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != wanted))
    return row[-1]

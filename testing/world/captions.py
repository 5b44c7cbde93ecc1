"""What is said of a picture: phrases with commas between, or a sentence; all of it true, or one word of it wrong."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .scene import COLOURS, GROUNDS, PLACES, SHAPES, SIZES, STYLES, TOPICS, WORDS, Scene, Thing
from .sentence import ORDERS, sentence

PLAIN = "plain"
"""The style of a picture that has none."""
PHRASES: dict[str, dict[str, str]] = {
    "colour": {name: name for name in COLOURS},
    "shape": {name: name for name in SHAPES},
    "size": {name: name for name in SIZES},
    "place": {name: WORDS["place"][name]["en"] for name in PLACES},
    "ground": {name: f"{name} ground" for name in GROUNDS},
    "style": {name: name for name in (PLAIN, *STYLES)},
    "topic": {name: name for name in TOPICS},
}
"""Kind -> name -> the phrase that says it."""
IN_SENTENCE = ("colour", "shape", "size", "place", "ground")
LATIN, HANGUL = "abcdefghijklmnopqrstuvwxyz", tuple(map(chr, range(ord("가"), ord("힣") + 1)))

IN_SENTENCES = 0.25
"""Share of captions that begin with a sentence."""

Said = Mapping[str, str]
"""Kind -> name: all that is so in a picture."""


@dataclass(frozen=True)
class Caption:
    """Words, and what they say."""

    text: str
    said: tuple[tuple[str, str], ...]
    """Kind and name; a caption may contradict itself, and what it does not say may be anything."""

    def is_true(self, shown: Said) -> bool:
        """Of a picture."""
        return all(shown.get(kind) == name for kind, name in self.said)


def seen(scene: Scene) -> dict[str, str]:
    """All that can be said of a scene of one thing; a topic only where it has one."""
    (thing,) = scene.things
    found = vars(thing) | {"ground": scene.ground, "style": scene.style or PLAIN}
    return found | ({"topic": scene.topic} if scene.topic else {})


def bank(*kinds: str) -> Iterator[str]:
    """`kind<TAB>phrase` of every phrase of some kinds, as the banks of nodes have them."""
    for kind in kinds:
        for phrase in PHRASES[kind].values():
            yield f"{kind}\t{phrase}"


def growing(shown: Said, chance: random.Random) -> tuple[Caption, Caption, Caption]:
    """A caption of a picture, the same without its last phrase, and one with something wrong.

    Phrases with commas between, one to all in an order by chance; or the world's sentence, and phrases behind it.
    """
    lead = IN_SENTENCE if chance.random() < IN_SENTENCES else ()
    left = [kind for kind in shown if kind not in lead]
    said = [(kind, shown[kind]) for kind in (*lead, *chance.sample(left, chance.randint(1, len(left))))]
    order = chance.randrange(ORDERS)

    def caption(said: list[tuple[str, str]]) -> Caption:
        return Caption(_text(said, len(lead), order), tuple(said))

    return caption(said), caption(said[:-1]), caption(_one_wrong(said, shown, chance))


def _one_wrong(said: list[tuple[str, str]], shown: Said, chance: random.Random) -> list[tuple[str, str]]:
    """One word is taken for another of its kind, or the last phrase for any that is not so."""
    place = chance.choice((chance.randrange(len(said)), -1))
    kind = said[place][0] if place >= 0 else chance.choice(list(PHRASES))
    found = [*said]
    found[place] = (kind, chance.choice([name for name in PHRASES[kind] if name != shown.get(kind)]))
    return found


def _text(said: list[tuple[str, str]], in_sentence: int, order: int) -> str:
    told = [PHRASES[kind][name] for kind, name in said[in_sentence:]]
    if in_sentence:
        lead = dict(said[:in_sentence])
        ground = lead.pop("ground")
        told.insert(0, sentence(Scene(ground, (Thing(**lead),)), "en", order))
    return ", ".join(told)


def sentences(shown: Said) -> Iterator[str]:
    """What a tokenizer must read of a picture: its sentence in every order, and all phrases."""
    for order in range(ORDERS):
        yield _text([*((kind, shown[kind]) for kind in IN_SENTENCE), *shown.items()], len(IN_SENTENCE), order)


def one_wrong(shown: Said, chance: random.Random) -> tuple[list[str], str]:
    """All phrases of a picture in an order by chance, one of them taken for another of its kind; and which."""
    kind = chance.choice(list(shown))
    other = chance.choice([name for name in PHRASES[kind] if name != shown[kind]])
    said = {**shown, kind: other}
    return [PHRASES[each][said[each]] for each in chance.sample(list(said), len(said))], PHRASES[kind][other]


def foreign(chance: random.Random) -> str:
    """Words that have nothing to do with any picture: letters by chance."""
    letters, longest = chance.choice(((LATIN, 8), (HANGUL, 2)))
    words = ["".join(chance.choices(letters, k=chance.randint(2, longest))) for _ in range(chance.randint(1, 2))]
    return " ".join(words)

"""What is said of a picture: phrases with commas between, or a sentence; all of it true, or one word of it wrong."""

import random
from collections.abc import Iterator, Mapping

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

Said = Mapping[str, str]
"""Kind -> name: what a caption says; what it does not say may be anything."""


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


def phrases(said: Said, chance: random.Random) -> str:
    """Phrases in an order by chance."""
    found = [PHRASES[kind][name] for kind, name in said.items()]
    return ", ".join(chance.sample(found, len(found)))


def sentences(said: Said, chance: random.Random) -> str:
    """The world's sentence, and phrases for what it does not say."""
    thing = Thing(*(said[kind] for kind in ("colour", "shape", "size", "place")))
    told = sentence(Scene(said["ground"], (thing,)), "en", chance.randrange(ORDERS))
    more = phrases({kind: name for kind, name in said.items() if kind not in IN_SENTENCE}, chance)
    return f"{told}, {more}" if more else told


def some(shown: Said, chance: random.Random) -> dict[str, str]:
    """One to all of what is seen."""
    kinds = chance.sample(list(shown), chance.randint(1, len(shown)))
    return {kind: shown[kind] for kind in kinds}


def one_wrong(said: Said, chance: random.Random) -> tuple[dict[str, str], str]:
    """The same with one word taken for another of its kind, and which kind."""
    kind = chance.choice(list(said))
    other = chance.choice([name for name in PHRASES[kind] if name != said[kind]])
    return {**said, kind: other}, kind


def foreign(chance: random.Random) -> str:
    """Words that have nothing to do with any picture: letters by chance."""
    letters, longest = chance.choice(((LATIN, 8), (HANGUL, 2)))
    words = ["".join(chance.choices(letters, k=chance.randint(2, longest))) for _ in range(chance.randint(1, 2))]
    return " ".join(words)

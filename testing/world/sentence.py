"""The sentence of a scene, in Korean or English, in one of three word orders."""

from .scene import WORDS, Scene, Thing

ORDERS = 3


def sentence(
    scene: Scene, language: str, order: int = 0, hero: bool = False, places: bool = True, marks: bool = False
) -> str:
    """What the picture shows: neither its topic nor its style is said.

    Args:
        language: "ko" or "en".
        order: 0 to 2, another order of the words.
        places: whether it is said where the only thing stands.
        marks: whether it is said first what is laid over the picture.
        hero: the only thing is called the hero, so that its colour and shape can be known from earlier pictures alone.

    >>> thing = Thing("red", "circle", "small", "left")
    >>> sentence(Scene("yellow", (thing,)), "ko")
    '노란 바탕 왼쪽에 작은 빨간 동그라미'
    >>> sentence(Scene("yellow", (thing,)), "en", 1)
    'on a yellow ground, at the left, a small red circle'
    """
    forms = WORDS[_form(scene, hero, places)][language]
    said = {"ground": _word("ground", scene.ground, language)}
    for number, thing in enumerate(scene.things):
        said |= {name + ("2" if number else ""): word for name, word in _words(thing, language).items()}
    text = forms[order % len(forms)].format(**said)
    if marks and scene.mark is not None:
        text = f"{_word('mark', scene.mark, language)}, {text}"
    # English alone: "a orange circle".
    return text.replace("a orange", "an orange") if language == "en" else text


def _form(scene: Scene, hero: bool, places: bool) -> str:
    if hero:
        return "hero"
    return "two" if len(scene.things) == 2 else "sentence" if places else "anywhere"


def _words(thing: Thing, language: str) -> dict[str, str]:
    words = {kind: _word(kind, word, language) for kind, word in vars(thing).items()}
    closed = language == "ko" and (ord(words["shape"][-1]) - ord("가")) % 28 > 0
    return words | {"이": "이" if closed else "가", "과": "과" if closed else "와"}


def _word(kind: str, word: str, language: str) -> str:
    return WORDS[kind][word].get(language, word)

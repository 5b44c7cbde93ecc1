"""Find Style gives the nearest entries of the bank that was asked for, the second time from a file."""

import numpy as np
import pytest

STYLES = "재료\t수채화\n재료\t사진\n빛\t가을 하늘\n단풍"


def find(comfy, pair, image, **inputs):
    given = {"styles": STYLES, "top": 2, "scope": "overall", **inputs}
    styles, (report,) = comfy.lists("DancheongFindStyle", image=image, **pair.halves, **given)
    return styles, report


def test_the_nearest_come_first_as_transformers_ranks_them(comfy, pair, pictures):
    entries = ["수채화", "사진", "가을 하늘", "단풍"]
    order = np.argsort(-pair.cosines(pictures, entries), axis=1)
    styles, report = find(comfy, pair, pictures, top=4)
    assert styles == [", ".join(entries[place] for place in row) for row in order]
    assert report.startswith("4 entries in 2 categories.") and "Picture 4:" in report
    assert find(comfy, pair, pictures[2:3], top=4)[0] == styles[2:3]
    each, _ = find(comfy, pair, pictures[:1], top=1, scope="per category")
    first = min(entries[:2], key=styles[0].split(", ").index)
    assert each == [f"{first}, 가을 하늘, 단풍"]


def test_a_large_bank_is_embedded_once_and_the_same_from_its_file(comfy, base, pair, other, pictures, monkeypatch):
    bank = base / "input" / "styles.txt"
    bank.write_text("".join(f"{number % 7}\t고양이 {number} 마리\n" for number in range(600)), encoding="cp949")
    space = comfy.module("nodes.retrieval.comfy_space").ClipSpace
    encoded = []
    monkeypatch.setattr(
        space, "texts", lambda self, texts, tell=None, real=space.texts: encoded.append(len(texts)) or real(self, texts)
    )
    fresh = find(comfy, pair, pictures, styles="", file="styles.txt")
    assert encoded == [600] and fresh[1].startswith("600 entries in 7 categories.")
    assert find(comfy, pair, pictures, styles="", file="styles.txt") == fresh and encoded == [600]
    assert find(comfy, other, pictures, styles="", file="styles.txt") != fresh and encoded == [600, 600]
    # One entry of many, which no sample of them need hold, makes another bank.
    bank.write_text(bank.read_text(encoding="cp949").replace("고양이 1 마리", "개 1 마리"), encoding="utf-8")
    assert find(comfy, pair, pictures, styles="", file="styles.txt")[1] and encoded == [600, 600, 600]


def test_our_own_list_speaks_the_clips_language(comfy, pair, pictures):
    korean, report = find(comfy, pair, pictures[:1], styles="", top=1)
    assert any("가" <= letter <= "힣" for letter in korean[0]) and "280 entries" in report
    english, _ = find(comfy, pair, pictures[:1], styles="", top=1, built_in="english")
    assert english[0].isascii()
    assert "560 entries" in find(comfy, pair, pictures[:1], styles="", built_in="both")[1]


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"styles": "", "built_in": "none"}, "The bank of styles is empty"),
        ({"styles": "빛\t\n", "built_in": "none"}, "1 x nothing behind the category"),
        ({"file": "nowhere.txt"}, "Expected a file of ComfyUI's input folder"),
    ],
)
def test_what_is_no_bank_is_one_sentence(comfy, pair, pictures, inputs, said):
    given = {"styles": STYLES, "top": 2, "scope": "overall", **inputs}
    outcome = comfy.try_node("DancheongFindStyle", image=pictures, **pair.halves, **given)
    assert said in outcome.error and "Traceback" not in outcome.error


def test_what_is_not_used_is_told(comfy, pair, other, pictures):
    _, report = find(comfy, pair, pictures, styles=f"{STYLES}\n재료\t사진\n{'가을 ' * 100}\n")
    assert "Lines left out: 1 (1 x twice in its category)." in report
    assert "Entries longer than the encoder reads, which are cut there: 1." in report


def test_an_interrupt_leaves_no_half_of_a_bank(comfy, base, pair, pictures):
    (base / "input" / "stopped.txt").write_text("\n".join(f"가을 {number}" for number in range(400)), encoding="utf-8")
    folder = base / "user" / "__dancheong" / "embeddings"
    before = {*folder.glob("*"), *folder.glob(".*")} if folder.exists() else set()
    given = {"styles": "", "file": "stopped.txt", "top": 3, "scope": "overall", **pair.halves}
    stopped = comfy.try_node(
        "DancheongFindStyle",
        hook=lambda *_: comfy.model_management.interrupt_current_processing(),
        image=pictures,
        **given,
    )
    assert stopped.interrupted and 0 < stopped.progress[-1][0] < 400
    assert ({*folder.glob("*"), *folder.glob(".*")} if folder.exists() else set()) == before
    assert "400 entries." in find(comfy, pair, pictures, **{name: given[name] for name in ("styles", "file")})[1]

"""A bank is what its lines say, from any encoding; what is no entry is counted."""

import numpy as np
from dancheong.nodes.retrieval import bank, own

LINES = "\ufeff빛\t역광\n\n빛 \t 역광 \n빛\t안개\n재료\t역광\n홀로\n빛\t\n"


def test_lines_become_entries_and_what_is_none_is_counted():
    made = bank.parse([*LINES.splitlines(), "a\tb\tc", "x" * 501, "half\t\ud800"])
    assert made[:] == ["역광", "안개", "역광", "홀로"] and len(made) == 4
    assert [made.category(place) for place in range(4)] == ["빛", "빛", "재료", ""]
    assert made.names == ("빛", "재료", "")
    assert made.left_out.total() == 5
    assert made.told().startswith("Lines left out: 5 (") and "1 x twice in its category" in made.told()


def test_a_file_in_any_encoding_is_the_same_bank(tmp_path):
    text = LINES.lstrip("\ufeff").replace("\n", "\r\n")
    banks = []
    for encoding in ("utf-8", "utf-8-sig", "cp949", "utf-16"):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes(text.encode(encoding))
        banks.append(bank.parse(bank.file_lines(path)))
    assert len({made.digest() for made in banks}) == 1 and banks[0][:] == ["역광", "안개", "역광", "홀로"]


def test_damaged_letters_cost_their_line(tmp_path):
    path = tmp_path / "bank.txt"
    path.write_bytes("빛\t역광\n빛\t안개\n".encode() + b"a\tb\xff\n" + "빛\t노을\n".encode())
    made = bank.parse(bank.file_lines(path))
    assert made[:] == ["역광", "안개", "노을"] and made.left_out == {"damaged letters": 1}


def test_the_digest_is_that_of_the_entries_only():
    assert bank.parse(["a\tb", "c"]).digest() == bank.parse(["b", "x\tc"]).digest()
    assert bank.parse(["a", "b"]).digest() != bank.parse(["b", "a"]).digest() != bank.parse(["ba"]).digest()


def test_many_entries_are_bytes_and_numbers():
    made = bank.parse(f"category {number % 334}\tstyle number {number}" for number in range(20_000))
    assert len(made) == 20_000 and made[19_999] == "style number 19999" and len(made.names) == 334
    assert len(made.letters) + made.ends.nbytes + made.categories.nbytes < 700_000


def test_our_lists_have_both_languages_and_no_entry_twice():
    for kind, least in (("styles", 250), ("phrases", 250)):
        english, korean = (bank.parse(own.lines(kind, (language,))) for language in ("english", "korean"))
        assert len(english) == len(korean) >= least and not english.left_out and not korean.left_out
        assert np.array_equal(english.categories, korean.categories)
        assert all(entry.isascii() or "é" in entry for entry in english)
        assert sum(any("가" <= letter <= "힣" for letter in entry) for entry in korean) > 0.98 * len(korean)
    assert {"민화", "수묵화"} <= set(bank.parse(own.lines("styles", ("korean",))))

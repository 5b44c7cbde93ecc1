"""README, guide and docs as they stand in the repository, and the pages and checks of the site."""

import re

import pytest
from dancheong.docs import drawing, links, pages
from dancheong.docs.schemas import Node, Slot

LANGUAGES = ("en", "ko")
READMES = ("README.md", "README.ko.md")
LINK = re.compile(r"\]\(([^)\s]+)\)")
TRIM = Node(
    "DancheongTrimSize", "Book Trim Size", "dancheong/print", "A printed page.",
    [Slot("preset", "Korean sizes | check yours."), Slot("width_mm", "For custom.", True)],
    [Slot(name, f"The {name}.") for name in ("trim", "width", "height", "report")],
)  # fmt: skip


def texts(root):
    return [root / name for name in (*READMES, "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
        (root / "docs").glob("*/*.md")
    )


def prose(path):
    """The text without blocks of code."""
    return re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def test_links_of_the_repository_lead_to_files(root):
    dead = {
        f"{path.relative_to(root)}: {link}"
        for path in texts(root)
        for link in LINK.findall(prose(path))
        if "://" not in link and not link.startswith("#") and not (path.parent / link.split("#")[0]).exists()
    }
    assert dead == set()


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_short_and_shows_every_template(root, name):
    text = (root / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    for template in pages.templates():
        assert f"](workflows/{template}.jpg)" in text and f"](workflows/{template}.json)" in text


def test_both_languages_have_the_same_pages_and_the_navigation_names_each_once(root):
    english, korean = ({path.name for path in (root / "docs" / language).iterdir()} for language in LANGUAGES)
    assert english == korean
    entries = pages.CONTENTS["nav"]
    listed = [page for entry in entries for page in ([entry] if isinstance(entry, str) else entry["pages"])]
    assert sorted(listed) == sorted([*english, "templates.md", "nodes/index.md", "nodes/*"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_node_page_is_the_help_page_with_a_row_a_slot(root, language):
    help_page = (root / "web" / "docs" / TRIM.node_id / f"{language}.md").read_text(encoding="utf-8")
    page = pages.node_page(TRIM, language)
    assert page.startswith(help_page.rstrip())
    assert "[cover_finish](../templates.md#cover_finish)" in page and "learn_watermark" not in page
    rows = [line for line in page.splitlines() if line.startswith("| **")]
    assert len(rows) == len(TRIM.inputs) + len(TRIM.outputs)
    assert "| `preset` |" in rows[0] and ("optional" if language == "en" else "\uc120\ud0dd") in rows[1]
    if language == "en":
        assert r"Korean sizes \| check yours." in rows[0] and "width (mm)" in rows[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gallery_shows_every_template_with_its_note_in_that_language(language):
    gallery = pages.template_gallery([TRIM], language)
    for name in pages.templates():
        assert f"{{ #{name} }}" in gallery and f"(thumbnails/{name}.jpg)" in gallery
        assert bool(re.search("[\uac00-\ud7a3]", pages.note(name, language)[:40])) == (language == "ko")
    sections = {section.split()[0]: section for section in gallery.split("\n## ")}
    assert "`realesrgan-x4plus`" in sections["upscale_a4"] and "`realesrgan-x4plus`" not in sections["remove_text"]


def test_links_through_the_repository_become_links_of_the_site():
    there = (
        "[a](../../web/docs/DancheongTrimSize/ko.md) [b](../../workflows/cover_flat.json) [c](cover.md#flat) "
        "![d](../../workflows/cover_flat.jpg) ![e](../pictures/flat.jpg) [f](../../benchmarks/README.md#opencv) "
        "[g](../../workflows) [h](../../web/docs)"
    )
    assert pages.written(there) == (
        "[a](nodes/DancheongTrimSize.md) [b](templates.md#cover_flat) [c](cover.md#flat) "
        f"![d](thumbnails/cover_flat.jpg) ![e](pictures/flat.jpg) [f]({pages.REPOSITORY}benchmarks/README.md#opencv) "
        "[g](templates.md) [h](nodes/index.md)"
    )


def test_a_client_stands_in_the_page_as_code(root):
    page = pages.written("before\n\n[client.sh](../client.sh)\n\nafter")
    assert f"```bash\n{(root / 'docs' / 'client.sh').read_text()}```" in page


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="there.html">x</a>', ""),
        ('<a href="there.html#here">x</a>', ""),
        ('<a href="folder/">x</a>', ""),
        ('<a href="https://example.com/">x</a>', ""),
        ('<a href="gone.html">x</a>', "not there"),
        ('<img src="gone.jpg">', "not there"),
        ('<a href="there.html#nowhere">x</a>', "no such heading"),
        ('<a href="../outside.html">x</a>', "not there"),
        ('<script src="https://example.com/a.js"></script>', "fetches"),
        ('<link rel="stylesheet" href="//example.com/a.css">', "fetches"),
    ],
)
def test_the_link_check_sees_each_fault(tmp_path, body, fault):
    site = tmp_path / "site"
    (site / "folder").mkdir(parents=True)
    (site / "folder" / "index.html").write_text("")
    (site / "there.html").write_text('<h1 id="here">x</h1>')
    (tmp_path / "outside.html").write_text("")
    (site / "index.html").write_text(body)
    found = list(links.faults(site))
    assert len(found) == bool(fault) and all(fault in line for line in found)


def test_every_drawn_arrow_runs_from_left_to_right():
    rooms = {"c": set(), "a": {"b", "c"}, "b": {"c"}, "alone": set()}
    assert drawing.depths(rooms) == {"a": 2, "b": 1, "c": 0, "alone": 0}
    picture = drawing.svg(rooms)
    assert picture.count("<rect") == 4 and picture.count('marker-end="url(#tip)"') == 3
    starts = [(float(a), float(b)) for a, b in re.findall(r'<path d="M([\d.]+) [^"]* ([\d.]+) [\d.]+" marker', picture)]
    assert len(starts) == 3 and all(start < end for start, end in starts)

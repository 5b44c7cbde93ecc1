"""Build the site: gather the sources of each language, let Zensical make pages of them, look for faults."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from ..testing import arrows
from . import drawing, links, pages, schemas
from .pages import CONTENTS, ROOT

SOURCES, SITE = ROOT / "out" / "docs", ROOT / "out" / "site"
LANGUAGES = ("en", "ko")
DRAWING = "<!-- the drawn imports -->"
HOME = '<!doctype html><meta charset="utf-8"><title>dancheong</title><script>\
location.replace(navigator.language.startsWith("ko") ? "ko/" : "en/")</script>\
<a href="en/">English</a> <a href="ko/">한국어</a>'


def main() -> int:
    """Returns the exit status: 1 where Zensical warns, a link leads nowhere or a page fetches from elsewhere."""
    for folder in (SOURCES, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    SITE.mkdir(parents=True)
    nodes = schemas.read(SOURCES / "base")
    for language in LANGUAGES:
        folder = SOURCES / language
        gather(folder / "docs", nodes, language)
        settings = json.dumps(configuration(nodes, language), ensure_ascii=False, indent=1)
        (folder / "mkdocs.yml").write_text(settings, encoding="utf-8")
        # Its own process: this one is a ComfyUI, and Zensical keeps its cache in the folder it is started in.
        if subprocess.run([sys.executable, "-m", "zensical", "build", "--strict"], cwd=folder).returncode:
            return 1
        (folder / "site" / "404.html").unlink()  # it is right only where its site is the root of a host
        (folder / "site").rename(SITE / language)
    (SITE / "index.html").write_text(HOME, encoding="utf-8")
    found = list(links.faults(SITE))
    sys.stdout.write("\n".join([*found, f"{SITE / 'index.html'}: {len(found)} faults", ""]))
    return 1 if found else 0


def gather(folder: Path, nodes: list[schemas.Node], language: str) -> None:
    """Put everything that a language's pages are made of into `folder`."""
    drawn = drawing.svg(arrows.shown(arrows.by_room(arrows.graph(ROOT, "nodes", "runner"))))
    shutil.copytree(ROOT / "docs" / "pictures", folder / "pictures")
    for path in (ROOT / "docs" / language).glob("*.md"):
        text = pages.written(path.read_text(encoding="utf-8")).replace(DRAWING, drawn)
        (folder / path.name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "docs" / "site.css", folder)
    (folder / "thumbnails").mkdir()
    for name in pages.templates():
        shutil.copy(ROOT / "workflows" / f"{name}.jpg", folder / "thumbnails")
    (folder / "nodes").mkdir()
    for node in nodes:
        (folder / "nodes" / f"{node.node_id}.md").write_text(pages.node_page(node, language), encoding="utf-8")
        picture = Path(node.node_id) / f"{language}.jpg"  # as the help pages name it
        (folder / "nodes" / node.node_id).mkdir()
        shutil.copy(ROOT / "web" / "docs" / picture, folder / "nodes" / picture)
    (folder / "nodes" / "index.md").write_text(pages.node_index(nodes, language), encoding="utf-8")
    (folder / "templates.md").write_text(pages.template_gallery(nodes, language), encoding="utf-8")


def configuration(nodes: list[schemas.Node], language: str) -> dict:
    """What Zensical is told about a language's site."""
    settings = yaml.safe_load((ROOT / "docs" / "mkdocs.yml").read_text(encoding="utf-8"))
    settings["site_name"] = CONTENTS["name"][language]
    settings["docs_dir"], settings["site_dir"] = "docs", "site"
    settings["theme"]["language"] = language
    settings["nav"] = [_entry(entry, nodes, language) for entry in CONTENTS["nav"]]
    settings["extra"]["alternate"] = [
        {"name": CONTENTS["language"][other], "link": f"../{other}/", "lang": other} for other in LANGUAGES
    ]
    return settings


def _entry(entry: str | dict, nodes: list[schemas.Node], language: str) -> str | dict:
    if isinstance(entry, str):
        return entry
    listed = []
    for page in entry["pages"]:
        listed += [f"nodes/{node.node_id}.md" for node in nodes] if page == "nodes/*" else [page]
    return {entry["section"][language]: listed}

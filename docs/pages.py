"""The pages of a site: those of docs/en and docs/ko as they stand, those of nodes and templates out of help pages,
labels, schemas and workflow files."""

import json
import re
from pathlib import Path

from .schemas import Node, Slot

ROOT = Path(__file__).resolve().parent.parent
CONTENTS = json.loads((ROOT / "docs" / "contents.json").read_text(encoding="utf-8"))
REPOSITORY = "https://github.com/dancheong/dancheong/blob/main/"
NOTE = "MarkdownNote"
MOVED = (
    (r"\(\.\./\.\./web/docs/(\w+)/\w+\.md\)", r"(nodes/\1.md)"),
    (r"\(\.\./\.\./web/docs\)", "(nodes/index.md)"),
    (r"\(\.\./\.\./workflows/(\w+)\.json\)", r"(templates.md#\1)"),
    (r"\(\.\./\.\./workflows/(\w+\.jpg)\)", r"(thumbnails/\1)"),
    (r"\(\.\./\.\./workflows\)", "(templates.md)"),
    (r"\(\.\./pictures/", "(pictures/"),
    (r"\(\.\./\.\./([\w./#-]+)\)", rf"({REPOSITORY}\1)"),
)
"""Links that lead through the repository -> where the site has the same."""
INCLUDED = re.compile(r"^\[((?:client|ray_\w+)\.\w+)\]\(\.\./\1\)$", re.MULTILINE)
FENCES = {".sh": "bash", ".py": "python", ".yaml": "yaml"}


def word(name: str, language: str) -> str:
    """A word of the site's own in a language."""
    return CONTENTS["words"][name][language]


def templates() -> list[str]:
    """The names of the workflows that have a thumbnail."""
    return sorted(path.stem for path in (ROOT / "workflows").glob("*.json"))


def node_types(template: str) -> set[str]:
    """The types of a template's nodes."""
    return {node["type"] for node in _workflow(template)["nodes"]}


def written(text: str) -> str:
    """A page of docs/en or docs/ko, which can be read where it stands, as a page of the site."""

    def block(found: re.Match) -> str:
        path = ROOT / "docs" / found[1]
        return f"```{FENCES[path.suffix]}\n{path.read_text(encoding='utf-8')}```"

    text = INCLUDED.sub(block, text)
    for there, here in MOVED:
        text = re.sub(there, here, text)
    return text


def node_page(node: Node, language: str) -> str:
    """A node's help page with its inputs and outputs, and the templates that use it."""
    labels = _labels(language)[node.node_id]
    text = (ROOT / "web" / "docs" / node.node_id / f"{language}.md").read_text(encoding="utf-8").rstrip()
    using = [f"[{name}](../templates.md#{name})" for name in templates() if node.node_id in node_types(name)]
    if using:
        text += f"\n\n**{word('in_templates', language)}**: {', '.join(using)}"
    text += f"\n\n## {word('inputs', language)}\n\n{_table(node.inputs, labels['inputs'], language, True)}"
    by_number = {slot.name: labels["outputs"][str(number)] for number, slot in enumerate(node.outputs)}
    text += f"\n\n## {word('outputs', language)}\n\n{_table(node.outputs, by_number, language, False)}"
    return f"{text}\n"


def node_index(nodes: list[Node], language: str) -> str:
    """Every node with its sentence, under the names of the menu."""
    labels = _labels(language)
    menu = json.loads((ROOT / "locales" / language / "main.json").read_text(encoding="utf-8")).get("nodeCategories", {})
    lines = [f"# {word('nodes', language)}", "", word("nodes_about", language)]
    heads = f"| {word('name', language)} | {word('says', language)} |"
    for category in dict.fromkeys(node.category for node in nodes):
        part = category.split("/")[-1]
        lines += ["", f"## {menu.get(part, part.capitalize())}", "", heads, "|---|---|"]
        for node in nodes:
            if node.category == category:
                own = labels[node.node_id]
                name, says = own.get("display_name", node.name), own.get("description", node.description)
                lines.append(f"| [{name}]({node.node_id}.md) | {_cell(says)} |")
    return "\n".join(lines) + "\n"


def template_gallery(nodes: list[Node], language: str) -> str:
    """Every template with its thumbnail, its own note, its nodes and the models it can use."""
    labels = _labels(language)
    names = {node.node_id: labels[node.node_id].get("display_name", node.name) for node in nodes}
    models = json.loads((ROOT / "runner" / "setup" / "models.json").read_text(encoding="utf-8"))
    lines = [f"# {word('templates', language)}", "", word("templates_about", language)]
    for name in templates():
        types = node_types(name)
        using = [f"[{names[node.node_id]}](nodes/{node.node_id}.md)" for node in nodes if node.node_id in types]
        wanted = [f"`{model}`" for model, facts in models.items() if name in facts["for"]]
        lines += ["", f"## {name} {{ #{name} }}", "", f"![{name}](thumbnails/{name}.jpg)", "", note(name, language), ""]
        lines.append(f"**{word('uses', language)}**: {', '.join(using)}")
        lines += ["", f"**{word('models', language)}**: {', '.join(wanted)}"] if wanted else []
    return "\n".join(lines) + "\n"


def note(template: str, language: str) -> str:
    """What a template says about itself: its first note is Korean, its second English."""
    korean, english = (
        node["widgets_values"][0] for node in _workflow(template)["nodes"] if node["type"] == NOTE
    )  # fmt: skip
    title, *rest = (korean if language == "ko" else english).strip().split("\n")
    return "\n".join([f"**{title.removeprefix('## ')}**" if title.startswith("## ") else title, *rest])


def _workflow(template: str) -> dict:
    return json.loads((ROOT / "workflows" / f"{template}.json").read_text(encoding="utf-8"))


def _labels(language: str) -> dict:
    return json.loads((ROOT / "locales" / language / "nodeDefs.json").read_text(encoding="utf-8"))


def _table(slots: list[Slot], labels: dict, language: str, with_id: bool) -> str:
    """One row a slot: its label, for inputs the id that workflow files and `--set` use, and its tooltip."""
    heads = [word("name", language), *([word("id", language)] if with_id else []), word("says", language)]
    rows = [heads, ["---"] * len(heads)]
    for slot in slots:
        label = labels.get(slot.name, {})
        says = _cell(label.get("tooltip", slot.tooltip))
        says += f" ({word('optional', language)})" if slot.optional else ""
        rows.append([f"**{_cell(label.get('name', slot.name))}**", *([f"`{slot.name}`"] if with_id else []), says])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(text: str) -> str:
    """A sentence as it can stand in a table: ComfyUI shows it as plain text, Markdown would read it."""
    for mark in "\\|<*_[":
        text = text.replace(mark, f"\\{mark}" if mark != "<" else "&lt;")
    return " ".join(text.split())

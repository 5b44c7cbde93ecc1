"""The help of the nodes that set words names all that they take and give."""

import json

import pytest


@pytest.mark.parametrize("node", ["DancheongReletter", "DancheongPlaceTitle"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_input_and_output_is_named(root, node, language):
    help_page = (root / "web" / "docs" / node / f"{language}.md").read_text(encoding="utf-8").lower()
    labels = json.loads((root / "locales" / language / "nodeDefs.json").read_text(encoding="utf-8"))[node]
    names = [one["name"] for part in ("inputs", "outputs") for one in labels[part].values()]
    assert [name for name in names if f"*{name.lower()}*" not in help_page] == []

"""What ComfyUI's own dialog of missing models is told by the templates: name, folder and address of each file."""

import json
from pathlib import PurePosixPath

from dancheong.runner.apps import WORKFLOWS
from dancheong.runner.setup.models import read_table


def told(model):
    """How a file of the table is named in a workflow, where there is an address that gives that very file."""
    folder, *inner = model.folder.split("/")
    name = "/".join([*inner, *model.files])
    entry = {"name": name, "directory": folder}
    if model.hub:
        return entry | {"url": f"https://huggingface.co/{model.hub}/resolve/main/{model.files[0]}"}
    if PurePosixPath(model.release).suffix == PurePosixPath(name).suffix:
        return entry | {"url": model.release, "hash": model.sha256, "hash_type": "SHA256"}
    return None


def test_every_file_that_a_template_names_is_told_with_where_it_comes_from():
    """The dialog takes single files; folders and what must be converted are for `dancheong models get`."""
    known = [told(model) for model in read_table().values() if len(model.files) == 1]
    table = {entry["name"]: entry for entry in known if entry}
    assert len(table) >= 5
    seen = set()
    for path in sorted(WORKFLOWS.glob("*.json")):
        for node in json.loads(path.read_text(encoding="utf-8"))["nodes"]:
            values = [value for value in node.get("widgets_values") or () if isinstance(value, str)]
            expected = [table[value] for value in values if value in table]
            assert node["properties"].get("models", []) == expected, (path.stem, node["id"])
            seen |= {entry["name"] for entry in expected}
    assert {"v1-5-pruned-emaonly-fp16.safetensors", "RealESRGAN_x4plus.safetensors"} <= seen

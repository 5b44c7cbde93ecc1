"""A workflow file in API form: read it, change inputs in it, find the local files it names."""

import json
from pathlib import Path

from . import RunnerError

Prompt = dict[str, dict]
"""Node id -> {"class_type", "inputs", "_meta"}, as ComfyUI's "Export (API)" writes it."""


def load(path: Path) -> Prompt:
    """
    Raises:
        RunnerError: the file is not there, is no JSON, or holds something other than API form.
    """
    try:
        prompt = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunnerError(f"There is no workflow file {path}.") from None
    except (ValueError, OSError) as error:
        raise RunnerError(f"{path} cannot be read as a JSON workflow: {error}.") from error
    if isinstance(prompt, dict) and "nodes" in prompt and "links" in prompt:
        raise RunnerError(
            f"{path} is in the editor's form; expected API form: take the file of the same name from workflows/api, or "
            "use Workflow > Export (API) in the editor."
        )
    nodes = list(prompt.values()) if isinstance(prompt, dict) else []
    if not nodes or not all(isinstance(node, dict) and "class_type" in node and "inputs" in node for node in nodes):
        raise RunnerError(f"{path} is no workflow in API form: expected node ids with class_type and inputs.")
    return prompt


def change(prompt: Prompt, setting: str) -> None:
    """Apply one `NODE.INPUT=VALUE`; NODE is an id or, where only one node has it, a title or a node type.

    The value is text where the workflow holds text, and JSON otherwise, so that `title=2024` stays a title.

    Raises:
        RunnerError: the setting is malformed, or names a node or input that the workflow does not have.
    """
    target, equals, text = setting.partition("=")
    node_name, dot, name = target.rpartition(".")
    if not equals or not dot:
        raise RunnerError(f"Expected NODE.INPUT=VALUE after --set, got {setting!r}.")
    node = prompt[_find(prompt, node_name)]
    if name not in node["inputs"]:
        raise RunnerError(f"Node {node_name} has no input {name!r}; it has {', '.join(node['inputs'])}.")
    current = node["inputs"][name]
    if isinstance(current, list):
        raise RunnerError(f"{target} is connected to node {current[0]}; set the input there instead.")
    if isinstance(current, str):
        node["inputs"][name] = text
        return
    try:
        node["inputs"][name] = json.loads(text)
    except ValueError:
        raise RunnerError(f"Expected a value like {json.dumps(current)} for {target}, got {text!r}.") from None


def title(prompt: Prompt, node_id: str) -> str:
    node = prompt.get(node_id, {})
    return node.get("_meta", {}).get("title") or node.get("class_type", node_id)


def local_files(prompt: Prompt, object_info: dict, folders: list[Path]) -> dict[tuple[str, str], Path]:
    """The inputs that name a file to upload and whose file lies here.

    Args:
        object_info: what the server says of its node types; it marks upload inputs.
        folders: where to look, first hit wins.

    Returns:
        (node id, input) -> file. A name that is nowhere here is left for the server, which may have the file.
    """
    found = {}
    for node_id, node in prompt.items():
        declared = object_info.get(node["class_type"], {}).get("input", {})
        for name, spec in {**declared.get("required", {}), **declared.get("optional", {})}.items():
            options = spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}
            value = node["inputs"].get(name)
            if not isinstance(value, str) or not any(key.endswith("upload") and options[key] for key in options):
                continue
            path = next((folder / value for folder in folders if (folder / value).is_file()), None)
            if path is not None:
                found[node_id, name] = path
    return found


def _find(prompt: Prompt, name: str) -> str:
    if name in prompt:
        return name
    matches = [key for key, node in prompt.items() if name in (title(prompt, key), node["class_type"])]
    if len(matches) == 1:
        return matches[0]
    known = ", ".join(f"{key} ({title(prompt, key)})" for key in prompt)
    raise RunnerError(f"{'No' if not matches else 'More than one'} node is called {name!r}; the workflow has {known}.")

"""A workflow file in either form: read it, change inputs in it, find the local files it names."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...nodes.ground import UserError
from .editor_form import to_api
from .editor_graph import is_editor_form

Prompt = dict[str, dict]
"""Node id -> {"class_type", "inputs", "_meta"}, as ComfyUI's "Export (API)" writes it."""
Setting = tuple[str, Any]
"""`NODE.INPUT` and its new value."""


def load(path: Path) -> dict[str, Any]:
    """The file's JSON, in API form or in the editor's.

    Raises:
        UserError: the file is not there, is no JSON, or holds neither form.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"There is no workflow file {path}.") from None
    except (ValueError, OSError) as error:
        raise UserError(f"{path} cannot be read as a JSON workflow: {error}.") from error
    if not is_editor_form(document):
        nodes = list(document.values()) if isinstance(document, dict) else []
        if not nodes or not all(_is_node(node) for node in nodes):
            raise UserError(
                f"{path} is no workflow: expected what the editor saves, or API form (node ids with class_type and "
                "inputs)."
            )
    return document


def prompt(document: dict[str, Any], settings: Iterable[Setting], declared: dict[str, Any]) -> Prompt:
    """A loaded workflow in API form, with inputs changed; the document stays as it is.

    Args:
        declared: the server's /object_info; only the editor's form needs it.

    Raises:
        UserError: a setting names a node or input that the workflow does not have, or the form cannot be converted.
    """
    if is_editor_form(document):
        made = to_api(document, declared)
    else:
        made = json.loads(json.dumps(document))
    for target, value in settings:
        change(made, target, value)
    return made


def setting(text: str) -> Setting:
    """What follows --set on the command line.

    Raises:
        UserError: not of the form `NODE.INPUT=VALUE`.
    """
    target, equals, value = text.partition("=")
    if not equals or "." not in target:
        raise UserError(f"Expected NODE.INPUT=VALUE after --set, got {text!r}.")
    return target, value


def change(prompt: Prompt, target: str, value: Any) -> None:
    """Set `NODE.INPUT`; NODE is an id or, where only one node has it, a title or a node type.

    A value given as text is text where the workflow holds text, and JSON otherwise, so that `2024` stays a title.

    Raises:
        UserError: no such node or input, an input that is connected, or text that is no value of its kind.
    """
    inputs, name = find(prompt, target)
    current = inputs[name]
    if isinstance(current, str):
        inputs[name] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    elif isinstance(value, str):
        try:
            inputs[name] = json.loads(value)
        except ValueError:
            raise UserError(f"Expected a value like {json.dumps(current)} for {target}, got {value!r}.") from None
    else:
        inputs[name] = value


def find(prompt: Prompt, target: str) -> tuple[dict[str, Any], str]:
    """The inputs of the node that `NODE.INPUT` names, and the input's name in them.

    Raises:
        UserError: no such node or input, or an input that is connected.
    """
    node_name, dot, name = target.rpartition(".")
    if not dot:
        raise UserError(f"Expected NODE.INPUT, such as 9.title, got {target!r}.")
    inputs = prompt[_find(prompt, node_name)]["inputs"]
    if name not in inputs:
        raise UserError(f"Node {node_name} has no input {name!r}; it has {', '.join(inputs)}.")
    if isinstance(inputs[name], list):
        raise UserError(f"{target} is connected to node {inputs[name][0]}; set the input there instead.")
    return inputs, name


def _is_node(node: Any) -> bool:
    return isinstance(node, dict) and "class_type" in node and isinstance(node.get("inputs"), dict)


def title(prompt: Prompt, node_id: str) -> str:
    """What a node is called for people: its own title, else its class."""
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
    raise UserError(f"{'No' if not matches else 'More than one'} node is called {name!r}; the workflow has {known}.")

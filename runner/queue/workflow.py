"""A workflow file in either form: read it, change inputs in it, find the local files it names."""

import json
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...nodes.ground import UserError, text_file
from . import local_file
from .declarations import DYNAMIC, brought, default, holds_value, options, specs
from .editor_form import to_api
from .editor_graph import is_editor_form
from .setting_value import fitting

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
        document = json.loads(text_file.read(path))
        json.dumps(document, ensure_ascii=False).encode()  # half of a surrogate pair is no text
    except FileNotFoundError:
        raise UserError(f"There is no workflow file {path}.") from None
    except (ValueError, RecursionError, OSError) as error:
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
        declared: the server's /object_info.

    Raises:
        UserError: a setting names a node or input that the workflow does not have, or the form cannot be converted.
    """
    if is_editor_form(document):
        made = to_api(document, declared)
    else:
        made = json.loads(json.dumps(document))
    # A choice that brings inputs comes before those, whatever the order of columns is.
    waiting = [one for one in settings if not _chosen(made, one, declared)]
    for target, value in waiting:
        change(made, target, value, declared)
    return made


def check_nodes(document: dict[str, Any], settings: Iterable[Setting]) -> None:
    """Refuse a setting for a node that a workflow in API form does not have, as can be told without a server.

    Raises:
        UserError: names the node.
    """
    for target, _ in settings:
        _nodes(document, target)


def setting(text: str) -> Setting:
    """What follows --set on the command line, or is made of an app's option.

    Raises:
        UserError: not of the form `NODE.INPUT=VALUE`, or bytes that are no text.
    """
    target, equals, value = text.partition("=")
    if not equals or "." not in target:
        raise UserError(f"Expected NODE.INPUT=VALUE after --set, got {text!r}.")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise UserError(f"Expected text, got bytes that are none in this terminal's encoding: {text!r}.")
    return target, value


def change(prompt: Prompt, target: str, value: Any, declared: dict[str, Any]) -> None:
    """Set `NODE.INPUT`; NODE is an id or, where only one node has it, a title or a node type.

    A value given as text is text where the input takes text, and JSON otherwise, so that `2024` stays a title.

    Raises:
        UserError: no such node or input, an input that is connected, or text that is no value of its kind.
    """
    node_id, name = find(prompt, target, declared)
    node = prompt[node_id]
    inputs = node["inputs"]
    known = declared.get(node["class_type"], {})
    spec = specs(known, inputs).get(name)
    if spec is None and name in specs(known, None):
        choice = name.rpartition(".")[0]
        raise UserError(f"{target} belongs to another {choice} than {inputs.get(choice)!r}: set {choice} too.")
    current = inputs[name] if name in inputs else default(spec) if spec else None
    inputs[name] = fitting(target, value, current, spec)
    if spec is not None and spec[0] == DYNAMIC and inputs[name] != current:
        _fill(inputs, name, spec)


def find(prompt: Prompt, target: str, declared: dict[str, Any]) -> tuple[str, str]:
    """The id of the node and the name of the input that `NODE.INPUT` means; both may hold dots.

    An input that the file does not name counts where the server declares it, under whatever choice.

    Raises:
        UserError: no such node or input, or an input that is connected.
    """
    nodes = _nodes(prompt, target)
    known: dict[str, dict[str, Any]] = {}
    for node_id, _ in nodes:
        node = prompt[node_id]
        known[node_id] = {**dict.fromkeys(node["inputs"]), **specs(declared.get(node["class_type"], {}), None)}
    places = [(node_id, name) for node_id, name in nodes if name in known[node_id]]
    if not places:
        node_id, name = nodes[0]
        raise UserError(f"Node {node_id} has no input {name!r}; it has {', '.join(known[node_id])}.")
    if len(places) > 1:
        meant = " or ".join(f"{name} of node {node_id}" for node_id, name in places)
        raise UserError(f"{target} may mean {meant}: write the node's id.")
    node_id, name = places[0]
    inputs, spec = prompt[node_id]["inputs"], known[node_id][name]
    if isinstance(inputs.get(name), list):
        raise UserError(f"{target} is connected to node {inputs[name][0]}; set the input there instead.")
    if name not in inputs and not holds_value(spec):
        raise UserError(f"{target} takes a connection ({spec[0]}), no value: connect it in the editor.")
    return node_id, name


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
        for name, spec in specs(object_info.get(node["class_type"], {}), node["inputs"]).items():
            value = node["inputs"].get(name)
            if not isinstance(value, str) or not any(
                key.endswith("upload") and on for key, on in options(spec).items()
            ):
                continue
            path = local_file.found(value, folders)
            if path is not None:
                found[node_id, name] = path
    return found


def _chosen(prompt: Prompt, setting: Setting, declared: dict[str, Any]) -> bool:
    """Make a setting where it is a choice that brings inputs."""
    target, value = setting
    node_id, name = find(prompt, target, declared)
    spec = specs(declared.get(prompt[node_id]["class_type"], {}), prompt[node_id]["inputs"]).get(name)
    if spec is None or spec[0] != DYNAMIC:
        return False
    change(prompt, target, value, declared)
    return True


def _fill(inputs: dict[str, Any], name: str, spec: list[Any]) -> None:
    """After another choice: its own inputs with what the editor fills in, and none of the former one's."""
    choice, keys = inputs[name], [option["key"] for option in options(spec)["options"]]
    if choice not in keys:
        raise UserError(f"Expected one of {', '.join(map(str, keys))} for {name}, got {choice!r}.")
    named = brought(spec, choice)
    for old in [key for key in inputs if key.startswith(f"{name}.") and key[len(name) + 1 :] not in named]:
        del inputs[old]
    for inner, inner_spec in named.items():
        if holds_value(inner_spec):
            inputs.setdefault(f"{name}.{inner}", default(inner_spec))


def _nodes(prompt: Prompt, target: str) -> list[tuple[str, str]]:
    """Every way to part `NODE.INPUT` that begins with a node: its id, and the rest; the shortest rest first."""
    dots = [place for place, letter in enumerate(target) if letter == "."]
    if not dots:
        raise UserError(f"Expected NODE.INPUT, such as 9.title, got {target!r}.")
    named = [(target[:dot].strip(), target[dot + 1 :].strip()) for dot in reversed(dots)]
    found = [(_called(prompt, node), name) for node, name in named]
    single = [(nodes[0], name) for nodes, name in found if len(nodes) == 1]
    if not single:
        several = any(nodes for nodes, _ in found)
        known = ", ".join(f"{key} ({title(prompt, key)})" for key in prompt)
        name = next((node for (node, _), (nodes, _) in zip(named, found, strict=True) if nodes), named[-1][0])
        raise UserError(f"{'More than one' if several else 'No'} node is called {name!r}; the workflow has {known}.")
    return single


def _called(prompt: Prompt, name: str) -> list[str]:
    """The ids of the nodes of that id, else of that title or type."""
    if name in prompt:
        return [name]
    plain = unicodedata.normalize("NFC", name)
    return [
        key
        for key, node in prompt.items()
        if plain in (unicodedata.normalize("NFC", title(prompt, key)), node["class_type"])
    ]

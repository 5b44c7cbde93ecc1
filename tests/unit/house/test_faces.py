"""Code reads as it looks: an input hides no module or function, and whatever is public says what it is."""

import ast

import pytest
from dancheong.testing.arrows import sources

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# What ComfyUI asks of every node and extension; a node's schema has the words for it.
ASKED = {"define_schema", "execute", "validate_inputs", "fingerprint_inputs", "on_load", "get_node_list"}


def parsed(root, folder, ending=""):
    names = {path.relative_to(root).as_posix(): path for path in sources(root, folder)}
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in names.items() if name.endswith(ending)}


def bound(module):
    """Names that a module gives to what it imports and defines."""
    for node in module.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.name


def hidden(module):
    """Function and parameter where the parameter bears such a name."""
    names = set(bound(module))
    for node in ast.walk(module):
        if isinstance(node, FUNCTIONS):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            yield from (f"{node.name}({argument.arg})" for argument in given if argument.arg in names)


def explained(node):
    return (ast.get_docstring(node) or "").split("\n\n")[0].endswith((".", ":"))


def overridden(module):
    """Methods that some class of the module explains: another class's own of that name is the same once more."""
    return {part.name for part in ast.walk(module) if isinstance(part, FUNCTIONS) and explained(part)}


def unexplained(node, known=frozenset(), prefix=""):
    """Public functions and classes without a first sentence; a node's is its schema's description."""
    for part in ast.iter_child_nodes(node):
        if not isinstance(part, (*FUNCTIONS, ast.ClassDef)) or part.name.startswith("_") or part.name in ASKED:
            continue
        is_node = isinstance(part, ast.ClassDef) and any(
            isinstance(base, ast.Attribute) and base.attr == "ComfyNode" for base in part.bases
        )
        if not is_node and not explained(part) and not (prefix and part.name in known):
            yield prefix + part.name
        if isinstance(part, ast.ClassDef):
            yield from unexplained(part, known, f"{prefix}{part.name}.")


def test_no_input_of_a_node_hides_a_module_or_function(root):
    faces = parsed(root, "nodes", "/nodes.py")
    assert len(faces) > 10
    assert {name: found for name, module in faces.items() if (found := list(hidden(module)))} == {}


@pytest.mark.parametrize("folder", ["nodes", "runner"])
def test_what_is_public_has_a_first_sentence(root, folder):
    modules = parsed(root, folder)
    assert [name for name, module in modules.items() if not ast.get_docstring(module)] == []
    found = {name: list(unexplained(module, overridden(module))) for name, module in modules.items()}
    assert {name: names for name, names in found.items() if names} == {}

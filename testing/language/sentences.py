"""What the sources say to people, as gettext knows it.

Nothing marks a sentence: every text of several words that no rule below leaves out is one, and an f-string becomes a
msgid with a name for each of its values. nodes/ground/translation.py finds a finished sentence in the catalogue again.
"""

import ast
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

PACK = Path(__file__).resolve().parents[2]
RULES = json.loads(Path(__file__).with_name("sentences.json").read_text(encoding="utf-8"))
"""`not said`: texts of several words that no one reads as a sentence, as a file format, a model or a program wants to
hear them. `said`: what is too short for that rule, above all words that are values of a sentence. `others say`: what
argparse, the system and data files say in our place."""
WORDS = re.compile(r"(?=.*\S\s+\S)(?=.*(?<![\w.])[A-Za-z]?[a-z]+[A-Za-z]*(?![\w=]))")
MODELS = PACK / "runner" / "setup" / "models.json"
"""The one data file that says sentences: what each model is."""
MOST_FORMS = 8
"""Of one f-string whose values are texts of the source itself."""
SILENT, SILENT_OWNERS = {"Schema", "Input", "Output", "TypeVar", "cast"}, {"re", "struct"}
"""Calls whose texts are schemas (locales/*/nodeDefs.json has them), patterns or types."""
TEXTS, EMPTY = (ast.Constant, ast.JoinedStr, ast.BinOp), (ast.Name, ast.expr_context, ast.operator, ast.alias)
TYPES = {"annotation", "returns"}
PERCENT = re.compile(r"(?<!\d)%[sdr]\b")
"""What a logger fills in."""
FORMAT = re.compile(r"\{(\w*)(?:![rsa])?(?::[^{}]*)?\}")


def said() -> dict[str, list[str]]:
    """msgid -> the files that say it, in the sources' order."""
    silent, single = set(RULES["not said"]), set(RULES["said"])
    found: dict[str, list[str]] = {}
    for folder in ("nodes", "runner"):
        for path in sorted((PACK / folder).rglob("*.py")):
            for text in _file(ast.parse(path.read_text(encoding="utf-8"))):
                for one in filter(None, map(str.strip, text.splitlines())):
                    if one in single or (WORDS.match(FORMAT.sub("{}", one)) and one not in silent):
                        place = path.relative_to(PACK).as_posix()
                        found.setdefault(one, []).append(place)
    for model in json.loads(MODELS.read_text(encoding="utf-8")).values():
        found.setdefault(model["what"], []).append(MODELS.relative_to(PACK).as_posix())
    return found | {text: ["testing/language/sentences.json"] for text in RULES["others say"]}


def _file(tree: ast.Module) -> Iterator[str]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if _is_silent(node):
            continue
        forms, inner = _forms(node) if isinstance(node, TEXTS) else ([], [])
        yield from forms
        waiting.extend(inner if forms else reversed(_inside(node)))


def _inside(node: ast.AST) -> list[ast.AST]:
    """What may hold a text; types are told apart from texts where they stand."""
    parts = [getattr(node, name) for name in node._fields if name not in TYPES]
    lists = [part if isinstance(part, list) else [part] for part in parts]
    return [one for part in lists for one in part if isinstance(one, ast.AST) and not isinstance(one, EMPTY)]


def _is_silent(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)  # a docstring
    if isinstance(node, ast.Call):
        whole = node.func.value if isinstance(node.func, ast.Attribute) else None
        owner, called = getattr(whole, "id", ""), getattr(node.func, "attr", getattr(node.func, "id", ""))
        return called in SILENT or owner in SILENT_OWNERS
    return False


def _forms(node: ast.AST) -> tuple[list[str], list[ast.AST]]:
    """Every msgid that one expression can give, and the expressions in it that may hold sentences of their own."""
    if isinstance(node, ast.Constant):
        return ([_templated(node.value)], []) if isinstance(node.value, str) else ([], [])
    if not _is_text(node):
        return [], []
    inner: list[ast.AST] = []
    choices = [_choices(part, inner) for part in _parts(node)]
    count = len(list(itertools.product(*choices)))
    if count > MOST_FORMS:
        choices = [one if len(one) == 1 else [part] for one, part in zip(choices, _parts(node), strict=True)]
    return [_msgid(parts) for parts in itertools.product(*choices)], inner


def _is_text(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _parts(node: ast.AST) -> list[ast.expr]:
    """An f-string or a sum, as texts and values in a row."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
        return [one for part in parts for one in (_parts(part) if _is_text(part) else [part])]
    if isinstance(node, ast.BinOp) and _is_text(node):
        return [*_parts(node.left), *_parts(node.right)]
    assert isinstance(node, ast.expr)
    return [node]


def _choices(part: ast.expr, inner: list[ast.AST]) -> list[ast.expr]:
    """The texts that a value may be, where the source itself says them; else the value."""
    if isinstance(part, ast.IfExp) and _is_text(part.body) and _is_text(part.orelse):
        return [part.body, part.orelse]
    if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult) and _is_text(part.left):
        return [part.left, ast.Constant("")]
    if not _is_text(part):
        inner.append(part)
    return [part]


def _msgid(parts: tuple[ast.expr, ...]) -> str:
    text, names = "", dict[str, int]()
    for part in itertools.chain.from_iterable(map(_parts, parts)):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            text += part.value.replace("{", "{{").replace("}", "}}")
            continue
        name = _name(part)
        names[name] = names.get(name, 0) + 1
        text += f"{{{name}{names[name] if names[name] > 1 else ''}}}"
    return text


def _templated(text: str) -> str:
    """A text that `str.format` fills in keeps its values' names; those without get numbers."""
    text = PERCENT.sub("{}", text)
    if not FORMAT.search(text):
        return text.replace("{", "{{").replace("}", "}}")
    numbers = itertools.count(1)
    return FORMAT.sub(lambda found: f"{{{found[1] or f'value{next(numbers)}'}}}", text)


def _name(value: ast.expr) -> str:
    """What a translator sees of a value."""
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").lower() or "value"
        case ast.Subscript(slice=ast.Constant(value=str(key))) if key.isidentifier():
            return key
        case ast.Subscript(value=inner):
            return _name(inner)
        case ast.Call(func=ast.Name(id="len"), args=[inner]):
            return f"count_of_{_name(inner)}"
        case ast.Call(func=ast.Attribute(attr="join"), args=[inner]):
            return _name(inner)
        case ast.Call(func=ast.Attribute(value=inner), args=[]):
            return _name(inner)
        case ast.Call(args=[inner, *_]):
            return _name(inner)
        case ast.Call(func=inner):
            return _name(inner)
        case ast.GeneratorExp(generators=[one, *_]) | ast.ListComp(generators=[one, *_]):
            return _name(one.iter)
        case (
            ast.BinOp(left=inner) | ast.BoolOp(values=[inner, *_]) | ast.IfExp(body=inner) | ast.UnaryOp(operand=inner)
        ):
            return _name(inner)
        case _:
            return "value"

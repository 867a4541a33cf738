"""Which data a rule may find absent: read out of its module, where each is the text of a ``Missing``."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from cloison.netmodel.assurance.check import Check
from cloison.netmodel.finding import Text

HERE = "cloison.netmodel.assurance."


def data_of(check: Check) -> tuple[Text, ...]:
    """Return the data of a rule's own module and of the functions that it takes from the modules beside, in order."""
    tree = _tree(check.run.__module__)
    found = list(_texts(tree, tree.body))
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(HERE):
            beside = _tree(str(node.module))
            taken = {alias.name for alias in node.names}
            for item in beside.body:
                if isinstance(item, ast.FunctionDef) and item.name in taken:
                    found += _texts(beside, [item])
    return tuple(dict.fromkeys(found))


def _tree(module: str) -> ast.Module:
    return ast.parse(Path(str(sys.modules[module].__file__)).read_text("utf-8"))


def _texts(tree: ast.Module, body: list[ast.stmt]) -> Iterator[Text]:
    """Yield the second arguments of ``Missing``: texts written there, at the module's top, or by a caller."""
    constants = {
        target.id: text
        for node in tree.body
        if isinstance(node, ast.Assign) and (text := _text(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for item in body:
        for call in _calls(item, "Missing"):
            wanted = call.args[1] if len(call.args) > 1 else next(k.value for k in call.keywords if k.arg == "datum")
            if text := _text(wanted):
                yield text
            elif isinstance(wanted, ast.Name) and wanted.id in constants:
                yield constants[wanted.id]
            elif isinstance(item, ast.FunctionDef) and isinstance(wanted, ast.Name):
                names = [argument.arg for argument in item.args.args]
                place = names.index(wanted.id) if wanted.id in names else -1
                for outer in _calls(tree, item.name):
                    given = outer.args[place] if 0 <= place < len(outer.args) else None
                    text = _text(given) or (constants.get(given.id) if isinstance(given, ast.Name) else None)
                    if text:
                        yield text


def _calls(node: ast.AST, name: str) -> Iterator[ast.Call]:
    return (
        item
        for item in ast.walk(node)
        if isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and item.func.id == name
    )


def _text(node: ast.AST | None) -> Text | None:
    """Return the text of a call ``Text("...", "...")``, or nothing."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
        words = [item.value for item in node.args if isinstance(item, ast.Constant)]
        if len(words) == 2:
            return Text(str(words[0]), str(words[1]))
    return None

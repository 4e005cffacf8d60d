"""Which reasons the code can give a condition: read from its source, so that none is forgotten."""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.docs.documents import ROOT

# What says a reason, and among its arguments the places of the status and of the reason.
MADE_BY = {"Verdict": (0, 1), "Condition": (1, 2)}
_REASON = re.compile(r"^[A-Z][A-Za-z]+$")


def of_the_code() -> dict[str, set[str]]:
    """Return every reason, with the statuses that are written beside it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "function").rglob("*.py")):
        for reason, status in _of_module(path):
            found[reason] |= {status} if status else set()
    return found


def _of_module(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MADE_BY:
            status, reason = (_argument(node, place) for place in MADE_BY[node.func.id])
            said = str(status.value) if isinstance(status, ast.Constant) else ""
            yield from ((found, said) for found in _strings(reason, path))
        # `reason = ... or "WaitingForBucket"`, and a property `reason`.
        elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "reason" for t in node.targets):
            yield from ((found, "") for found in _strings(node.value, path))
        elif isinstance(node, ast.FunctionDef) and node.name == "reason":
            yield from ((found, "") for part in node.body for found in _strings(part, path))


def _argument(call: ast.Call, place: int) -> ast.expr | None:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    names = ("ready", "status", "reason")
    return call.args[place] if len(call.args) > place else next((named[name] for name in names if name in named), None)


def _strings(node: ast.AST | None, path: Path) -> Iterator[str]:
    """Yield the reasons in an expression; a name in capitals stands for the constant of its module."""
    if isinstance(node, ast.Dict):
        parts: list[ast.AST] = list(node.values)
    else:
        parts = list(ast.iter_child_nodes(node)) if node else []
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(node, ast.Name) and node.id.isupper():
        value = getattr(importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)), node.id)
    if isinstance(value, str) and _REASON.match(value):
        yield value
    for part in parts:
        yield from _strings(part, path)

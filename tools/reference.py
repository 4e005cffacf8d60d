"""Writes docs/reference.md from the models in function/api, and the excerpts in other documents; --check says whether they fit."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from function import preview
from function.api import VERSION, kubernetes
from function.api.model import Duration, Model, Name, OptionalName, Quantity
from function.api.registry import RegistrySpec, RegistryStatus
from function.kubernetes.names import OWNER_LIMIT
from tools import xrds
from tools.examples import Example
from tools.schema import Schema, structural

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docs" / "reference.md"
EXCERPTED = (ROOT / "README.md", ROOT / "docs" / "caches.md", ROOT / "docs" / "upgrades.md")
EXCERPT = re.compile(r"(?P<before><!-- (?P<kind>file|tree|upgraded): (?P<of>\S+) -->\n```\w+\n)(?P<text>.*?)(?=^```$)", re.M | re.S)
"""A block that shows a file, what is composed from it, or what an example tells of an upgrade."""

DEFAULT = re.compile(r"\s*\bDefault:? (?P<default>.+?)\.(?=\s|$)")
"""How a description tells the default: in a sentence that begins with this word."""

NAMED = {
    TypeAdapter(kind).json_schema()["pattern"]: name
    for kind, name in ((Name, "name"), (OptionalName, "name"), (Quantity, "quantity"), (Duration, "duration"))
}
INTRODUCTION = f"""<!-- Generated from function/api by `make generate`. -->
# Reference

The fields of `{VERSION}`. In a cluster `kubectl explain registry.spec.storage` tells the same.
The path of a field is the heading of its section and the name in the table: `bucket` in the section `spec.storage.s3` is
`spec.storage.s3.bucket`.

| Type | Means |
| --- | --- |
| name | A name of a Kubernetes object: small letters, digits, `-` and `.`, at most 253 characters. |
| quantity | A Kubernetes quantity greater than 0, such as `10Gi`, `500m` or `2`. |
| duration | Hours, minutes, seconds: `24h`, `1h30m`, `90s`; or `0`. |
| map | Keys and values are strings. |

`null` means the same as leaving a field out. A default is not written into the object: an absent field stays absent.
`kubectl apply` refuses fields that are not listed here. What is required may as well stand in the template of a Registry.
"""
KINDS = {
    "Registry": "What a team writes. "
    f"Its name has at most {OWNER_LIMIT} characters: small letters, digits and `-`, the first of them a letter.",
    "Cache": "A pull-through cache of one upstream registry. Its name is as that of a Registry. Its `spec` and `status` have the "
    "fields of a [Registry](#registry) but `storage`, `readOnly` and `autoscaling`; and these:",
    "RegistryTemplate": "What a platform team writes once for many registries. It is cluster scoped. "
    "Its `spec` has all fields of the `spec` of a [Registry](#registry), of which `template` has no effect, and these:",
    "RegistryIntegration": "**Internal.** A Registry composes one for each API of a third party that it uses, so that the troubles "
    "of that API stay apart. Users read it (`kubectl describe registryintegration`; with claims "
    "`kubectl describe xregistryintegration`) and never write it.",
}
"""What is said of each kind before its fields."""

TYPES = "Blocks that are as in Kubernetes' own objects."


def _object(schema: Schema) -> Schema:
    """Return the object that this is, or that a list has as its items."""
    items: Schema = schema.get("items", {})
    return items if "properties" in items else schema


def _fields(schema: Schema) -> dict[str, Schema]:
    found: dict[str, Schema] = _object(schema).get("properties", {})
    return found


def _content(schema: Schema) -> str:
    """Return what the fields of an object are, in a form that can be compared."""
    return json.dumps(_fields(schema), sort_keys=True)


TYPE_OF: dict[str, type[Model]] = {
    _content(structural(kind)): kind
    for kind in vars(kubernetes).values()
    if isinstance(kind, type) and issubclass(kind, Model) and kind.__module__ == kubernetes.__name__
}


def _says_something(schema: Schema) -> bool:
    """Tell whether it is an object whose fields have descriptions; those of `requests` (cpu, memory) need none."""
    return any("description" in part for part in _fields(schema).values())


def _own_block(schema: Schema) -> bool:
    """Tell whether it is a block of ours, which has its section below that of the block around it."""
    return _says_something(schema) and _content(schema) not in TYPE_OF


def kind_of(schema: Schema) -> str:
    """Return a field's type in words."""
    if name := NAMED.get(schema.get("pattern", "")):
        return name
    if schema.get("x-kubernetes-int-or-string"):
        return "integer or string"
    if schema["type"] == "array":
        item = kind_of(schema["items"])
        return f"list of {item}" if "#" in item else f"list of {item}s"
    if kind := TYPE_OF.get(_content(schema)) if _fields(schema) else None:
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    if schema["type"] == "object" and "additionalProperties" in schema:
        return "map"
    return str(schema["type"])


def constraints(schema: Schema, *, required: bool) -> str:
    """Return what a field's value must keep to."""
    found = ["required"] if required else []
    if choices := schema.get("enum") or schema.get("items", {}).get("enum"):
        found.append("one of " + ", ".join(f"`{choice}`" if choice else "empty" for choice in choices))
    if "minimum" in schema and "maximum" in schema:
        found.append(f"from {schema['minimum']} to {schema['maximum']}")
    elif "minimum" in schema:
        found.append(f"at least {schema['minimum']}")
    if "pattern" in schema and schema["pattern"] not in NAMED:
        found.append(f"matches `{schema['pattern']}`")
    if schema.get("minLength") or schema.get("minItems"):
        found.append("not empty")
    if "maxLength" in schema and schema.get("pattern") not in NAMED:
        found.append(f"at most {schema['maxLength']} characters")
    return "; ".join(found)


def told(description: str) -> tuple[str, str]:
    """Return a description without the default that it tells, and the default."""
    match = DEFAULT.search(description)
    if match is None:
        return description, ""
    return (description[: match.start()] + description[match.end() :]).strip(), match["default"]


def _row(heading: str, name: str, schema: Schema, *, required: bool) -> Iterator[str]:
    """Yield the line of a field, and those of its fields where it has no section."""
    description, default = told(schema.get("description", ""))
    field = f"[`{name}`](#{_anchor(f'{heading}.{name}')})" if _own_block(schema) else f"`{name}`"
    cells = (field, kind_of(schema), default, constraints(schema, required=required), description)
    yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    if not _says_something(schema):
        for inner, part in _fields(schema).items():
            yield from _row(heading, f"{name}.{inner}", part, required=False)


def _anchor(heading: str) -> str:
    """Return the anchor that GitHub gives to a heading."""
    return re.sub(r"[^-a-z0-9 ]", "", heading.lower()).replace(" ", "-")


def section(heading: str, schema: Schema, *, without: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the lines of a block's section, and of those of the blocks in it."""
    block = _object(schema)
    yield f"\n### {heading}\n"
    if description := schema.get("description"):
        yield f"{description}\n"
    for rule in block.get("x-kubernetes-validations", []):
        yield f"The API server's rule: {rule['message']}.\n"
    yield "| Field | Type | Default | Constraints | Description |"
    yield "| --- | --- | --- | --- | --- |"
    fields = {name: part for name, part in _fields(schema).items() if name not in without}
    for name, part in fields.items():
        yield from _row(heading, name, part, required=name in block.get("required", []))
    for name, part in fields.items():
        if _own_block(part):
            yield from section(f"{heading}.{name}", part)


def _kind(kind: xrds.Kind) -> Iterator[str]:
    prefix = "" if kind.name == "Registry" else f"{kind.name} "
    yield f"\n## {kind.name}\n\n{KINDS[kind.name]}"
    for part, model, first in (("spec", kind.spec, RegistrySpec), ("status", kind.status, RegistryStatus)):
        yield from section(f"{prefix}{part}", structural(model), without=_told_before(model, first))


def _told_before(model: type[BaseModel], first: type[BaseModel]) -> frozenset[str]:
    """Return the names of the fields that are told of a Registry already, in the same words."""
    if model is first:
        return frozenset()
    told, fields = _fields(structural(first)), _fields(structural(model))
    return frozenset(name for name, part in fields.items() if told.get(name) == part)


def _types(models: Iterable[type[BaseModel]]) -> Iterator[str]:
    yield f"\n## Types of Kubernetes\n\n{TYPES}"
    for model in models:
        yield from section(model.__name__, structural(model))


def rendered() -> str:
    """Return the text of docs/reference.md."""
    kinds = (line for kind in xrds.KINDS for line in _kind(kind))
    return "\n".join([INTRODUCTION.rstrip("\n"), *kinds, *_types(TYPE_OF.values())]) + "\n"


def _excerpt(match: re.Match[str]) -> str:
    path = ROOT / match["of"]
    if match["kind"] == "upgraded":
        text = Example(path).told("Upgraded")
    else:
        text = path.read_text() if match["kind"] == "file" else preview.tree(preview.render(preview.read([path])))
    return match["before"] + text


def main() -> int:
    """Write the files, or check them."""
    wanted = {FILE: rendered(), **{path: EXCERPT.sub(_excerpt, path.read_text()) for path in EXCERPTED}}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not up to date: run `make generate`", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path])
    return 0


if __name__ == "__main__":
    sys.exit(main())

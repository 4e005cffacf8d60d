"""Writes docs/reference.md from the models in function/api; with --check, says whether it is up to date."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from function.api import VERSION, kubernetes
from function.api.integration import IntegrationSpec, IntegrationStatus
from function.api.model import Model, Name, OptionalName, Quantity
from function.api.registry import RegistrySpec, RegistryStatus
from function.kubernetes.names import OWNER_LIMIT
from tools.schema import Schema, structural

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docs" / "reference.md"
DEPTH = 2
"""How deep below spec or status a block has a section of its own; what lies deeper is in the table of its block."""

KNOWN = {
    TypeAdapter(kind).json_schema()["pattern"]: name
    for kind, name in ((Name, "name"), (OptionalName, "name"), (Quantity, "quantity"))
}
DEFAULT = re.compile(r"\s*\bDefault:? (?P<default>.+?)\.(?=\s|$)")
INTRODUCTION = f"""<!-- Generated from function/api by `make generate`. -->
# Reference

The fields of `{VERSION}`. `kubectl explain registry.spec.storage` tells the same. A path is the heading of its section and
the name in the table: `spec.storage.s3` and `bucket` are `spec.storage.s3.bucket`. `[]` is an item of a list.

| Type | Means |
| --- | --- |
| name | A name of a Kubernetes object: small letters, digits, `-` and `.`, at most 253 characters. |
| quantity | A Kubernetes quantity greater than 0, such as `10Gi`, `500m` or `2`. |
| map | Keys and values are strings. |

A field that has no default and is not required may be left out. A `null` is the same as leaving it out. Fields that are not
listed here are refused. Defaults are not written into the object: an absent field stays absent.
"""
REGISTRY = f"""## Registry

A container registry. Its name has at most {OWNER_LIMIT} characters: small letters, digits and `-`, with a letter first.
"""
INTEGRATION = """## RegistryIntegration

**Internal.** A Registry composes it for each API of a third party that it uses, so that the troubles of that API stay apart.
Users read it (`kubectl describe registryintegration`, with claims `kubectl describe xregistryintegration`) and never write it.
"""

TYPES = """## Types of Kubernetes

What the fields above have in common with Kubernetes' own objects; the fields mean there what they mean here.
"""


def _object(schema: Schema) -> Schema:
    """Return the object that this is, or that a list has as its items."""
    items: Schema = schema.get("items", {})
    return items if "properties" in items else schema


def _fields(schema: Schema) -> str:
    """Return the fields of an object in a form that can be compared."""
    return json.dumps(_object(schema).get("properties", {}), sort_keys=True)


SHARED: dict[str, type[Model]] = {
    _fields(structural(kind)): kind for kind in vars(kubernetes).values() if isinstance(kind, type) and issubclass(kind, Model)
}


@dataclass(frozen=True)
class Block:
    """An object with fields, and where it is."""

    path: str
    schema: Schema

    @property
    def properties(self) -> dict[str, Schema]:
        """Its fields."""
        found: dict[str, Schema] = _object(self.schema).get("properties", {})
        return found


def _is_block(schema: Schema) -> bool:
    """Tell whether it has fields that say what they mean; cpu and memory of a quantity of resources do not."""
    return any("description" in part for part in _object(schema).get("properties", {}).values())


def blocks(block: Block, depth: int = DEPTH) -> Iterator[Block]:
    """Yield the block, and those in it that have sections of their own."""
    yield block
    for name, part in block.properties.items():
        if depth and _is_block(part):
            yield from blocks(Block(f"{block.path}.{name}{_brackets(part)}", part), depth - 1)


def _brackets(schema: Schema) -> str:
    return "[]" if "items" in schema else ""


def rows(block: Block, depth: int) -> Iterator[tuple[str, Schema, bool, str]]:
    """Yield name, schema, whether it is required, and the path of its section if it has one, of each field of a block's table."""
    required = _object(block.schema).get("required", [])
    for name, part in block.properties.items():
        has_section = bool(depth) and _is_block(part)
        yield name, part, name in required, f"{block.path}.{name}{_brackets(part)}" if has_section else ""
        if not has_section:
            for inner, *rest in rows(Block("", part), 0):
                yield f"{name}{_brackets(part)}.{inner}", *rest


def kind_of(schema: Schema) -> str:
    """Return a field's type in words."""
    if known := KNOWN.get(schema.get("pattern", "")):
        return known
    if schema.get("x-kubernetes-int-or-string"):
        return "integer or string"
    if schema["type"] == "array":
        return f"list of {kind_of(schema['items'])}s"
    if schema["type"] == "object" and "additionalProperties" in schema:
        return "map"
    return str(schema["type"])


def constraints(schema: Schema, *, required: bool) -> str:
    """Return what a field's value must keep to."""
    found = ["required"] if required else []
    choices = schema.get("enum") or schema.get("items", {}).get("enum")
    if choices:
        found.append("one of " + ", ".join(f"`{choice}`" if choice else "empty" for choice in choices))
    for text, key in (("at least {}", "minimum"), ("at most {}", "maximum"), ("at least {} items", "minItems")):
        if key in schema:
            found.append(text.format(schema[key]))
    if "pattern" in schema and schema["pattern"] not in KNOWN:
        found.append(f"matches `{schema['pattern']}`")
    if schema.get("minLength"):
        found.append("not empty")
    if "maxLength" in schema and schema.get("pattern") not in KNOWN:
        found.append(f"at most {schema['maxLength']} characters")
    return "; ".join(found)


def told(description: str) -> tuple[str, str]:
    """Return the description without the default that it tells, and the default."""
    match = DEFAULT.search(description)
    if match is None:
        return description, ""
    return (description[: match.start()] + description[match.end() :]).strip(), match["default"]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _anchor(path: str) -> str:
    """Return the anchor that GitHub gives to a heading."""
    return re.sub(r"[^-a-z0-9 ]", "", path.lower())


def table(block: Block, depth: int) -> Iterator[str]:
    """Yield the lines of a block's section."""
    yield f"\n### {block.path}\n"
    if block.schema.get("description"):
        yield f"{block.schema['description']}\n"
    for rule in _object(block.schema).get("x-kubernetes-validations", []):
        yield f"Rule: {rule['message']}.\n"
    yield "| Field | Type | Default | Constraints | Description |\n| --- | --- | --- | --- | --- |"
    for name, schema, required, section in rows(block, depth):
        description, default = told(schema.get("description", ""))
        field = f"[`{name}`](#{_anchor(section)})" if section else f"`{name}`"
        cells = (field, kind_of(schema), default, constraints(schema, required=required), description)
        yield "| " + " | ".join(map(_cell, cells)) + " |"


def section(introduction: str, **models: type[BaseModel]) -> Iterator[str]:
    """Yield the lines of a kind."""
    yield introduction
    for name, model in models.items():
        schema: dict[str, Any] = structural(model)
        for block in blocks(Block(name, schema)):
            yield from table(block, DEPTH - block.path.count("."))


def rendered() -> str:
    """Return the text of docs/reference.md."""
    lines = [
        INTRODUCTION,
        *section(REGISTRY, spec=RegistrySpec, status=RegistryStatus),
        *section(INTEGRATION, spec=IntegrationSpec, status=IntegrationStatus),
    ]
    return "\n".join(line.removesuffix("\n") if line.startswith("| ") else line for line in lines) + "\n"


def main() -> int:
    """Write the file, or check it."""
    if "--check" in sys.argv:
        if not FILE.exists() or FILE.read_text() != rendered():
            print(f"{FILE.relative_to(ROOT)} is not up to date: run `make generate`", file=sys.stderr)
            return 1
        return 0
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(rendered())
    return 0


if __name__ == "__main__":
    sys.exit(main())

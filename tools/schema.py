"""From our models to the structural schemas of Kubernetes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]
_KEPT = (
    "type",
    "description",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "x-kubernetes-validations",
)


def structural(model: type[BaseModel], *, partial: bool = False) -> Schema:
    """Return the model's schema: no references, titles, nulls or defaults (a template may set what a default would hide).

    `partial`: no field of a block is required outside lists, since the rest may stand in a template; lists are never merged.
    """
    schema = model.model_json_schema(by_alias=True)
    found = _convert(schema, schema.get("$defs", {}), partial=partial)
    if partial and schema.get("required"):
        found["required"] = sorted(schema["required"])
    return found


def _convert(schema: Schema, definitions: dict[str, Schema], *, partial: bool) -> Schema:
    schema = _resolved(schema, definitions)
    if schema.get("x-kubernetes-int-or-string"):
        kept = {key: schema[key] for key in ("description", "pattern") if key in schema}
        return {**kept, "x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]}
    found = {key: schema[key] for key in _KEPT if key in schema}
    if "const" in schema:
        found["enum"] = [schema["const"]]
    if "properties" in schema:
        found["properties"] = {name: _convert(part, definitions, partial=partial) for name, part in schema["properties"].items()}
        if schema.get("required") and not partial:
            found["required"] = sorted(schema["required"])
    elif "propertyNames" in schema and "enum" in schema["propertyNames"]:
        value = _convert(schema["additionalProperties"], definitions, partial=partial)
        found["properties"] = dict.fromkeys(schema["propertyNames"]["enum"], value)
    elif schema.get("additionalProperties") is True:
        found["x-kubernetes-preserve-unknown-fields"] = True
    elif isinstance(schema.get("additionalProperties"), dict):
        found["additionalProperties"] = _convert(schema["additionalProperties"], definitions, partial=partial)
    if "items" in schema:
        found["items"] = _convert(schema["items"], definitions, partial=False)
    return found


def _resolved(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    """Return the schema with its reference and its union with null replaced by what they mean; its own words win."""
    if "$ref" in schema:
        base = definitions[schema["$ref"].rpartition("/")[2]]
    elif "anyOf" in schema and not schema.get("x-kubernetes-int-or-string"):
        (base,) = (branch for branch in schema["anyOf"] if branch.get("type") != "null")
    else:
        return schema
    own = {key: value for key, value in schema.items() if key not in ("$ref", "anyOf")}
    return {**_resolved(base, definitions), **own}

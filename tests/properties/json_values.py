"""Strategies for JSON of any shape: as it comes, in the shape of a model, or an object with one part changed."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

from function.kubernetes.document import Manifest

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["", "0", "10Gi", "True", "registry:3.1.1", "v1alpha1", "2.8", "ReadWriteMany", "a", "$(X)", "None", "a\n"]),
    st.sampled_from([0, 1, -1, 2**31, 65536]),
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6
)
ENCODED = st.one_of(JSON.map(json.dumps), st.text(max_size=20)).map(lambda text: base64.b64encode(text.encode()).decode())
"""What the data of a Secret may hold, as its drivers and users write it."""


def models(annotation: object) -> list[type[BaseModel]]:
    """Return the models that a type names, inside lists and unions too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) is None and not hasattr(annotation, "__metadata__"):
        return []
    return [found for argument in get_args(annotation) for found in models(argument)]


def shaped(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Return JSON with fields of this model, whose values may be anything, rather often what they should be."""
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for name, field in model.model_fields.items():
        inner = [shaped(one) for one in models(field.annotation)]
        alternatives = [JSON, *inner, *inner, *[st.lists(one, max_size=2) for one in inner]]
        fields[field.alias or name] = st.one_of(alternatives)
    known = st.fixed_dictionaries({}, optional=fields)
    return st.tuples(known, st.dictionaries(st.text(max_size=8), JSON, max_size=1)).map(lambda parts: {**parts[1], **parts[0]})


@st.composite
def changed(draw: st.DrawFn, manifest: Manifest) -> Manifest:
    """Return the object with one part of it, at any depth, replaced by any JSON or left out."""
    made = copy.deepcopy(manifest)
    here: Any = made
    while True:
        key = draw(st.sampled_from(sorted(here))) if isinstance(here, dict) else draw(st.integers(0, len(here) - 1))
        deeper = isinstance(here[key], dict | list) and len(here[key]) > 0
        if not deeper or draw(st.integers(0, 3)) == 0:
            break
        here = here[key]
    if isinstance(here, dict) and draw(st.booleans()):
        del here[key]
    else:
        here[key] = draw(JSON | ENCODED)
    return made

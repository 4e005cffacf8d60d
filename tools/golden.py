"""Writes what the examples render to: `make golden`, after a change that is meant."""

from __future__ import annotations

import yaml

from function import preview
from function.preview import documents
from tools import pods
from tools.examples import all_examples


def main() -> None:
    """Write expected.yaml, xr.yaml for each claim, and which pods the examples have."""
    for example in all_examples():
        if example.written.name == "claim.yaml":
            made = documents.composite(preview.read([example.written]).composite, claims=True)
            text = yaml.safe_dump(made, sort_keys=False, allow_unicode=True)
            (example.folder / "xr.yaml").write_text(f"# What Crossplane makes of claim.yaml; written by `make golden`.\n{text}")
        example.expected.write_text(preview.stream(example.rendered()))
    pods.record()


if __name__ == "__main__":
    main()

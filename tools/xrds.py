"""Writes the XRDs under apis/ from the models in function/api; with --check, says whether they are up to date."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from function.api import GROUP
from function.api.cache import CacheSpec, CacheStatus
from function.api.integration import IntegrationSpec, IntegrationStatus
from function.api.registry import RegistrySpec, RegistryStatus
from function.api.template import TemplateSpec, TemplateStatus
from function.kubernetes.names import OWNER_LIMIT, OWNER_PATTERN
from tools.schema import structural

ROOT = Path(__file__).parent.parent
COLUMNS = [
    {"name": "URL", "type": "string", "jsonPath": ".status.url"},
    {"name": "VERSION", "type": "string", "jsonPath": ".status.version"},
    {"name": "REPLICAS", "type": "integer", "jsonPath": ".status.replicas"},
    {"name": "RELEASE", "type": "string", "jsonPath": ".status.release.phase"},
]
CACHE_COLUMNS = [
    {"name": "UPSTREAM", "type": "string", "jsonPath": ".status.upstream"},
    {"name": "URL", "type": "string", "jsonPath": ".status.url"},
    {"name": "REPLICAS", "type": "integer", "jsonPath": ".status.replicas"},
    {"name": "RELEASE", "type": "string", "jsonPath": ".status.release.phase"},
]


@dataclass(frozen=True)
class Kind:
    """A kind of ours, in both flavours."""

    name: str
    plural: str
    spec: type[BaseModel]
    status: type[BaseModel]
    file: str
    columns: tuple[dict[str, str], ...] = ()
    claimed: bool = False
    partial: bool = False
    scope: str = ""
    short: tuple[str, ...] = ()


KINDS = (
    Kind("Registry", "registries", RegistrySpec, RegistryStatus, "registry.yaml", tuple(COLUMNS), claimed=True, partial=True),
    Kind("Cache", "caches", CacheSpec, CacheStatus, "cache.yaml", tuple(CACHE_COLUMNS), claimed=True, partial=True),
    Kind(
        "RegistryTemplate",
        "registrytemplates",
        TemplateSpec,
        TemplateStatus,
        "template.yaml",
        ({"name": "PROBLEMS", "type": "integer", "jsonPath": ".status.problemCount"},),
        partial=True,
        scope="Cluster",
    ),
    Kind("RegistryIntegration", "registryintegrations", IntegrationSpec, IntegrationStatus, "integration.yaml"),
)


def xrd(kind: Kind, *, claims: bool) -> dict[str, Any]:
    """Return the XRD of a kind; with claims, its composite has an X before its name, unless it is cluster scoped anyway."""
    claims = claims and not kind.scope
    prefix = "X" if claims else ""
    plural = f"{prefix.lower()}{kind.plural}"
    schema: dict[str, Any] = {
        "type": "object",
        "description": (kind.spec.__doc__ or "").strip(),
        "properties": {"spec": structural(kind.spec, partial=kind.partial), "status": structural(kind.status)},
        "required": ["spec"],
    }
    if kind.claimed and not claims:
        schema["x-kubernetes-validations"] = [_name_rule()]
    version = {"name": "v1alpha1", "served": True, "referenceable": True, "schema": {"openAPIV3Schema": schema}}
    if kind.columns:
        version["additionalPrinterColumns"] = list(kind.columns)
    spec: dict[str, Any] = {
        "scope": kind.scope or ("LegacyCluster" if claims else "Namespaced"),
        "group": GROUP,
        "names": {"kind": f"{prefix}{kind.name}", "plural": plural, "categories": ["registry-operator"]},
        "versions": [version],
    }
    if claims and kind.claimed:
        spec["claimNames"] = {"kind": kind.name, "plural": kind.plural, "categories": ["registry-operator"]}
    return {
        "apiVersion": f"apiextensions.crossplane.io/{'v1' if claims else 'v2'}",
        "kind": "CompositeResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": spec,
    }


def _name_rule() -> dict[str, str]:
    pattern = OWNER_PATTERN.replace("\\", "\\\\")
    return {
        "rule": f"self.metadata.name.size() <= {OWNER_LIMIT} && self.metadata.name.matches('{pattern}')",
        "message": f"the name must have {OWNER_LIMIT} characters at most, small letters, digits and '-', and start with a letter",
    }


def rendered() -> dict[Path, str]:
    """Return the text of each file."""
    files = {}
    for flavour in ("claims", "namespaced"):
        for kind in KINDS:
            text = yaml.safe_dump(xrd(kind, claims=flavour == "claims"), sort_keys=False, width=120, allow_unicode=True)
            files[ROOT / "apis" / flavour / kind.file] = f"# Generated from function/api by `make generate`.\n{text}"
    return files


def main() -> int:
    """Write the files, or check them."""
    stale = [path for path, text in rendered().items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not up to date: run `make generate`", file=sys.stderr)
        return 1 if stale else 0
    for path, text in rendered().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

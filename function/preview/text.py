"""A preview as text: the YAML stream of `crossplane composition render`, or a tree that says what each object is for."""

from __future__ import annotations

from typing import Any

import yaml

from function.kubernetes.names import Keys
from function.preview.rendering import Rendered

PURPOSE = {
    Keys.DEPLOYMENT: "runs the registry's pods",
    Keys.SERVICE: "the address at which it is reached",
    Keys.SERVICE_ACCOUNT: "the pods' identity, without an API token",
    Keys.DISRUPTION_BUDGET: "keeps replicas up while nodes are drained",
    Keys.NETWORK_POLICY: "the registry to all who may, metrics to Prometheus alone",
    Keys.AUTOSCALER: "as many replicas as the load needs",
    Keys.VOLUME_CLAIM: "the volume that holds the images",
    Keys.HTTP_SECRET: "signs uploads, the same at every replica",
    Keys.BUCKET_SECRET: "the bucket's coordinates and credentials",
    Keys.COSI: "asks COSI for a bucket",
    Keys.DELETION_PROTECTION: "refuses to let the Registry be deleted",
    Keys.RELEASE: "a release: config.yml and pod template, immutable",
    Keys.STATEFUL_SET: "runs the pods, each with a volume of its own",
    Keys.CACHE_VOLUME: "the volume of a replica",
    Keys.TRIAL: "tries a release, once, beside the one that runs",
    Keys.TURN: "waits for its turn to follow a change that many follow; it has no pods",
    Keys.DEADLINE: "keeps the time that a rollout has; it has no pods",
    "bucket-claim": "asks for a bucket",
    "bucket-access-": "asks for access to the bucket",
}


def stream(rendered: Rendered) -> str:
    """Return the YAML stream: the composite, the composed objects in the order of their keys, the results."""
    documents = [rendered.composite, *rendered.composed.values(), *rendered.results]
    return "".join(f"---\n{_yaml(document)}" for document in documents)


def _yaml(document: dict[str, Any]) -> str:
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=True, allow_unicode=True, default_flow_style=False)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes as Crossplane's own tools do: no anchors, and double quotes for what is no string without them."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  PyYAML passes it
        return True

    def string(self, data: str) -> yaml.ScalarNode:
        """Return the node of a string."""
        resolved = str(yaml.SafeDumper.resolve(self, yaml.ScalarNode, data, (True, False)))
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=None if resolved.endswith(":str") else '"')


_Dumper.add_representer(str, _Dumper.string)


def tree(rendered: Rendered) -> str:
    """Return the composite with its conditions, and what it composes, a line each."""
    composite = rendered.composite
    metadata = composite["metadata"]
    lines = [f"{composite['kind']}/{metadata.get('name', '')}"]
    for entry in composite["status"]["conditions"]:
        if entry["type"] not in ("Responsive", "Synced", "Ready"):
            lines.append(f"│  {entry['type']}={entry['status']} ({entry['reason']}): {entry.get('message', '')}")
    rows = [(f"{manifest['kind']}/{manifest['metadata']['name']}", _purpose(key)) for key, manifest in rendered.composed.items()]
    width = max((len(name) for name, _ in rows), default=0)
    for index, (name, purpose) in enumerate(rows):
        branch = "└─" if index == len(rows) - 1 else "├─"
        lines.append(f"{branch} {name.ljust(width)}  {purpose}".rstrip())
    return "\n".join(lines) + "\n"


def _purpose(key: str) -> str:
    return PURPOSE.get(key) or next(
        (purpose for prefix, purpose in PURPOSE.items() if prefix.endswith("-") and key.startswith(prefix)), ""
    )

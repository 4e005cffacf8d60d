"""See from the API server's log that Crossplane used all that rbac.yaml gives, and was refused nothing that it needs.

A quota refuses with 403 too: so a request counts as refused for its rights where no other of its kind was ever allowed.

rights.py package/rbac.yaml LOG; the log has been written with -v=3 or more.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

REQUEST = re.compile(
    r'verb="(?P<verb>\w+)" URI="(?P<path>[^"?]+)(?P<query>\?[^"]*)?".*?userAgent="(?P<agent>[^"]*)".*?resp=(?P<code>\d+)'
)
RESOURCE = re.compile(
    r"^/api(?:s/(?P<group>[^/]+))?/v[^/]+(?:/namespaces/[^/]+)?/(?P<resource>[a-z]+)(?:/(?P<name>[^/]+))?(?P<sub>/.+)?$"
)
CROSSPLANE = ("crossplane",)
# A patch that applies an object that is not there needs `create` too.
APPLIED = ("PATCH", "APPLY")
IMPLIED = dict.fromkeys(APPLIED, ("patch", "create")) | {"PUT": ("update",), "POST": ("create",)}
CREATED = "201"


def used(log: Path) -> tuple[dict[tuple[str, str], set[str]], dict[str, bool]]:
    """Return the verbs that Crossplane used, by group and resource; and what it was refused, and whether for want of rights."""
    verbs: dict[tuple[str, str], set[str]] = defaultdict(set)
    allowed = set()
    refused = {}
    with log.open(errors="replace") as lines:
        for line in lines:
            found = REQUEST.search(line)
            if not found or not found["agent"].startswith(CROSSPLANE):
                continue
            place = RESOURCE.match(found["path"])
            if not place:
                continue
            kind = (place["group"], place["resource"], place["sub"], found["verb"])
            if found["code"] == "403":
                refused[f"{found['verb']} {found['path']}"] = kind
                continue
            verb = found["verb"].lower()
            verbs[place["group"] or "", place["resource"]].update(IMPLIED.get(found["verb"], (verb,)))
            # Of what a patch needs, that of one that created something shows all.
            if found["verb"] not in APPLIED or place["sub"] or found["code"] == CREATED:
                allowed.add(kind)
    return verbs, {request: kind not in allowed for request, kind in refused.items()}


def main(rbac: str, log: str) -> int:
    """Print what was used of each rule, and what was refused; return 1 where a rule is not used, or a right is missing."""
    out = subprocess.run(  # noqa: S603  CI's own file
        ["kubectl", "create", "--dry-run=client", "-o", "json", "-f", rbac],  # noqa: S607  that of the cluster's PATH
        capture_output=True,
        text=True,
        check=True,
    )
    verbs, refused = used(Path(log))
    unused = []
    for rule in json.loads(out.stdout)["rules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                seen = verbs[group, resource]
                left = [verb for verb in rule["verbs"] if verb not in seen]
                print(f"{resource}.{group}".rstrip("."), "used:", *sorted(seen), "| not used:", *left)
                if not seen:
                    unused.append(resource)
    for request, wanting in sorted(refused.items()):
        print("refused, for want of rights:" if wanting else "refused, though it has the right:", request)
    print("rules that nothing used:", *unused or ["none"])
    return 1 if unused or any(refused.values()) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""See from the API server's log that Crossplane used all that rbac.yaml gives; and print what it was refused.

That nothing it needs is refused, the tests have seen before: they ran with these rights alone. A quota refuses with 403 too.

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
IMPLIED = {"PATCH": ("patch", "create"), "APPLY": ("patch", "create")}


def used(log: Path) -> tuple[dict[tuple[str, str], set[str]], list[str]]:
    """Return the verbs that Crossplane used, by group and resource, and what it was refused."""
    verbs: dict[tuple[str, str], set[str]] = defaultdict(set)
    refused = []
    with log.open(errors="replace") as lines:
        for line in lines:
            found = REQUEST.search(line)
            if not found or not found["agent"].startswith(CROSSPLANE):
                continue
            place = RESOURCE.match(found["path"])
            if not place:
                continue
            if found["code"] == "403":
                refused.append(f"{found['verb']} {found['path']}")
                continue
            verb = found["verb"].lower()
            verbs[place["group"] or "", place["resource"]].update(IMPLIED.get(found["verb"], (verb,)))
    return verbs, refused


def main(rbac: str, log: str) -> int:
    """Print what was used of each rule, and what was refused; return 1 where a rule is not used."""
    out = subprocess.run(  # noqa: S603
        ["kubectl", "create", "--dry-run=client", "-o", "json", "-f", rbac],  # noqa: S607
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
    for request in sorted(set(refused)):
        print("refused:", request)
    print("rules that nothing used:", *unused or ["none"])
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

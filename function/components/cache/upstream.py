"""The registry whose images are kept, and the credentials by which they are fetched."""

from __future__ import annotations

from importlib import resources

from function.components.part import CONFIG_DIRECTORY, Part
from function.kubernetes.document import Manifest
from function.observed import Condition, Observed, Verdict
from function.resolve import references
from function.resolve.cache import facts
from function.resolve.cache.plan import CachePlan

UPSTREAM_CONFIGURED = "UpstreamConfigured"
DIRECTORY = "/etc/registry-upstream"
PROGRAM = "credentials.sh"
_TEXT = resources.files(__package__).joinpath(PROGRAM).read_text()


def build(plan: CachePlan) -> Part:
    """Return the proxy's section, and the program that it asks for credentials.

    Also where there are none: a registry with such a program asks its upstream for nothing when it starts, and so starts
    while that is down.
    """
    proxy: Manifest = {
        "remoteurl": plan.upstream.url,
        # The janitor removes what is too old: the registry's own scheduler forgets most of it when replicas come and go.
        "ttl": "0s",
        # As long as the fetch of a large layer over a slow line may take; the default of five minutes would give it up.
        "cachewritetimeout": "1h",
        "exec": {"command": f"{CONFIG_DIRECTORY}/{PROGRAM}", "lifetime": "0s"},
    }
    secret = plan.spec.credentials_secret_name
    if not secret:
        return Part(config={"proxy": proxy}, files={PROGRAM: _TEXT})
    items = [{"key": key, "path": key} for key in facts.CREDENTIAL_KEYS]
    return Part(
        config={"proxy": proxy},
        files={PROGRAM: _TEXT},
        # Optional: what is kept is served also while the Secret is away, and taken up when it comes.
        volumes=[{"name": "upstream", "secret": {"secretName": secret, "items": items, "optional": True}}],
        mounts=[{"name": "upstream", "mountPath": DIRECTORY, "readOnly": True}],
    )


def conditions(plan: CachePlan, observed: Observed) -> tuple[Condition, ...]:
    """Return the condition that says whether the credentials are there."""
    return (Condition.of(UPSTREAM_CONFIGURED, judge(plan, observed)),)


def judge(plan: CachePlan, observed: Observed) -> Verdict:
    """Say whether what is needed to fetch from the upstream is there; whether it answers, the pods find out."""
    reference = facts.credentials(plan.spec)
    if reference is None:
        return Verdict(True, "Anonymous", f"fetches from {plan.upstream.url} without credentials")
    _, gaps = references.check([reference], observed.required, plan.owner.namespace, "")
    for gap in gaps:
        if not gap.message:
            return Verdict(False, gap.reason, f"Secret {reference.name} has not been looked up yet")
        goes_on = f"{gap.message}. Until then it fetches without credentials, and what is kept goes on being served"
        return Verdict(False, gap.reason, goes_on, trouble=True)
    return Verdict(
        True, "CredentialsConfigured", f"fetches from {plan.upstream.url} with the credentials of Secret {reference.name}"
    )

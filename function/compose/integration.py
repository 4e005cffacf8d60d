"""A RegistryIntegration: one API of a third party, apart from the registry that uses it."""

from __future__ import annotations

from function import derive
from function.api.integration import IntegrationSpec
from function.components import integration
from function.observed import Answer, Condition, Observed, Verdict
from function.resolve.parse import parse
from function.resolve.problems import InvalidSpec, Problem


def answer(observed: Observed, _polled: int) -> Answer:
    """Return the answer for an integration."""
    spec, problems = parse(IntegrationSpec, observed.composite.at("spec"))
    if spec is not None and not problems and spec.cosi is None:
        problems = [Problem("spec.cosi", "is missing")]
    if spec is None or spec.cosi is None or problems:
        said = str(InvalidSpec(problems))
        return Answer(fatal=said, conditions=(Condition("Provisioned", "False", "InvalidSpec", said, trouble=True),))
    desired = integration.cosi(spec, spec.cosi)
    claim = integration.judge_claim(observed.composed.get(integration.CLAIM), spec.cosi.claim_name)
    access_key = integration.access_key(spec.cosi)
    granted = integration.judge_access(observed.composed.get(access_key), spec.cosi.access_name)
    verdict = next(
        (v for v in (claim, granted) if not v.ready),
        Verdict(True, "Provisioned", "a bucket is there, and access to it"),
    )
    told = (Condition.of("Provisioned", verdict),)
    judged = {integration.CLAIM: claim.ready, access_key: granted.ready}
    return Answer(
        desired=desired,
        ready=frozenset(key for key, good in judged.items() if good),
        composite_ready=verdict.ready,
        status={"cosi": {"bucketReady": claim.ready, "accessGranted": granted.ready}},
        conditions=told,
        events=derive.events(told, observed),
        ttl=derive.ttl(observed, desired, told, 0),
    )

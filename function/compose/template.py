"""A RegistryTemplate by itself: it composes nothing, and tells what is wrong with it."""

from __future__ import annotations

from function import derive
from function.observed import Answer, Condition, Observed, Verdict
from function.resolve.problems import numbered
from function.resolve.registry import resolution


def answer(observed: Observed, _polled: int) -> Answer:
    """Return the answer for a template."""
    problems = [str(problem) for problem in resolution.template_problems(observed.composite)]
    verdict = Verdict(True, "Valid", "registries can use the template")
    if problems:
        verdict = Verdict(False, "InvalidSpec", numbered(problems), trouble=True)
    told = (Condition.of(derive.VALID, verdict),)
    return Answer(
        composite_ready=verdict.ready,
        status={"problems": problems, "problemCount": len(problems)},
        conditions=told,
        events=derive.events(told, observed),
    )

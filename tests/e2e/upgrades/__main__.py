"""Change registries that are in use in ways that are good and bad, and print what became of it.

Each scenario has a registry of its own, with three pods, from which images are pulled and to which images are pushed all the time.
Fails where a request failed, where a registry was told not to be ready, or where a scenario ended in another way than it has to.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from journal import Journal
from kubernetes import kubectl, proxy
from scenarios import SCENARIOS, Scenario
from stage import Stage

FAILED = ("TrialFailed", "RolledBack", "RolloutFailed", "Refused")


@dataclass
class Result:
    """What became of one registry; `found` and `back` are seconds since the change, at which `before` was the target."""

    name: str
    scenario: Scenario
    began: float
    before: str
    ended: str = ""
    found: float | None = None
    back: float | None = None
    templates: int = 0
    unready: int = 0
    message: str = ""
    trouble: str = ""


def play(stage: Stage, journal: Journal, scenario: Scenario) -> list[Result]:
    """Let a scenario happen, and say what became of each of its registries."""
    before = {name: journal.stories[name].said[-1].target for name in scenario.registries}
    began = time.monotonic()
    scenario.change(stage, scenario.name)
    with ThreadPoolExecutor(scenario.count) as pool:
        return list(pool.map(lambda name: follow(stage, journal, Result(name, scenario, began, before[name])), scenario.registries))


def follow(stage: Stage, journal: Journal, result: Result) -> Result:
    name, scenario, began, story = result.name, result.scenario, result.began, journal.stories[result.name]

    def changed() -> bool:
        return story.said[-1].at >= began and story.said[-1].target != result.before

    def midway() -> bool:
        return changed() and story.reason == scenario.when and bool(story.rollout and story.rollout.updated >= scenario.updated)

    def ended() -> bool:
        # The status is written before the conditions are.
        last = story.said[-1]
        return changed() and last.reason == scenario.ends and (last.reason != "Current" or last.current == last.target)

    def good() -> bool:
        last = story.rollout
        return bool(last and last.complete and last.release == story.said[-1].current)

    try:
        if scenario.midway:
            journal.wait(f"{name} is {scenario.when}", midway)
            scenario.midway(stage, name)
        at = journal.wait(f"{name} is {scenario.ends}", ended)
        failed = [each.at for each in story.said if each.at >= began and each.reason in FAILED]
        result.found = (failed[0] if failed else at) - began
        at = journal.wait(f"all pods of {name} run the release that is good", good)
        result.back = at - began if story.templates(began) else 0
    except Exception as error:
        result.trouble = str(error) or traceback.format_exc()
    last = story.said[-1]
    result.ended, result.message = last.reason, last.message
    result.templates, result.unready = story.templates(began), story.unready(began)
    return result


def troubles(result: Result, tally: dict[str, Any]) -> list[str]:
    """Return all that is not as it has to be."""
    found = [result.trouble] if result.trouble else []
    if result.ended != result.scenario.ends:
        found.append(f"it is {result.ended}, not {result.scenario.ends}")
    if tally.get("failed", 1):
        found.append(f"{tally.get('failed')} requests failed: {'; '.join(tally.get('errors', []))}")
    if result.templates > result.scenario.templates:
        found.append(f"the pod template was changed {result.templates} times, and not {result.scenario.templates}")
    if result.unready:
        found.append(f"{result.unready} times it was told not to be ready")
    return found


def table(results: list[Result], tallies: dict[str, Any], journal: Journal) -> None:
    head = ("scenario", "ended as", "found out", "good again", "templates", "requests", "failed", "breaker")
    rows = [head]
    for each in results:
        tally = tallies.get(each.name, {})
        times = ["-" if value is None else f"{value:.1f} s" for value in (each.found, each.back)]
        left = f"{journal.stories[each.name].lowest():.0f}"
        rows.append(
            (each.name, each.ended, *times, str(each.templates), str(tally.get("requests")), str(tally.get("failed")), left)
        )
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def arguments() -> argparse.Namespace:
    package = "registry-operator-function-registry"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--namespace", default="", help="where to do it; default: a new one, which is deleted afterwards")
    parser.add_argument("--brief", action="store_true", help="only those that CI does")
    parser.add_argument("--only", default="", help="names of scenarios, separated by commas")
    parser.add_argument("--keep", action="store_true", help="leave everything as it is")
    parser.add_argument("--costs", action="store_true", help="say which events Crossplane's circuit breaker counted")
    parser.add_argument("--storage", choices=["s3", "volume"], default="volume", help="where images are, if keys do not matter")
    parser.add_argument("--s3", default=os.environ.get("S3", ""))
    parser.add_argument("--image-v2", default=os.environ.get("IMAGE_V2") or "registry:2.8.3")
    parser.add_argument("--image-v3", default=os.environ.get("IMAGE_V3") or "registry:3.1.1")
    parser.add_argument("--restart-crossplane", default=os.environ.get("RESTART", ""), help="a command")
    parser.add_argument("--client", default=os.environ.get("CLIENT", ""))
    o = parser.parse_args()
    o.client = o.client or kubectl("get", "functions.pkg.crossplane.io", package, "-o", "jsonpath={.spec.package}")
    return o


def chosen(o: argparse.Namespace) -> list[Scenario]:
    found = [each for each in SCENARIOS if not o.only or each.name in o.only.split(",")]
    if o.brief:
        found = [each for each in found if each.brief]
    for each in list(found):
        lacks = "S3" if each.keys and not o.s3 else "RESTART" if "crossplane" in each.name and not o.restart_crossplane else ""
        if lacks:
            print(f"left out: {each.name} ({lacks} is not given)")
            found.remove(each)
    return found


def run(o: argparse.Namespace) -> int:
    scenarios = chosen(o)
    names = [name for each in scenarios for name in each.registries]
    stage = Stage(o)
    began = time.monotonic()
    with proxy() as url:
        stage.set_up()
        journal = Journal(url, o.namespace)
        stage.create(scenarios)
        for name in names:
            story = journal.stories[name]
            journal.wait(f"{name} is ready", lambda story=story: story.reason == "Current" and story.said[-1].ready, 400)
        stage.put_load(names)
        stage.loaded(names)
        print(f"{len(names)} registries are ready and in use after {time.monotonic() - began:.0f} s", flush=True)
        results: list[Result] = []
        for _, group in groupby(sorted(scenarios, key=lambda each: each.alone), key=lambda each: each.alone):
            together = list(group)
            with ThreadPoolExecutor(len(together)) as pool:
                results += [each for found in pool.map(lambda it: play(stage, journal, it), together) for each in found]
        time.sleep(3)
        tallies = stage.tallies()
    table(results, tallies, journal)
    early = sum(each["early"] for each in tallies.values())
    print(f"{time.monotonic() - began:.0f} s in all; first pushes that came too early: {early}")
    for each in results:
        print(f"\n{each.name}: {each.ended}: {each.message}")
        if o.costs:
            print(journal.stories[each.name].costs(each.began))
    bad = {each.name: found for each in results if (found := troubles(each, tallies.get(each.name, {})))}
    for name, found in bad.items():
        for trouble in found:
            print(f"NOT AS IT HAS TO BE: {name}: {trouble}")
    return 1 if bad else 0


def main() -> int:
    o = arguments()
    if o.namespace:
        return run(o)
    o.namespace = f"upgrades-{os.getpid()}"
    kubectl("create", "namespace", o.namespace)
    kubectl("label", "namespace", o.namespace, "pod-security.kubernetes.io/enforce=restricted")
    try:
        return run(o)
    finally:
        if not o.keep:
            kubectl("-n", o.namespace, "delete", "registries.registry-operator.dev", "--all", "--wait=false")
            kubectl("delete", "namespace", o.namespace, "--wait=false")


if __name__ == "__main__":
    sys.exit(main())

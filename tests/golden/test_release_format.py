"""What pods look like changes only with the format of their kind: else those that run and new ones would differ under one hash."""

from function.releases import RELEASE_FORMATS
from tools import pods


def test_a_pod_and_its_programs_change_only_with_the_release_format():
    before = pods.recorded()
    assert before["formats"] == RELEASE_FORMATS, "RELEASE_FORMATS was raised: make golden"
    now = pods.digests()
    for kind, recorded in before["pods"].items():
        changed = [name for name, digest in recorded.items() if now[kind].get(name, digest) != digest]
        assert not changed, f"the pods of {changed} changed: raise the format of {kind} (each then rolls once), then make golden"
        assert now[kind].keys() == recorded.keys(), "make golden"

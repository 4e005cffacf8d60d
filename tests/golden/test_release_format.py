"""What pods look like changes only with RELEASE_FORMAT: else registries that run and new ones would differ under one hash."""

from function.releases import RELEASE_FORMAT
from tools import pods


def test_a_pod_changes_only_with_the_release_format():
    before = pods.recorded()
    assert before["format"] == RELEASE_FORMAT, "RELEASE_FORMAT was raised: make golden"
    now = pods.digests()
    changed = [name for name, digest in before["pods"].items() if now.get(name, digest) != digest]
    assert not changed, f"the pods of {changed} changed: raise RELEASE_FORMAT (every registry rolls once), then make golden"
    assert now.keys() == before["pods"].keys(), "make golden"

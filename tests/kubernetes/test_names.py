import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from function.kubernetes import labels, names
from function.kubernetes.names import BucketNames, Keys, Names

LABEL = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
"""A DNS label that starts with a letter: what the API server asks of a Service's name, the strictest of all."""

OWNERS = st.from_regex(r"[a-z]([-a-z0-9]{0,52}[a-z0-9])?", fullmatch=True)
SUFFIXES = ("http", "data", "bucket", "release-0123456789", "bucket-abcdef", "a-suffix-that-came-later")


@pytest.mark.parametrize("owner", ["a", "my-registry", "a--b", "r2", "a" * 54])
def test_an_owner_may_have_a_name_that_its_service_can_carry(owner: str):
    assert names.owner_problem(owner) == ""
    assert LABEL.fullmatch(Names(owner, "registry").base)


@pytest.mark.parametrize("owner", ["", "-a", "a-", "1a", "A", "a.b", "a_b", "ä", "a b", "a\n"])
def test_an_owner_with_another_name_is_told_what_a_name_looks_like(owner: str):
    assert "small letters, digits and '-'" in names.owner_problem(owner)


def test_an_owner_with_a_long_name_is_told_how_long_it_may_be():
    assert "has 55 characters; a registry's name has 54 at most" in names.owner_problem("a" * 55)


def test_the_longest_owner_still_has_a_service_with_its_whole_name():
    assert Names("a" * names.OWNER_LIMIT, "registry").base == "a" * 54 + "-registry"


@pytest.mark.parametrize(
    ("suffix", "name"),
    [("http", "my-registry-registry-http"), ("release-0123456789", "my-registry-registry-release-0123456789")],
)
def test_a_short_name_says_whose_and_what(suffix: str, name: str):
    assert Names("my-registry", "registry")(suffix) == name


def test_names_are_the_same_for_ever():
    """An object that exists keeps its name: these values may never change."""
    long = Names("a" * 54, "registry")
    assert Names("r", "registry").base == "r-registry"
    assert Names("r", "cache").base == "r-cache"
    assert Names("r", "cache").stateful == "r-cache"
    assert Names("r", "cache").volume(2) == "data-r-cache-2"
    assert Names("a" * 54, "cache").stateful == "a" * 41 + "-132026a899"
    assert long("http") == "a" * 52 + "-b7d7d12ebe"
    assert names.integration("team-a", "r", "registry", "cosi", cluster_scoped=True) == "r-registry-cosi-d8fbd9f42d"
    assert names.integration("team-a", "r", "registry", "cosi", cluster_scoped=False) == "r-registry-cosi"
    assert BucketNames.of(Names("r", "registry"), "fast", "keys") == BucketNames(
        "cosi-115dc3", "r-registry-bucket-115dc3", "r-registry-bucket-115dc3-48a53f", "r-registry-bucket-115dc3-48a53f"
    )


@given(OWNERS, st.sampled_from(SUFFIXES))
def test_every_name_is_legal_and_within_its_limit(owner: str, suffix: str):
    assert LABEL.fullmatch(Names(owner, "registry")(suffix))
    assert LABEL.fullmatch(names.integration("team-a", owner, "registry", suffix, cluster_scoped=True))


@given(OWNERS, OWNERS, st.sampled_from(SUFFIXES), st.sampled_from(SUFFIXES))
def test_different_owners_or_suffixes_have_different_names(one: str, other: str, suffix: str, another: str):
    assert (Names(one, "registry")(suffix) == Names(other, "registry")(another)) == ((one, suffix) == (other, another))


@given(OWNERS)
def test_a_registry_and_a_cache_of_one_name_share_nothing(owner: str):
    registry, cache = Names(owner, "registry"), Names(owner, "cache")
    assert not {registry.base, *map(registry, SUFFIXES)} & {cache.base, *map(cache, SUFFIXES)}


def test_long_names_that_differ_at_their_end_stay_different():
    one, other = (Names("a" * 53 + end, "registry")("http") for end in "bc")
    assert one != other


def test_a_cluster_scoped_name_tells_namespaces_apart():
    one = names.integration("a-b", "c", "registry", "cosi", cluster_scoped=True)
    other = names.integration("a", "b-c", "registry", "cosi", cluster_scoped=True)
    same = names.integration("a", "c", "registry", "cosi", cluster_scoped=True)
    assert len({one, other, same}) == 3


def test_a_shortened_name_does_not_end_within_a_dash():
    assert names.fit("a" * 51 + "-" + "b" * 30).startswith("a" * 51 + "-")
    assert "--" not in names.fit("a" * 51 + "-" + "b" * 30)


def test_keys_are_the_same_for_ever():
    """A key that changes is an object that is deleted and made again."""
    found = {value for name, value in vars(Keys).items() if name.isupper()}
    assert found == {
        "deployment",
        "trial-",
        "deadline-",
        "turn-",
        "service",
        "service-account",
        "pod-disruption-budget",
        "network-policy",
        "autoscaler",
        "volume-claim",
        "http-secret",
        "bucket-secret",
        "cosi-",
        "deletion-protection",
        "release-",
        "stateful-set",
        "cache-volume-",
    }


def test_the_selector_is_the_same_for_ever():
    """The API server lets nobody change the selector of a Deployment."""
    assert labels.selector("registry", "r") == {
        "app.kubernetes.io/name": "registry",
        "app.kubernetes.io/instance": "r",
        "app.kubernetes.io/component": "registry",
        "app.kubernetes.io/managed-by": "registry-operator",
    }

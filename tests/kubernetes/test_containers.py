import re

from hypothesis import given
from hypothesis import strategies as st

from function.kubernetes.containers import secret_variable, variable

_KUBELET = re.compile(r"\$\$|\$\(([^)]*)\)")


def expanded(value: str) -> str:
    """Do what kubelet does (k8s.io/kubernetes third_party/forked/golang/expansion) where OTHER is another variable."""
    return _KUBELET.sub(lambda found: "$" if found.group() == "$$" else f"<{found.group(1)}>", value)


@given(st.text(alphabet="$()OTHER a", max_size=12))
def test_a_literal_value_reaches_the_container_as_it_was_written(value: str):
    assert expanded(variable("NAME", value)["value"]) == value


def test_what_looks_like_another_variable_is_escaped():
    assert variable("NO_PROXY", "$(OTHER)") == {"name": "NO_PROXY", "value": "$$(OTHER)"}


def test_a_secret_stays_where_it_is():
    assert secret_variable("KEY", "keys", "key") == {
        "name": "KEY",
        "valueFrom": {"secretKeyRef": {"name": "keys", "key": "key"}},
    }

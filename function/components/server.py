"""The registry's own server: how it listens, logs, drains, and says that it is healthy."""

from __future__ import annotations

from function.components.part import Part
from function.kubernetes import quantity
from function.kubernetes.containers import variable
from function.kubernetes.document import Manifest, mapping
from function.resolve.plan import DRAIN_SECONDS, METRICS_PORT, PORT, Plan, resources


def build(plan: Plan) -> Part:
    """Return the sections version, log, http and health."""
    logging = plan.spec.logging
    config: Manifest = {
        "version": "0.1",
        "log": {
            "level": logging.level,
            "formatter": logging.format,
            "accesslog": {"disabled": not logging.access_log},
            "fields": {"service": "registry"},
        },
        "http": {
            "addr": f":{PORT}",
            "draintimeout": f"{DRAIN_SECONDS}s",
            # The scheme and host that a client used may be known to a proxy in front of us alone.
            "relativeurls": True,
            "headers": {"X-Content-Type-Options": ["nosniff"]},
            "debug": {"addr": f":{METRICS_PORT}", "prometheus": {"enabled": True, "path": "/metrics"}},
        },
        "health": {"storagedriver": {"enabled": True, "interval": "4s", "threshold": 2}},
    }
    return Part(config=config, env=_environment(plan))


def _environment(plan: Plan) -> list[Manifest]:
    # Each pull takes a buffer of 4 MiB, so that with Go's default of 100 the registry spends half of its CPU on memory.
    env = [variable("GOGC", "200")]
    if limit := mapping(resources(plan.spec.resources).get("limits")).get("memory"):
        # The rest is for what is not Go's heap. As the limit comes near, memory is freed more often instead.
        env.append(variable("GOMEMLIMIT", str(int(quantity.parse(limit) * 9 / 10))))
    if plan.dialect == "3.1":
        # Distribution 3 exports traces to localhost unless told otherwise, and logs an error for each batch.
        env.append(variable("OTEL_TRACES_EXPORTER", "none"))
    return env

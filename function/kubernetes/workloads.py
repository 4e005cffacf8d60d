"""What the status of a Deployment or StatefulSet means.

Its pods are never asked for: an informer on them would hold those of the whole cluster.
"""

from __future__ import annotations

from function.kubernetes import labels
from function.kubernetes.document import Document, by_type, items, mapping, number, text
from function.record import record


@record
class State:
    """A workload's state. `release` is that of the pod template; `observed` tells whether the status is of that template.

    The controller of a StatefulSet has no deadline: `progressing` is empty there, and `late` tells of a deadline of ours.
    `beside` is how many pods of another workload are ready.
    """

    release: str
    observed: bool
    desired: int
    replicas: int
    updated: int
    ready: int
    available: int
    progressing: str
    refused: str
    late: bool = False
    beside: int = 0

    @property
    def serving(self) -> int:
        """How many pods are ready, whichever workload they are of: clients do not care."""
        return self.ready + self.beside

    @property
    def complete(self) -> bool:
        """Whether all pods run the template, none of another runs, and all are available."""
        return (
            self.observed
            and self.desired > 0
            and self.updated == self.replicas == self.desired
            and self.available >= self.desired
            and self.progressing != "ProgressDeadlineExceeded"
        )

    @property
    def overdue(self) -> bool:
        """Whether the rollout was given up as too slow."""
        return self.observed and (self.progressing == "ProgressDeadlineExceeded" or (self.late and not self.complete))


def read(workload: Document) -> State:
    """Return the state of an observed Deployment or StatefulSet."""
    return workload.once(_read)


def _read(workload: Document) -> State:
    status = mapping(workload.at("status"))
    told = by_type(status.get("conditions"))
    failure = told.get("ReplicaFailure", {})
    return State(
        release=text(workload.at("spec", "template", "metadata", "annotations", labels.RELEASE)),
        observed=number(status.get("observedGeneration")) >= max(number(workload.at("metadata", "generation")), 1),
        desired=number(workload.at("spec", "replicas")),
        replicas=number(status.get("replicas")),
        updated=number(status.get("updatedReplicas")),
        ready=number(status.get("readyReplicas")),
        available=number(status.get("availableReplicas")),
        progressing=text(told.get("Progressing", {}).get("reason")),
        refused=text(failure.get("message")) if failure.get("status") == "True" else "",
    )


def replicas_are_ours(deployment: Document) -> bool:
    """Tell whether nobody but Crossplane has set spec.replicas.

    As long as that is so, leaving the field out would set it to 1; once an autoscaler has set it, it is the autoscaler's.
    """
    entries = [mapping(entry) for entry in items(deployment.at("metadata", "managedFields"))]
    owners = [
        text(entry.get("manager")) for entry in entries if "f:replicas" in mapping(mapping(entry.get("fieldsV1")).get("f:spec"))
    ]
    return all(owner.startswith("apiextensions.crossplane.io/") for owner in owners)

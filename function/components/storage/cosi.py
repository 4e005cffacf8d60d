"""A bucket that COSI provisions: asked for through a RegistryIntegration, so that COSI's troubles stay its own."""

from __future__ import annotations

from function.api import VERSION
from function.components.part import Part, manifest
from function.components.storage import s3
from function.kubernetes.document import Document, Manifest, condition, text
from function.kubernetes.names import Keys, integration
from function.observed import Observed, Verdict
from function.resolve.registry.facts import COSI_CRD, CRD_REQUIREMENT
from function.resolve.registry.plan import RegistryPlan


def build(plan: RegistryPlan) -> Part:
    """Return the integration, as far as the cluster has COSI; and the bucket, once there is one."""
    manifests: dict[str, Manifest] = {}
    if plan.facts.cosi_version:
        manifests[plan.bucket_names.key] = _integration(plan)
    bucket = plan.facts.bucket
    if bucket is None:
        return Part(manifests=manifests)
    secret = manifest(plan, "v1", "Secret", plan.names("bucket"), type="Opaque")
    driver = s3.section(plan, bucket.bucket, bucket.endpoint, bucket.region, path_style=bucket.path_style)
    return Part(
        config={"storage": {"s3": driver}},
        env=s3.credentials(plan.names("bucket")),
        manifests=manifests,
        secrets={Keys.BUCKET_SECRET: secret},
    )


def _integration(plan: RegistryPlan) -> Manifest:
    owner, names = plan.owner, plan.bucket_names
    made = manifest(
        plan,
        VERSION,
        "XRegistryIntegration" if owner.claimed else "RegistryIntegration",
        integration(owner.namespace, owner.name, plan.names.kind, plan.bucket_names.key, cluster_scoped=owner.claimed),
        spec={
            "type": "COSI",
            "owner": owner.name,
            "namespace": owner.namespace,
            "cosi": {
                "version": plan.facts.cosi_version,
                "bucketClassName": plan.storage.bucket_class_name,
                "bucketAccessClass": plan.storage.bucket_access_class,
                "claimName": names.claim,
                "accessName": names.access,
                "credentialsSecretName": names.credentials,
            },
        },
    )
    if owner.claimed:
        del made["metadata"]["namespace"]
    return made


def judge(plan: RegistryPlan, observed: Observed) -> Verdict:
    """Say how far the bucket is; what runs goes on with the bucket that it has."""
    bucket = plan.facts.bucket
    goes_on = f"; the registry goes on with bucket {bucket.bucket}" if bucket else ""
    if plan.facts.other_bucket:
        message = f"COSI now gives bucket {plan.facts.other_bucket}, but the images are in {plan.facts.storage}{goes_on}"
        advice = f'. To use the new one, copy the images and set storage.replaces to "{plan.facts.storage}"'
        return Verdict(False, "StorageChangeRefused", message + advice, trouble=True)
    if CRD_REQUIREMENT not in observed.required:
        return Verdict(False, "Reading", "whether the cluster has COSI has not been looked up yet")
    if not plan.facts.cosi_version:
        message = f"the cluster has no COSI (CustomResourceDefinition {COSI_CRD}): install it and a driver{goes_on}"
        return Verdict(False, "WaitingForCOSI", message, trouble=True)
    child = observed.composed.get(plan.bucket_names.key)
    if child is None:
        return Verdict(False, "Creating", f"the RegistryIntegration for the bucket is being created{goes_on}")
    verdict = _child(child, goes_on)
    if verdict.ready and bucket is None:
        secret = f"{plan.owner.namespace}/{plan.bucket_names.credentials}"
        message = f"Secret {secret} lacks the coordinates of an S3 bucket: the driver's log may say why"
        return Verdict(False, "CredentialsIncomplete", message, trouble=True)
    if verdict.ready and bucket is not None:
        return Verdict(True, "BucketProvisioned", f"bucket {bucket.bucket} was provisioned by {plan.storage.bucket_class_name}")
    return verdict


def _child(child: Document, goes_on: str) -> Verdict:
    name = f"{child.at('kind')} {child.at('metadata', 'name')}"
    synced = condition(child, "Synced")
    if synced.get("status") == "False":
        return Verdict(False, "IntegrationFailed", f"{name}: {text(synced.get('message'))}{goes_on}", trouble=True)
    provisioned = condition(child, "Provisioned")
    if provisioned.get("status") == "True":
        return Verdict(True, "BucketProvisioned", text(provisioned.get("message")))
    reason = text(provisioned.get("reason")) or "WaitingForBucket"
    said = text(provisioned.get("message")) or f"{name} has no state yet"
    return Verdict(False, reason, said + goes_on, trouble=reason.endswith("Failed"))

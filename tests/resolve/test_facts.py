"""The few observed values that what we want depends on, and how each is latched."""

import base64
import json
from typing import Any

import pytest

from function.kubernetes.document import Manifest
from function.kubernetes.names import Keys
from tests import specs
from tests.clusters import AUTOSCALER, BUCKET, COSI_KEY, ENTROPY, Cluster, cosi_crd, secret
from tests.pods import decoded
from tests.specs import Spec, cluster
from tests.states import settled

SCALED: Spec = {**specs.S3, "autoscaling": {"minReplicas": 2, "maxReplicas": 9}}


def reasons(registry: Cluster) -> dict[str, str]:
    return {entry.type: entry.reason for entry in registry.answer().conditions}


class TestHTTPSecret:
    def test_it_is_made_of_the_entropy_of_the_first_call_and_starts_with_a_letter(self):
        """Distribution parses the variable as YAML, where 0123 and 12e4 are numbers."""
        registry = cluster(specs.VOLUME)
        assert decoded(registry.answer().desired[Keys.HTTP_SECRET]) == {"secret": f"s{ENTROPY}"}

    def test_it_is_carried_over_from_then_on(self):
        registry = settled(specs.VOLUME)
        before = registry.composed[Keys.HTTP_SECRET]
        registry.entropy = "cd" * 32
        assert registry.answer().desired[Keys.HTTP_SECRET] == before

    @pytest.mark.parametrize("value", ["short", "c2hvcnQ=", "\u00e4\u00f6\u00fc", "two\nlines\n"])
    def test_it_is_carried_over_as_it_is(self, value: str):
        registry = settled(specs.VOLUME)
        registry.composed[Keys.HTTP_SECRET]["data"]["secret"] = there = base64.b64encode(value.encode()).decode()
        assert registry.answer().desired[Keys.HTTP_SECRET]["data"]["secret"] == there

    @pytest.mark.parametrize("data", [None, [], {}, {"secret": ""}, {"secret": "%%"}, {"secret": 3}])
    def test_one_that_cannot_be_read_is_made_again(self, data: Any):
        registry = settled(specs.VOLUME)
        registry.composed[Keys.HTTP_SECRET]["data"] = data
        assert decoded(registry.answer().desired[Keys.HTTP_SECRET]) == {"secret": f"s{ENTROPY}"}

    def test_it_can_only_be_replaced_by_deleting_it(self):
        """An answer made from a state that does not show it yet must not replace it."""
        assert cluster(specs.VOLUME).answer().desired[Keys.HTTP_SECRET]["immutable"] is True


class TestReplicas:
    def replicas(self, registry: Cluster) -> int | None:
        found: int | None = registry.answer().desired[Keys.DEPLOYMENT]["spec"].get("replicas")
        return found

    def test_they_are_emitted_until_an_autoscaler_has_set_them(self):
        """Leaving the field out while only Crossplane owns it would set it to 1."""
        registry = settled(SCALED)
        assert self.replicas(registry) == 2

    def test_they_are_left_to_the_autoscaler_once_it_has_set_them(self):
        registry = settled(SCALED)
        registry.scale(7)
        assert self.replicas(registry) is None
        registry.reconcile()
        assert registry.deployment["spec"]["replicas"] == 7
        registry.scale(5)
        registry.reconcile()
        assert registry.deployment["spec"]["replicas"] == 5

    def test_switching_autoscaling_on_keeps_the_number_that_runs(self):
        registry = settled({**specs.S3, "replicas": 4})
        registry.spec = SCALED
        assert self.replicas(registry) == 4
        registry.reconcile()
        assert self.replicas(registry) == 4

    def test_switching_autoscaling_off_takes_the_number_back(self):
        registry = settled(SCALED)
        registry.scale(7)
        registry.reconcile()
        registry.spec = {**specs.S3, "replicas": 3}
        assert self.replicas(registry) == 3

    def test_a_number_that_others_set_is_taken_back_without_an_autoscaler(self):
        registry = settled({**specs.S3, "replicas": 3})
        registry.scale(1, manager="kubectl")
        assert self.replicas(registry) == 3

    def test_other_fields_may_have_other_owners(self):
        registry = settled(SCALED)
        entry = {"manager": AUTOSCALER, "subresource": "status", "fieldsV1": {"f:status": {"f:replicas": {}}}}
        registry.deployment["metadata"]["managedFields"].append(entry)
        assert self.replicas(registry) == 2


class TestCOSIVersion:
    def version(self, registry: Cluster) -> str | None:
        integration = registry.answer().desired.get(COSI_KEY)
        return integration["spec"]["cosi"]["version"] if integration else None

    @pytest.mark.parametrize(
        ("served", "used"),
        [
            (["v1alpha1"], "v1alpha1"),
            (["v1alpha2"], "v1alpha2"),
            (["v1alpha2", "v1alpha1"], "v1alpha1"),
            (["v1beta1"], None),
            ([], None),
        ],
    )
    def test_it_is_one_that_the_cluster_serves(self, served: list[str], used: str | None):
        registry = Cluster(specs.COSI, cosi_crd(*served))
        registry.reconcile()
        assert self.version(registry) == used

    def test_one_that_is_not_served_does_not_count(self):
        crd = cosi_crd("v1alpha1", "v1alpha2")
        crd["spec"]["versions"][0]["served"] = False
        registry = Cluster(specs.COSI, crd)
        registry.reconcile()
        assert self.version(registry) == "v1alpha2"

    def test_the_one_in_use_stays_in_use_while_it_is_served(self):
        registry = Cluster(specs.COSI, cosi_crd("v1alpha2"))
        registry.reconcile()
        registry.users = [cosi_crd("v1alpha1", "v1alpha2")]
        assert self.version(registry) == "v1alpha2"

    def test_the_one_in_use_gives_way_when_it_is_no_longer_served(self):
        registry = Cluster(specs.COSI, cosi_crd("v1alpha1"))
        registry.reconcile()
        registry.users = [cosi_crd("v1alpha2")]
        assert self.version(registry) == "v1alpha2"

    def test_the_one_in_use_stays_in_use_while_the_crd_has_not_been_looked_up(self):
        """Left out, the integration would be deleted, its BucketClaim with it, and then the bucket."""
        registry = settled(specs.COSI)
        registry.requirements = {}
        assert self.version(registry) == "v1alpha2"

    def test_the_one_in_use_stays_in_use_when_only_newer_ones_are_served(self):
        """The bucket is still there: what we do not know must not delete it."""
        registry = settled(specs.COSI)
        registry.users = [one for one in registry.users if one["kind"] != "CustomResourceDefinition"]
        registry.users.append(cosi_crd("v1beta1"))
        assert self.version(registry) == "v1alpha2"


class TestBucket:
    RECORDED = "cosi:class=fast,bucket=images-1"

    def driver(self, registry: Cluster) -> Manifest:
        return next(one for one in registry.users if "COSI_S3_BUCKET_ID" in one.get("data", {}))

    def test_it_is_kept_in_a_secret_of_our_own(self):
        registry = settled(specs.COSI)
        assert decoded(registry.composed[Keys.BUCKET_SECRET]) == {
            "bucket": "images-1",
            "endpoint": "https://s3.store.svc:9000",
            "region": "us-east-1",
            "pathStyle": "true",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }
        assert registry.status["storage"] == {"identity": self.RECORDED}

    def test_it_is_carried_on_when_the_driver_s_secret_is_gone(self):
        registry = settled(specs.COSI)
        before = registry.answer()
        registry.users.remove(self.driver(registry))
        assert registry.answer().desired == before.desired

    @pytest.mark.parametrize("broken", ["{", "{}", json.dumps({"spec": {"bucketName": "other"}})])
    def test_it_is_carried_on_when_the_driver_s_secret_cannot_be_read(self, broken: str):
        registry = settled(specs.COSI)
        before = registry.answer()
        self.driver(registry)["data"] = secret("", BucketInfo=broken)["data"]
        assert registry.answer().desired == before.desired

    def test_new_credentials_for_it_are_taken_and_roll_the_pods(self):
        registry = settled(specs.COSI)
        before = registry.status["release"]["target"]
        self.driver(registry)["data"] |= secret("", COSI_S3_ACCESS_KEY_ID="rotated")["data"]
        registry.reconcile()
        assert decoded(registry.composed[Keys.BUCKET_SECRET])["AWS_ACCESS_KEY_ID"] == "rotated"
        assert registry.status["release"]["target"] != before

    def test_another_one_is_refused_while_the_images_are_in_it(self):
        registry = settled(specs.COSI)
        before = registry.answer()
        self.driver(registry)["data"] |= secret("", COSI_S3_BUCKET_ID="images-2")["data"]
        answer = registry.answer()
        assert answer.desired == before.desired
        [condition] = [entry for entry in answer.conditions if entry.type == "StorageReady"]
        assert (condition.status, condition.reason, condition.trouble) == ("False", "StorageChangeRefused", True)
        assert "COSI now gives bucket images-2" in condition.message
        assert f'set storage.replaces to "{self.RECORDED}"' in condition.message
        assert reasons(registry)["Available"] == "Available"

    def test_another_one_is_taken_when_storage_replaces_names_the_old_one(self):
        registry = settled(specs.COSI)
        self.driver(registry)["data"] |= secret("", COSI_S3_BUCKET_ID="images-2")["data"]
        registry.spec["storage"]["replaces"] = self.RECORDED
        registry.reconcile()
        assert decoded(registry.composed[Keys.BUCKET_SECRET])["bucket"] == "images-2"
        assert registry.status["storage"] == {"identity": self.RECORDED}, "until the pods on the new one are good"
        registry.report()
        registry.reconcile()
        registry.reconcile()
        assert registry.status["storage"] == {"identity": "cosi:class=fast,bucket=images-2"}
        assert reasons(registry)["StorageReady"] == "BucketProvisioned"

    def test_another_class_of_access_keeps_the_bucket_until_its_own_credentials_are_there(self):
        registry = settled(specs.COSI)
        before = registry.composed[Keys.BUCKET_SECRET]
        registry.spec["storage"]["bucketAccessClass"] = "other"
        answer = registry.reconcile()
        assert answer.fatal == ""
        assert registry.composed[Keys.BUCKET_SECRET] == before
        registry.provision(secret("", **{**BUCKET, "COSI_S3_ACCESS_KEY_ID": "granted-anew"}))
        registry.reconcile()
        assert decoded(registry.composed[Keys.BUCKET_SECRET])["AWS_ACCESS_KEY_ID"] == "granted-anew"

    def test_another_class_of_buckets_is_refused(self):
        registry = settled(specs.COSI)
        registry.spec["storage"]["bucketClassName"] = "other"
        assert f"would lead from {self.RECORDED} to cosi:class=other" in registry.answer().fatal

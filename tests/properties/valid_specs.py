"""A strategy for specs that are valid: all kinds of storage, both dialects, all options."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.specs import Spec

NAMES = st.from_regex(r"[a-z]([-a-z0-9]{0,8}[a-z0-9])?", fullmatch=True)
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
DIRECTORIES = st.sampled_from(["", "/", "team-a", "/team-a/", "a b/ü"])
LABELS = st.dictionaries(st.sampled_from(["a", "b", "example.com/c"]), NAMES, max_size=2)
QUANTITIES = st.sampled_from([1, 512, "1Gi", "1.5Gi", "10Gi", "1e10", "500M"])

IMAGES: dict[str, list[str | None]] = {
    "2.8": ["registry:2", "registry:2.8", "registry:2.8.3", "mirror.example.com:5000/library/registry:v2.8.2"],
    "3.1": [None, "registry:3", "registry:3.0.0", "registry:3.1.1", "acme/registry:3.1.1-r2@sha256:" + "a" * 64],
}


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects with any of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


def s3(dialect: str) -> st.SearchStrategy[Spec]:
    """Return the settings of an existing bucket."""
    more = optional(rootDirectory=DIRECTORIES, credentialsSecretName=st.just("s3-keys"))
    style = optional(forcePathStyle=st.booleans()) if dialect == "3.1" else st.just({})
    region, endpoint = st.sampled_from(["eu-central-1", "us-east-1"]), st.sampled_from(["https://minio:9000", "store.svc/"])
    place = st.fixed_dictionaries({"region": region}) | st.fixed_dictionaries({"endpoint": endpoint}, optional={"region": region})
    bucket = st.sampled_from(["images", "Other.images"])
    return st.tuples(place, more, style, bucket).map(lambda it: {"bucket": it[3], **it[0], **it[1], **it[2]})


def azure(dialect: str) -> st.SearchStrategy[Spec]:
    """Return the settings of an existing container."""
    base = {"container": st.sampled_from(["images", "$root"]), "accountName": st.just("acme")}
    realm = {"realm": st.sampled_from(["", "core.chinacloudapi.cn"])}
    secret = {"credentialsSecretName": st.just("azure-key")}
    if dialect == "2.8":
        return st.fixed_dictionaries({**base, **secret}, optional=realm)
    return st.fixed_dictionaries(base, optional={**realm, **secret, "rootDirectory": DIRECTORIES})


MADE = st.fixed_dictionaries(
    {"size": QUANTITIES},
    optional={
        "storageClassName": st.sampled_from(["", "standard"]),
        "accessModes": st.lists(st.sampled_from(["ReadWriteOnce", "ReadWriteMany"]), min_size=1, max_size=2),
    },
)


KINDS = ("cosi", "s3", "azure", "gcs", "made", "claim", "empty")


@st.composite
def storages(draw: st.DrawFn, dialect: str, kind: str) -> tuple[Spec, bool]:
    """Return a storage block of this kind, and whether several pods may share it."""
    shared = True
    if kind == "cosi":
        block: Spec = {"bucketClassName": draw(NAMES), "bucketAccessClass": draw(NAMES)}
    elif kind == "s3":
        block = {"s3": draw(s3(dialect))}
    elif kind == "azure":
        block = {"azure": draw(azure(dialect))}
    elif kind == "gcs":
        more = optional(rootDirectory=DIRECTORIES, credentialsSecretName=st.just("gcs-key"))
        block = {"gcs": {"bucket": draw(st.sampled_from(["images", "other"])), **draw(more)}}
    elif kind == "made":
        made = draw(MADE)
        block, shared = {"persistentVolumeClaim": made}, "ReadWriteMany" in made.get("accessModes", [])
    elif kind == "claim":
        block = {"persistentVolumeClaim": {"claimName": draw(st.sampled_from(["images", "other-images"]))}}
    else:
        block, shared = {"emptyDir": draw(optional(size=QUANTITIES))}, False
    more = optional(
        deleteEnabled=st.booleans(),
        redirect=st.sampled_from(["Auto", "Enabled", "Disabled"]),
        replaces=st.sampled_from(["", "s3:bucket=old"]),
    )
    return {**block, **draw(more)}, shared


CONFIGS: dict[str, st.SearchStrategy[Spec]] = {
    "http": optional(host=st.just("https://a"), relativeurls=st.booleans(), headers=st.just({"X-A": ["$b", "c"]})),
    "log": optional(fields=st.dictionaries(st.sampled_from(["a", "b"]), TEXTS, max_size=2)),
    "catalog": optional(maxentries=st.integers(1, 1000)),
    "health": optional(tcp=st.just([{"addr": "a:1", "interval": "5s"}])),
}


@st.composite
def configs(draw: st.DrawFn, dialect: str) -> Spec:
    """Return a partial config.yml."""
    found = draw(optional(**CONFIGS))
    if dialect == "3.1" and draw(st.booleans()):
        found["tags"] = {"maxtags": draw(st.integers(1, 9))}
    if dialect == "2.8" and draw(st.booleans()):
        found["compatibility"] = {"schema1": {"enabled": draw(st.booleans())}}
    return found


SERVICES = st.one_of(
    optional(port=st.integers(1, 65535), annotations=LABELS),
    st.fixed_dictionaries({"type": st.just("NodePort")}, optional={"nodePort": st.integers(30000, 32767)}),
    st.fixed_dictionaries({"type": st.just("LoadBalancer")}, optional={"loadBalancerClass": st.just("a.b/c")}),
)
ACCOUNTS = st.fixed_dictionaries({"name": NAMES}) | optional(annotations=LABELS)
RESOURCES = optional(
    requests=optional(cpu=st.sampled_from([1, "100m"]), memory=st.just("1Gi")),
    limits=optional(cpu=st.sampled_from([2, "1500m"]), memory=st.just("2Gi")),
)
SPREADS = st.fixed_dictionaries(
    {"maxSkew": st.integers(1, 2), "topologyKey": st.just("zone"), "whenUnsatisfiable": st.just("DoNotSchedule")}
)
SCHEDULING = optional(
    nodeSelector=LABELS,
    tolerations=st.lists(optional(key=NAMES, operator=st.just("Exists")), max_size=2),
    priorityClassName=NAMES,
    podDisruptionBudget=optional(maxUnavailable=st.sampled_from([1, 2, "25%"])),
    topologySpreadConstraints=st.lists(SPREADS, max_size=2),
    affinity=optional(podAffinity=st.just({"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "a"}]})),
)
PROXIES = optional(enabled=st.booleans(), httpProxy=TEXTS, httpsProxy=TEXTS, noProxy=TEXTS)
BUNDLES = optional(enabled=st.booleans(), key=st.just("ca.crt")).map(lambda it: {**it, "configMapName": "authorities"})
POLICIES = optional(
    enabled=st.booleans(),
    ingressFrom=st.lists(st.just({"podSelector": {}}), max_size=1),
    metricsFrom=st.lists(st.just({"ipBlock": {"cidr": "10.0.0.0/8"}}), max_size=1),
)
LOGGING = optional(
    level=st.sampled_from(["error", "info", "debug"]), format=st.sampled_from(["json", "text"]), accessLog=st.booleans()
)
UPGRADES = optional(progressDeadlineSeconds=st.integers(60, 900), minReadySeconds=st.integers(0, 59))


def fields(dialect: str) -> dict[str, st.SearchStrategy[Any]]:
    """Return a strategy for each field that is valid whatever the others are."""
    return {
        "resources": RESOURCES,
        "service": SERVICES,
        "logging": LOGGING,
        "config": configs(dialect),
        "readOnly": st.booleans(),
        "deletionProtection": st.booleans(),
        "serviceAccount": ACCOUNTS,
        "imagePullSecrets": st.lists(st.fixed_dictionaries({"name": NAMES}), max_size=2),
        "proxy": PROXIES,
        "caBundle": BUNDLES,
        "scheduling": SCHEDULING,
        "networkPolicy": POLICIES,
        "upgrade": UPGRADES,
    }


@st.composite
def valid_specs(draw: st.DrawFn) -> Spec:
    """Return a spec that is valid, and refers to objects of tests.specs.users at most."""
    dialect = draw(st.sampled_from(["2.8", "3.1"]))
    image = draw(st.sampled_from(IMAGES[dialect]))
    storage, shared = draw(st.sampled_from(KINDS).flatmap(lambda kind: storages(dialect, kind)))
    spec = draw(optional(**fields(dialect)))
    spec["storage"] = storage
    if image is not None:
        spec["image"] = image
    if draw(st.booleans()):
        spec["version"] = dialect
    if draw(st.booleans()):
        spec["replicas"] = draw(st.integers(1, 5)) if shared else 1
    if shared and draw(st.booleans()):
        spec["autoscaling"] = draw(optional(enabled=st.booleans(), minReplicas=st.integers(1, 3), maxReplicas=st.integers(3, 9)))
    return spec


CACHE_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    **{name: strategy for name, strategy in fields("3.1").items() if name != "readOnly"},
    "upstreamRegistryURL": st.sampled_from(["https://registry-1.docker.io", "http://mirror.svc:5000", "https://[fd00::1]:443/"]),
    "credentialsSecretName": st.sampled_from(["", "upstream", "s3-keys"]),
    "cacheTTL": st.sampled_from([0, "0", "24h", "1h30m", "0.5s"]),
    "maxCacheSize": QUANTITIES,
    "image": st.sampled_from(["registry:3", "registry:3.1.1", "acme/registry:3.1.1-r2@sha256:" + "a" * 64]),
    "replicas": st.integers(1, 4),
    "volume": st.fixed_dictionaries({"type": st.just("emptyDir")}, optional={"size": QUANTITIES})
    | st.fixed_dictionaries(
        {"type": st.just("persistentVolumeClaim")},
        optional={
            "size": QUANTITIES,
            "storageClassName": st.sampled_from(["", "standard"]),
            "accessMode": st.sampled_from(["ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"]),
        },
    ),
}
"""A strategy for each field of a Cache that is valid whatever the others are."""


@st.composite
def valid_caches(draw: st.DrawFn) -> Spec:
    """Return the spec of a Cache that is valid, and refers to objects of tests.specs.users at most."""
    return {"upstreamRegistryURL": draw(CACHE_FIELDS["upstreamRegistryURL"]), **draw(optional(**CACHE_FIELDS))}

"""A release, and the immutable Secret in which it is kept.

The pod mounts the Secret by its name, so an old pod that restarts in the middle of a failing rollout reads its own config.
Unchanged inputs give the stored text again, word for word: a new version of this function restarts nobody.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import chain
from typing import Any

from function.kubernetes.document import Document, Manifest, items, mapping, text
from function.memo import Memo
from function.record import record

RELEASE_FORMATS = {"Registry": 1, "Cache": 1}
"""One is raised on purpose, when what the pods of this kind look like shall change for all: each of the kind then rolls once."""

CONFIG, POD = "config.yml", "pod.json"
KEY_PREFIX = "release-"


@record(slots=False)
class Release:
    """The text of its files, config.yml among them, and of a pod template (JSON), under the hash of what they were made from."""

    hash: str
    files: tuple[tuple[str, str], ...]
    pod: str

    @property
    def key(self) -> str:
        """The key of its Secret among the composed resources."""
        return f"{KEY_PREFIX}{self.hash}"

    def template(self) -> Manifest:
        """Return the pod template. Nobody changes it: it is read once for each text."""
        return _templates.get(self.pod, lambda: _read(self.pod))

    def data(self) -> dict[str, str]:
        """Return the data of its Secret."""
        return {POD: _encode(self.pod), **{name: _encode(text) for name, text in self.files}}

    @cached_property
    def image(self) -> str:
        """The image that its first container runs."""
        return str(self.template()["spec"]["containers"][0]["image"])

    @cached_property
    def seal(self) -> str:
        """What tells this text from any other."""
        texts = [text.encode("utf-8", "surrogatepass") for text in (self.pod, *chain.from_iterable(self.files))]
        return hashlib.sha256(b"".join(b"%d:%b" % (len(text), text) for text in texts)).hexdigest()[:32]

    @property
    def whole(self) -> bool:
        """Whether its files are known; of one whose Secret is gone only the template is."""
        return bool(self.files)

    @property
    def alone(self) -> bool:
        """Whether its pod has to be the only one: it remembers what is in the storage."""
        text = dict(self.files).get(CONFIG, "")
        try:
            return mapping(mapping(mapping(json.loads(text)).get("storage")).get("cache")).get("blobdescriptor") == "inmemory"
        except (ValueError, RecursionError):
            return False

    @cached_property
    def stateful(self) -> bool:
        """Whether its pods need a StatefulSet: they mount a volume that the template does not have."""
        spec = mapping(self.template()["spec"])
        there = {text(mapping(volume).get("name")) for volume in items(spec.get("volumes"))}
        mounts = [mount for one in items(spec.get("containers")) for mount in items(mapping(one).get("volumeMounts"))]
        return any(text(mapping(mount).get("name")) not in there for mount in mounts)

    def annotation(self, name: str) -> str:
        """Return an annotation of its pods."""
        return str(self.template()["metadata"]["annotations"].get(name, ""))


def fingerprint(kind: str, inputs: Mapping[str, Any]) -> str:
    """Return the hash of a release: ten hexadecimal digits over all that shapes its pods, and the format of its kind."""
    return hashed([RELEASE_FORMATS[kind], inputs])


# Made once: json.dumps makes an encoder for each call that differs from its defaults.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def hashed(value: Any) -> str:
    """Return ten hexadecimal digits over a JSON value."""
    return hashlib.sha256(_canonical(value).encode("utf-8", "surrogatepass")).hexdigest()[:10]


def stored(composed: Mapping[str, Document], hashes: Iterable[str]) -> tuple[Release, ...]:
    """Return those of these releases whose Secrets are there, whole and readable."""
    found = []
    for name in dict.fromkeys(filter(None, hashes)):
        document = composed.get(f"{KEY_PREFIX}{name}")
        if document is None:
            continue
        texts = {key: _decode(value) for key, value in mapping(document.at("data")).items()}
        pod = texts.pop(POD, "")
        if CONFIG in texts and all(texts.values()) and _is_template(pod):
            found.append(Release(name, tuple(sorted(texts.items())), pod))
    return tuple(found)


def sealed(releases: Iterable[Release]) -> str:
    """Return in a line which releases are kept, each with its seal."""
    return " ".join(sorted(f"{kept.hash}:{kept.seal}" for kept in releases))


def authentic(found: Iterable[Release], seals: Iterable[str]) -> tuple[tuple[Release, ...], tuple[str, ...]]:
    """Return the releases that are what was kept, and the hashes of those that are something else by now.

    Who may write Secrets must not decide what pods run. What was never kept is not used; where nothing is known, all is.
    """
    known = {name: seal for line in seals for name, _, seal in (word.partition(":") for word in line.split())}
    if not known:
        return tuple(found), ()
    there = {release: known.get(release.hash) for release in found}
    ours = tuple(release for release, seal in there.items() if seal == release.seal)
    return ours, tuple(release.hash for release, seal in there.items() if seal and release not in ours)


def recovered(name: str, template: object) -> Release | None:
    """Return a release whose Secret is gone, from the template that still carries it; None where that cannot be used."""
    pod = json.dumps(template, indent=1, sort_keys=True)
    return Release(name, (), pod) if _is_template(pod) else None


# Parsed, a text takes about six times its length.
_templates: Memo[str, Manifest] = Memo(1 << 20, lambda pod, _: 6 * len(pod))


def _read(pod: str) -> Manifest:
    template: Manifest = json.loads(pod)
    return template


def _is_template(pod: str) -> bool:
    try:
        template = _templates.get(pod, lambda: _read(pod))
        image = template["spec"]["containers"][0]["image"]
        if not isinstance(image, str) or not image or not image.isascii():
            return False
        return isinstance(template["metadata"]["annotations"], dict)
    except (ValueError, LookupError, TypeError, RecursionError):
        return False


def _encode(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def _decode(value: object) -> str:
    try:
        return base64.b64decode(text(value), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""

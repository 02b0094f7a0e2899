"""The decoders tell readable, canonical and neither apart; templates tell what a URL may be."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib

import braintrust
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.instruments import audit
from conformance.instruments.audit import NotCanonical, Undecodable

LIST = [{"type": "project", "id": "1", "name": "Ä 漢 🧪"}, {"type": "x", "id": "2", "name": ""}]
PACKED = gzip.compress(json.dumps(LIST).encode(), mtime=0)


def b64(data: bytes) -> str:
    """Return padded standard base64."""
    return base64.b64encode(data).decode()


def envelope(payload: object, version: object = 1, **more: object) -> str:
    """Return a header's value."""
    return json.dumps({"v": version, "p": payload, **more})


def cut(payload: bytes) -> str:
    """Return an envelope of compressed bytes."""
    return envelope(b64(payload))


CANONICAL = [
    envelope(b64(PACKED)),
    json.dumps({"p": b64(PACKED), "v": 1}, indent=0).replace("\n", " "),
    envelope(b64(gzip.compress(json.dumps(LIST, ensure_ascii=False).encode(), 1, mtime=7))),
    envelope(b64(gzip.compress(b"[]", mtime=0))),
    envelope(b64(PACKED), writer="me"),
]
UNREADABLE = {
    "no gzip": cut(json.dumps(LIST).encode()),
    "no envelope": b64(PACKED),
    "v as a text": envelope(b64(PACKED), "1"),
    "v 2": envelope(b64(PACKED), 2),
    "no v": json.dumps({"p": b64(PACKED)}),
    "no p": json.dumps({"v": 1}),
    "an array": json.dumps([1, b64(PACKED)]),
    "no padding": envelope(b64(PACKED[:31]).rstrip("=")),
    "cut short": cut(PACKED[:-9]),
    "an object inside": cut(gzip.compress(b'{"resources": []}', mtime=0)),
    "no JSON inside": cut(gzip.compress(b"project", mtime=0)),
    "nothing": "",
    "p null": envelope(None),
    "zlib": cut(zlib.compress(b"[]")),
}
READABLE_ONLY = {
    "v true": envelope(b64(PACKED), version=True),
    "v 1.0": envelope(b64(PACKED), version=1.0),
    "line breaks": envelope(base64.encodebytes(PACKED).decode()),
    "two members": cut(gzip.compress(b"[", mtime=0) + gzip.compress(b"]", mtime=0)),
    "zeros after": cut(PACKED + b"\0" * 8),
    "blank": envelope(" " + b64(PACKED)),
    "not ASCII": json.dumps({"v": 1, "p": b64(PACKED), "é": 1}, ensure_ascii=False),
    "v twice": envelope(b64(PACKED)).replace("{", '{"v": 1, '),
}


@pytest.mark.parametrize("value", CANONICAL)
def test_canonical_values_are_decoded_by_all_three(value: str) -> None:
    """The SDK, the forgiving and the strict decoder agree on canonical values."""
    assert audit.decode_strictly(value) == audit.decode(value)
    assert audit.decode(value) == braintrust.parse_audit_resources(value)


@pytest.mark.parametrize("value", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable_values_are_refused_by_both(value: str) -> None:
    """What the SDK cannot read to a list, neither decoder does."""
    with pytest.raises(Undecodable):
        audit.decode(value)
    with pytest.raises(NotCanonical):
        audit.decode_strictly(value)


@pytest.mark.parametrize("value", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_the_sdk_refuses_them_too(value: str) -> None:
    """The forgiving decoder is no stricter than the SDK, except that it wants a list."""
    try:
        decoded = braintrust.parse_audit_resources(value)
    except Exception:
        return
    assert not isinstance(decoded, list)


@pytest.mark.parametrize("value", READABLE_ONLY.values(), ids=READABLE_ONLY.keys())
def test_readable_values_need_not_be_canonical(value: str) -> None:
    """What the SDK reads, the forgiving decoder reads alike; the strict one refuses it."""
    assert audit.decode(value) == braintrust.parse_audit_resources(value)
    with pytest.raises(NotCanonical):
        audit.decode_strictly(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (UNREADABLE["v as a text"], 'v is "1" instead of the number 1'),
        (UNREADABLE["no gzip"], "not a valid gzip member"),
        (UNREADABLE["cut short"], "cut short"),
        (UNREADABLE["no padding"], "not padded standard base64"),
        (UNREADABLE["an object inside"], "a dict, not an array"),
        (UNREADABLE["p null"], "p is null instead of a text"),
        (READABLE_ONLY["two members"], "bytes follow the gzip member"),
        (READABLE_ONLY["line breaks"], "blanks or line breaks"),
        (READABLE_ONLY["not ASCII"], "bytes outside ASCII"),
        (READABLE_ONLY["v twice"], "a key occurs twice"),
    ],
)
def test_the_strict_decoder_says_what_is_wrong(value: str, said: str) -> None:
    """The message names the rule that is broken."""
    with pytest.raises(NotCanonical, match=said):
        audit.decode_strictly(value)


@given(names=st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_any_names_survive(names: list[str]) -> None:
    """Whatever the names, the decoders give back what was encoded."""
    listing = [{"type": "project", "id": "1", "name": name} for name in names]
    value = cut(gzip.compress(json.dumps(listing, ensure_ascii=False).encode()))
    assert audit.decode(value) == audit.decode_strictly(value) == listing


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        ("project", "is not an object"),
        ({"id": "1", "name": "n"}, "has no type"),
        ({"type": "project", "id": 1, "name": "n"}, "id of .* is not a text"),
        ({"type": " ", "id": "1", "name": "n"}, "type of .* is empty"),
        ({"type": "project", "id": "1", "name": None}, "name of .* is not a text"),
    ],
)
def test_malformed_resources(resource: object, said: str) -> None:
    """A resource lacks something in words that name what."""
    assert re.search(said, audit.malformed(resource) or "")


def test_a_resource_may_have_an_empty_name() -> None:
    """A kind without names lists an empty one."""
    assert audit.malformed({"type": "api_key", "id": "1", "name": ""}) is None


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("/v1/dataset/[id]/fetch", True),
        ("/v1/dataset/[dataset_id]/fetch", True),
        ("/v1/dataset/[*]/fetch", True),
        ("/v1/dataset/{id}/fetch", False),
        ("/v1/dataset/:id/fetch", False),
        ("/v1/dataset/[]/fetch", False),
        ("/v1/dataset/[a b]/fetch", False),
        ("/v1/dataset/[id]", False),
        ("/v1/dataset/[id]/fetch/", False),
        ("/v1/[object]/[id]/fetch", False),
        ("/v1/dataset/018f/fetch", False),
        ("/v1/dataset/x[id]/fetch", False),
        ("/dp/v1/dataset/[id]/fetch", False),
    ],
)
def test_normalised_paths(path: str, *, fits: bool) -> None:
    """Literal segments stand as they are, each parameter is one word in brackets."""
    assert audit.is_normalized(path, "/v1/dataset/{dataset_id}/fetch") is fits


@pytest.mark.parametrize(
    "url",
    ["/v1/project/[id]", "https://a.example/v1/project/[id]", "/v1/project/[id]?x=1#y"],
)
def test_the_path_of_a_url(url: str) -> None:
    """Host and query, which another requirement judges, are left aside."""
    assert audit.path_only(url) == "/v1/project/[id]"

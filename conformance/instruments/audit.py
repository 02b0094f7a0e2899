"""The audit headers' instruments: two decoders of the resources, and what a normalised URL may be.

`decode` takes whatever the SDK's parser takes; `decode_strictly` takes the canonical form only.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
import zlib
from urllib.parse import urlsplit

USER_ID = "x-bt-audit-user-id"
USER_EMAIL = "x-bt-audit-user-email"
NORMALIZED_URL = "x-bt-audit-normalized-url"
RESOURCES = "x-bt-audit-resources"
NAMES = (USER_ID, USER_EMAIL, NORMALIZED_URL, RESOURCES)
PREFIX = "x-bt-audit-"

FIELDS = ("type", "id", "name")
PLACEHOLDER = re.compile(r"\[[^\[\]/\s]+\]")
UNREADABLE = (ValueError, LookupError, TypeError, EOFError, OSError, zlib.error, RecursionError)
AS_GZIP = 16 + zlib.MAX_WBITS


class Undecodable(ValueError):
    """The resources cannot be had from the header's value; the message says where it stopped."""


class NotCanonical(ValueError):
    """The value can be decoded, but is not in the one canonical form; the message says why."""


def decode(value: str) -> list[object]:
    """Return the listed resources, as forgiving as the SDK's own parser."""
    try:
        envelope = json.loads(value)
        if envelope["v"] != 1:
            raise Undecodable(f"v is {envelope['v']!r} instead of 1")
        packed = base64.b64decode(envelope["p"])
        resources = json.loads(gzip.decompress(packed))
    except Undecodable:
        raise
    except UNREADABLE as error:
        raise Undecodable(f"{type(error).__name__}: {error}") from error
    return listed(resources)


def listed(resources: object) -> list[object]:
    """Return decoded resources as a list; raise `Undecodable` where they are something else."""
    if not isinstance(resources, list):
        raise Undecodable(f"the decoded value is a {type(resources).__name__} instead of a list")
    return resources


def decode_strictly(value: str) -> list[object]:
    """Return the listed resources of a canonical value; raise `NotCanonical` for any other."""
    if not value.isascii():
        raise NotCanonical("the value has bytes outside ASCII")
    try:
        envelope = json.loads(value, object_pairs_hook=_without_repetition)
    except ValueError as error:
        raise NotCanonical(f"the value is not JSON: {error}") from error
    if not isinstance(envelope, dict):
        raise NotCanonical("the value is not a JSON object with v and p")
    version, payload = envelope.get("v"), envelope.get("p")
    if type(version) is not int or version != 1:
        raise NotCanonical(f"v is {json.dumps(version)} instead of the number 1")
    if not isinstance(payload, str):
        raise NotCanonical(f"p is {json.dumps(payload)[:80]} instead of a text")
    return _array(_unzipped(_unpacked(payload)))


def malformed(resource: object) -> str | None:
    """Return what a listed resource lacks to have a type, an id and a name; None if nothing."""
    if not isinstance(resource, dict):
        return f"{resource!r} is not an object with type, id and name"
    for field in FIELDS:
        if field not in resource:
            return f"{resource!r} has no {field}"
        if not isinstance(resource[field], str):
            return f"{field} of {resource!r} is not a text"
    for field in ("type", "id"):
        if not resource[field].strip():
            return f"{field} of {resource!r} is empty"
    return None


def path_only(value: str) -> str:
    """Return the path of a normalised URL, without what AUD-08 forbids beside it."""
    return urlsplit(value).path if "://" in value else value.partition("?")[0].partition("#")[0]


def is_normalized(path: str, template: str) -> bool:
    """Whether a path is a route template with one bracketed word for each of its parameters."""
    came, wanted = path.split("/"), template.split("/")
    return len(came) == len(wanted) and all(map(_segment_fits, came, wanted))


def _segment_fits(came: str, wanted: str) -> bool:
    if wanted.startswith("{"):
        return PLACEHOLDER.fullmatch(came) is not None
    return came == wanted


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(pairs) != len(dict(pairs)):
        raise ValueError("a key occurs twice")
    return dict(pairs)


def _unpacked(payload: str) -> bytes:
    if re.search(r"\s", payload):
        raise NotCanonical("p has blanks or line breaks in it")
    try:
        packed = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotCanonical(f"p is not padded standard base64: {error}") from error
    if base64.b64encode(packed).decode("ascii") != payload:
        raise NotCanonical(
            "p is not the canonical base64 of its bytes: padding or last bits differ"
        )
    return packed


def _unzipped(packed: bytes) -> bytes:
    member = zlib.decompressobj(AS_GZIP)
    try:
        text = member.decompress(packed) + member.flush()
    except zlib.error as error:
        raise NotCanonical(f"p is not a valid gzip member: {error}") from error
    if not member.eof:
        raise NotCanonical("the gzip member is cut short")
    if member.unused_data:
        raise NotCanonical(f"{len(member.unused_data)} bytes follow the gzip member")
    return text


def _array(text: bytes) -> list[object]:
    try:
        resources = json.loads(text.decode("utf-8"))
    except ValueError as error:
        raise NotCanonical(f"the compressed text is not UTF-8 JSON: {error}") from error
    if not isinstance(resources, list):
        raise NotCanonical(f"the compressed JSON is a {type(resources).__name__}, not an array")
    return resources

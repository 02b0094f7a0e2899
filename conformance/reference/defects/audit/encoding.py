"""Resources headers that look right: written in a way that the SDK cannot read, or should not."""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from uvicorn.protocols.http import httptools_impl

from conformance.reference.auditor import NORMALIZED_URL, RESOURCES, USER_EMAIL, USER_ID, Auditor
from conformance.reference.defects.definition import defect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.types import ASGIApp

    from conformance.reference.auditor import Resource, Trail
    from conformance.reference.composition import Reference

    Fields = list[tuple[bytes, bytes]]

# What the SDK cannot decode is not in its canonical form either.
UNREADABLE = {"AUD-09", "AUD-15"}
LINE = 76


@defect(breaks=UNREADABLE)
def encodes_without_compressing(reference: Reference) -> Reference:
    """The payload is base64 of the JSON itself; gzip was forgotten."""

    class Flawed(Auditor):
        def compress(self, data: bytes) -> bytes:
            return data

    return replace(reference, auditor=Flawed())


@defect(breaks=UNREADABLE)
def compresses_in_the_other_format(reference: Reference) -> Reference:
    """The payload is compressed in zlib's format, which lacks the header of gzip."""

    class Flawed(Auditor):
        def compress(self, data: bytes) -> bytes:
            return zlib.compress(data)

    return replace(reference, auditor=Flawed())


@defect(breaks=UNREADABLE)
def leaves_the_envelope_out(reference: Reference) -> Reference:
    """The header is the base64 of the gzip, without the object that tells the version."""

    class Flawed(Auditor):
        def envelope(self, payload: str) -> str:
            return payload

    return replace(reference, auditor=Flawed())


@defect(breaks=UNREADABLE)
def writes_the_version_as_a_string(reference: Reference) -> Reference:
    """The version in the envelope is "1" instead of 1."""

    class Flawed(Auditor):
        def envelope(self, payload: str) -> str:
            return json.dumps({"v": "1", "p": payload})

    return replace(reference, auditor=Flawed())


@defect(breaks=UNREADABLE)
def uses_the_alphabet_for_urls(reference: Reference) -> Reference:
    """base64 with - and _ where the standard alphabet has + and /."""

    class Flawed(Auditor):
        def armour(self, data: bytes) -> str:
            return base64.urlsafe_b64encode(data).decode("ascii")

    return replace(reference, auditor=Flawed())


@defect(breaks=UNREADABLE)
def drops_the_padding(reference: Reference) -> Reference:
    """base64 without the = at its end."""

    class Flawed(Auditor):
        def armour(self, data: bytes) -> str:
            return super().armour(data).rstrip("=")

    return replace(reference, auditor=Flawed())


@defect(breaks=UNREADABLE)
def loses_the_checksum(reference: Reference) -> Reference:
    """The eight bytes of checksum and length at the end of the gzip member are missing."""

    class Flawed(Auditor):
        def compress(self, data: bytes) -> bytes:
            return super().compress(data)[:-8]

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-15"})
def breaks_base64_into_lines(reference: Reference) -> Reference:
    """base64 as in e-mail, a line break after every 76 characters."""

    class Flawed(Auditor):
        def armour(self, data: bytes) -> str:
            whole = super().armour(data)
            return "".join(f"{whole[at : at + LINE]}\n" for at in range(0, len(whole), LINE))

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-15"})
def writes_two_gzip_members(reference: Reference) -> Reference:
    """The list is compressed in two parts, one gzip member after the other."""

    class Flawed(Auditor):
        def compress(self, data: bytes) -> bytes:
            middle = len(data) // 2
            return super().compress(data[:middle]) + super().compress(data[middle:])

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-15"})
def pads_the_gzip_with_zeros(reference: Reference) -> Reference:
    """Zero bytes follow the gzip member, up to a multiple of 64."""

    class Flawed(Auditor):
        def compress(self, data: bytes) -> bytes:
            packed = super().compress(data)
            return packed + bytes(64 - len(packed) % 64)

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-15"})
def says_true_for_version_one(reference: Reference) -> Reference:
    """The version in the envelope is true, which some languages take for 1."""

    class Flawed(Auditor):
        def envelope(self, payload: str) -> str:
            return json.dumps({"v": True, "p": payload})

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-14"})
def sends_the_user_twice(reference: Reference) -> Reference:
    """x-bt-audit-user-id and -email come twice: two layers add them."""
    return _adding(reference, lambda told: [each for each in told if each[0] in USER])


@defect(breaks={"AUD-14"})
def sends_the_url_twice(reference: Reference) -> Reference:
    """x-bt-audit-normalized-url comes a second time, as the gateway sees the route."""
    return _adding(reference, lambda _: [(NORMALIZED_URL.encode(), b"/v1/[proxy]")])


@defect(breaks={"AUD-14"})
def sends_an_empty_list_behind_the_resources(reference: Reference) -> Reference:
    """x-bt-audit-resources comes a second time, with what the layer in front touched: nothing."""
    nothing = Auditor().encode([]).encode("ascii")
    return _adding(reference, lambda _: [(RESOURCES.encode(), nothing)])


@defect(breaks={"AUD-14"})
def signs_the_envelope_with_a_control_character(reference: Reference) -> Reference:
    """The envelope names its writer, with a raw DEL in the name: legal in JSON, not in HTTP."""

    class Flawed(Auditor):
        def envelope(self, payload: str) -> str:
            signed = {"v": 1, "p": payload, "by": "data\x7fplane"}
            return json.dumps(signed, ensure_ascii=False)

        def header(self, name: str, value: str) -> tuple[bytes, bytes]:
            return name.encode("ascii"), value.encode("ascii")

    return replace(reference, auditor=Flawed(), wrap=(*reference.wrap, _unchecked))


def _unchecked(app: ASGIApp) -> ASGIApp:
    """Let the server write any byte: by itself it would break the connection off instead."""
    httptools_impl.HEADER_VALUE_RE = re.compile(b"(?!)")
    return app


USER = (USER_ID.encode(), USER_EMAIL.encode())


def _adding(reference: Reference, more: Callable[[Fields], Fields]) -> Reference:
    class Flawed(Auditor):
        def fields(self, trail: Trail, others: Sequence[tuple[bytes, bytes]]) -> Fields:
            told = super().fields(trail, others)
            return [*told, *more(told)]

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-19"})
def never_cuts_the_list(reference: Reference) -> Reference:
    """However many objects a request touches, all of them stand in one header."""

    class Flawed(Auditor):
        def cut(self, resources: list[Resource], room: int) -> list[Resource]:
            del room
            return resources

    return replace(reference, auditor=Flawed())

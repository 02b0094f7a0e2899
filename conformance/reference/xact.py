"""Versions as clients write them: a transaction id, or its 16 hexadecimal digits."""

from __future__ import annotations

import re

from conformance.reference.bodies import invalid
from conformance.reference.store import XACT_PREFIX

INVERSE = 1522336535492693385
"""Undoes, modulo 2**64, the multiplication by which the SDKs shorten a transaction id."""

LARGEST = 2**63 - 1


def parse_version(value: object) -> int | None:
    """Return the transaction id that is asked for; None if none is."""
    if value is None or value == "":
        return None
    told = str(value) if isinstance(value, (str, int)) else ""
    if re.fullmatch(r"[0-9a-fA-F]{16}", told):
        return XACT_PREFIX | ((int(told, 16) * INVERSE) % 2**64 & LARGEST)
    if re.fullmatch(r"[0-9]{1,19}", told) and int(told) <= LARGEST:
        return int(told)
    raise invalid("Expected a transaction id, or a version of 16 hexadecimal digits", "version")

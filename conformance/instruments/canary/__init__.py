"""Finds planted texts in whatever a data plane sends, however it is encoded; pure and bounded.

Known are compression, protobuf, JSON escapes, percent and form encoding, base64, hex and UTF-16.
"""

from __future__ import annotations

from conformance.instruments.canary.detector import Detector, Finding, Report, search
from conformance.instruments.canary.meter import Limits
from conformance.instruments.canary.planted import Canary, mint
from conformance.instruments.canary.recorded import Recorded, search_request

__all__ = [
    "Canary",
    "Detector",
    "Finding",
    "Limits",
    "Recorded",
    "Report",
    "mint",
    "search",
    "search_request",
]

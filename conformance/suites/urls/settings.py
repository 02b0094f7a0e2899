"""The settings that this area is about, and the configurations that it wants to see."""

from __future__ import annotations

__all__ = ["APP_URL", "PUBLIC_URL", "SHOWN", "UNREACHABLE"]

APP_URL = "BRAINTRUST_APP_URL"
PUBLIC_URL = "BRAINTRUST_APP_PUBLIC_URL"

SHOWN = {
    PUBLIC_URL: "https://braintrust.example.test/console",
    "WHITELISTED_ORIGINS": (
        "https://braintrust.example.test,https://tools.example.test:8443,http://localhost:3000"
    ),
}
"""A deployment that people know by another name, with pages of several origins."""

UNREACHABLE = {PUBLIC_URL: "https://people.conformance.test/console"}
"""A public URL whose host has no address, as RFC 6761 has it."""

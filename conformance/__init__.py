"""Judges self-hosted Braintrust data planes: run it with pytest or dataplane-conformance."""

__version__ = "0.1.0"

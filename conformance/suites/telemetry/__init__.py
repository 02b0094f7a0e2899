"""Telemetry: only what was switched on leaves, well formed and without customer data."""

"""Flaws of telemetry: what is sent though it is off, or not though it is on, how, and of whom."""

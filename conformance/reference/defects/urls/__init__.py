"""Flaws of what is passed on, of whom is let in, and of what SDKs and pages are told."""

"""Audit headers: presence, attribution, normalised URL, resources and their encoding."""

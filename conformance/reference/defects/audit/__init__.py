"""Flaws of the audit headers: when they come, whom they name, what they list, how it is written."""

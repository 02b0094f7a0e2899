"""Flaws of the API: what answers hold, who is served, what is left of an object."""

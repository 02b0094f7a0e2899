"""Flaws of the outbound limit: how many pass, for how long, for whom, and what is refused."""

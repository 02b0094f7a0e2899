"""The API: what its description promises, and what it owes to nobody."""

"""Retention: the service token, the policies that are looked up with it, and what they delete."""

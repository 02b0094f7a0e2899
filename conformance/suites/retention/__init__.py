"""Retention: what is deleted by age, and whose credential says so."""

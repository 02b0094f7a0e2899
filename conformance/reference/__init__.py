"""A small conforming data plane: one process, SQLite, composed of parts that can be replaced.

Nothing is imported here, so that naming the package costs nothing. Start it with
`python -m conformance.reference`, or compose your own with `conformance.reference.composition`.
"""

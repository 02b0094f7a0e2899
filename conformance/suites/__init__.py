"""The requirements' tests, one package an area; they run against a data plane, never against us."""

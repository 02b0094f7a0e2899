"""Why anybody should believe the suite, the mock control plane and the reference data plane."""

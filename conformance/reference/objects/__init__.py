"""Objects under `/v1`: those that live in the control plane, and those that live here."""

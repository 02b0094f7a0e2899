"""Where the suite's data lies: inside the package in a wheel, under fixtures/ in a checkout."""

from __future__ import annotations

from pathlib import Path

from conformance.errors import ConformanceError

HERE = Path(__file__).parent
PLACES = (HERE / "_data", HERE.parent / "fixtures")


def find(*parts: str) -> Path:
    """Return the path of a data file, such as `find("openapi", "data_plane.yaml")`."""
    for place in PLACES:
        path = place.joinpath(*parts)
        if path.exists():
            return path
    raise ConformanceError(
        f"the suite's own data file {'/'.join(parts)} is missing; the installation is incomplete, "
        "install braintrust-dataplane-conformance again"
    )

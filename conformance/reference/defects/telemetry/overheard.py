"""What a careless data plane keeps in mind of its customers: the rows that it wrote last."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from conformance.reference.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.rows import Target
    from conformance.reference.store import Store


class Overheard(Rows):
    """The rows, and beside them each field as it was written last."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.fields: dict[str, object] = {}
        self.object = ""

    def write(self, target: Target, row: Mapping[str, object], xact_id: int) -> str:
        """Write a row, and remember it once it is written."""
        written = super().write(target, row, xact_id)
        self.fields.update(row)
        self.object = target.name
        return written

    def encoded(self, name: str) -> str:
        """Return a field in base64, empty as long as no row had it."""
        value = self.fields.get(name)
        return base64.b64encode(json.dumps(value).encode()).decode() if value else ""

"""Lists of resources that are wrong: something is missing, foreign, misnamed or there twice."""

from __future__ import annotations

import html
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.auditor import Auditor, Resource
from conformance.reference.defects.definition import defect

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.auditor import Trail
    from conformance.reference.composition import Reference

LONGEST = 64


def _naming(reference: Reference, rename: Callable[[str], str]) -> Reference:
    class Flawed(Auditor):
        def entry(self, resource: Resource) -> dict[str, object]:
            return {**super().entry(resource), "name": rename(resource.name)}

    return replace(reference, auditor=Flawed())


def _listing(reference: Reference, keep: Callable[[Trail, Resource], bool]) -> Reference:
    class Flawed(Auditor):
        def resources(self, trail: Trail) -> list[Resource]:
            return [each for each in super().resources(trail) if keep(trail, each)]

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-10"})
def writes_types_in_the_plural(reference: Reference) -> Reference:
    """The type of a resource is that of its collection: projects, experiments."""

    class Flawed(Auditor):
        def entry(self, resource: Resource) -> dict[str, object]:
            return {**super().entry(resource), "type": f"{resource.type}s"}

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-10"})
def calls_prompts_functions(reference: Reference) -> Reference:
    """A prompt is listed with the type of the table that it is kept in: function."""

    class Flawed(Auditor):
        def entry(self, resource: Resource) -> dict[str, object]:
            prompt = resource.type == "prompt"
            return {**super().entry(resource), **({"type": "function"} if prompt else {})}

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-10"})
def leaves_the_name_out(reference: Reference) -> Reference:
    """A resource has a type and an id, and no name."""

    class Flawed(Auditor):
        def entry(self, resource: Resource) -> dict[str, object]:
            return {"type": resource.type, "id": resource.id}

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-10"})
def remembers_the_first_name_for_ever(reference: Reference) -> Reference:
    """An object keeps the name under which it was first audited, however often it is renamed."""

    class Flawed(Auditor):
        def __init__(self) -> None:
            self.names: dict[str, str] = {}

        def entry(self, resource: Resource) -> dict[str, object]:
            name = self.names.setdefault(resource.id, resource.name)
            return {**super().entry(resource), "name": name}

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-11"})
def lists_nothing_for_deletions(reference: Reference) -> Reference:
    """Of a deletion the list is empty: the object is gone when it is written."""
    return _listing(reference, lambda _, each: each.how != "deleted")


@defect(breaks={"AUD-11"})
def lists_only_the_parent_of_what_is_created(reference: Reference) -> Reference:
    """Of a creation only the project is listed, not the object that is new in it."""
    return _listing(reference, lambda _, each: each.how != "created" or each.type == "project")


@defect(breaks={"AUD-11"})
def lists_nothing_for_changes(reference: Reference) -> Reference:
    """The object that PATCH changes is not listed."""
    return _listing(reference, lambda _, each: each.how != "changed")


@defect(breaks={"AUD-11", "AUD-22"})
def lists_only_what_is_written(reference: Reference) -> Reference:
    """What a request only reads is not listed."""
    return _listing(reference, lambda trail, _: trail.method != "GET")


@defect(breaks={"AUD-12"})
def lists_every_object_twice(reference: Reference) -> Reference:
    """Each object stands in the list once for the look-up and once for the work on it."""

    class Flawed(Auditor):
        def resources(self, trail: Trail) -> list[Resource]:
            return [each for each in super().resources(trail) for _ in range(2)]

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-12"})
def lists_what_the_user_touched_before(reference: Reference) -> Reference:
    """The list also has the last object of the same user's request before this one."""

    class Flawed(Auditor):
        def __init__(self) -> None:
            self.before: dict[str, Resource] = {}

        def resources(self, trail: Trail) -> list[Resource]:
            touched, user = super().resources(trail), self.user_id(trail) or ""
            before = self.before.get(user)
            if touched:
                self.before[user] = touched[-1]
            known = {each.id for each in touched}
            return touched + ([before] if before and before.id not in known else [])

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-13"})
def writes_names_in_latin_1(reference: Reference) -> Reference:
    """What Latin-1 cannot hold becomes a question mark in a name."""
    return _naming(reference, lambda name: name.encode("latin-1", "replace").decode("latin-1"))


@defect(breaks={"AUD-13"})
def cuts_names_at_64_characters(reference: Reference) -> Reference:
    """A name is longer than 64 characters only in the object itself."""
    return _naming(reference, lambda name: name[:LONGEST])


@defect(breaks={"AUD-13"})
def composes_the_characters_of_names(reference: Reference) -> Reference:
    """Names are brought into the normal form NFC, so that two of them may become the same."""
    return _naming(reference, lambda name: unicodedata.normalize("NFC", name))


@defect(breaks={"AUD-13"})
def drops_what_needs_four_bytes(reference: Reference) -> Reference:
    """Emoji and everything else outside the basic plane is dropped from names."""
    return _naming(reference, lambda name: "".join(each for each in name if each <= "\uffff"))


@defect(breaks={"AUD-13"})
def escapes_names_for_html(reference: Reference) -> Reference:
    """Quotes, angle brackets and ampersands of a name are written as for HTML."""
    return _naming(reference, html.escape)


@defect(breaks={"AUD-22"})
def lists_only_the_first_of_many(reference: Reference) -> Reference:
    """A list that returns many objects is audited with the first of them."""

    class Flawed(Auditor):
        def resources(self, trail: Trail) -> list[Resource]:
            listed = [each for each in super().resources(trail) if each.how == "listed"]
            return [each for each in super().resources(trail) if each not in listed[1:]]

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-11", "AUD-22"})
def lists_nothing_for_rows(reference: Reference) -> Reference:
    """Rows are fetched and written without the list naming whose rows they are."""
    return _listing(reference, lambda _, each: each.how != "rows")

"""Audit headers where none were asked for, none where they were, or more than headers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.auditor import ENABLE, NORMALIZED_URL, USER_EMAIL, USER_ID, Auditor
from conformance.reference.cors import EXPOSED, Cors
from conformance.reference.defects.definition import defect

if TYPE_CHECKING:
    from starlette.responses import Response

    from conformance.reference.auditor import Trail
    from conformance.reference.composition import Reference


@defect(breaks={"AUD-01"})
def audits_only_reads(reference: Reference) -> Reference:
    """Requests that change something get no audit headers."""

    class Flawed(Auditor):
        def asked(self, trail: Trail) -> bool:
            return super().asked(trail) and trail.method == "GET"

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-01"})
def forgets_to_audit_deletions(reference: Reference) -> Reference:
    """Deletions get no audit headers."""

    class Flawed(Auditor):
        def asked(self, trail: Trail) -> bool:
            return super().asked(trail) and trail.method != "DELETE"

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-01"})
def spells_the_normalised_url_the_british_way(reference: Reference) -> Reference:
    """The URL comes in x-bt-audit-normalised-url, with an s."""

    class Flawed(Auditor):
        def header(self, name: str, value: str) -> tuple[bytes, bytes]:
            spelled = "x-bt-audit-normalised-url" if name == NORMALIZED_URL else name
            return super().header(spelled, value)

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-01"})
def leaves_the_address_out(reference: Reference) -> Reference:
    """x-bt-audit-user-email never comes."""

    class Flawed(Auditor):
        def user_email(self, trail: Trail) -> str | None:
            del trail
            return None

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-02", "AUD-03"})
def audits_every_request(reference: Reference) -> Reference:
    """The audit headers are always there."""

    class Flawed(Auditor):
        def asked(self, trail: Trail) -> bool:
            del trail
            return True

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-02", "AUD-03"})
def always_names_the_user(reference: Reference) -> Reference:
    """x-bt-audit-user-id and -email come with every answer, the others when they are asked for."""

    class Flawed(Auditor):
        def audit(self, trail: Trail, response: Response) -> Response:
            if self.asked(trail):
                return super().audit(trail, response)
            known = {USER_ID: self.user_id(trail), USER_EMAIL: self.user_email(trail)}
            for name, value in known.items():
                if value is not None:
                    response.raw_headers.append(self.header(name, value))
            return response

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-02", "AUD-03"})
def audits_every_failure(reference: Reference) -> Reference:
    """Answers that are errors carry the audit headers, asked for or not."""

    class Flawed(Auditor):
        def audit(self, trail: Trail, response: Response) -> Response:
            if response.status_code >= 400 and not self.asked(trail):
                response.raw_headers.extend(self.fields(trail, response.raw_headers))
            return super().audit(trail, response)

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-02", "AUD-03"})
def keeps_auditing_a_user_who_asked_once(reference: Reference) -> Reference:
    """A user who has asked for audit headers gets them with every later answer as well."""

    class Flawed(Auditor):
        def __init__(self) -> None:
            self.asking: set[str] = set()

        def asked(self, trail: Trail) -> bool:
            user = self.user_id(trail) or ""
            if super().asked(trail):
                self.asking.add(user)
            return user in self.asking

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-03"})
def is_content_with_the_name_of_the_header(reference: Reference) -> Reference:
    """Any x-bt-enable-audit enables them, even one that says false."""

    class Flawed(Auditor):
        def asked(self, trail: Trail) -> bool:
            return ENABLE in trail.headers

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-03"})
def takes_what_begins_like_true_for_true(reference: Reference) -> Reference:
    """The value is compared by its first letter only, so that `t` or `trueish` enable as well."""

    class Flawed(Auditor):
        def asked(self, trail: Trail) -> bool:
            return trail.headers.get(ENABLE, "").startswith("t")

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-18"})
def hides_the_audit_headers_from_pages(reference: Reference) -> Reference:
    """No audit header stands in access-control-expose-headers."""

    class Flawed(Cors):
        def exposed(self) -> tuple[str, ...]:
            return tuple(name for name in EXPOSED if not name.startswith("x-bt-audit-"))

    return replace(reference, cors=Flawed(reference.settings))


@defect(breaks={"AUD-18"})
def hides_the_resources_from_pages(reference: Reference) -> Reference:
    """A page may read three of the audit headers, and not the resources."""

    class Flawed(Cors):
        def exposed(self) -> tuple[str, ...]:
            return tuple(name for name in EXPOSED if not name.endswith("-resources"))

    return replace(reference, cors=Flawed(reference.settings))


@defect(breaks={"AUD-20"})
def writes_the_audit_into_the_body(reference: Reference) -> Reference:
    """An audited JSON object gets a member more, which says who asked."""

    class Flawed(Auditor):
        def audit(self, trail: Trail, response: Response) -> Response:
            if self.asked(trail) and response.status_code == 200:
                enrich(response, {"_audit": {"user_id": self.user_id(trail)}})
            return super().audit(trail, response)

    return replace(reference, auditor=Flawed())


def enrich(response: Response, more: dict[str, object]) -> None:
    """Add members to the JSON object of an answer, if it is one."""
    value = json.loads(getattr(response, "body", b"null") or b"null")
    if isinstance(value, dict):
        response.body = json.dumps({**value, **more}).encode()
        response.headers["content-length"] = str(len(response.body))


@defect(breaks={"AUD-20"})
def answers_an_audited_creation_with_201(reference: Reference) -> Reference:
    """An audited POST is answered with 201 where it is 200 otherwise."""

    class Flawed(Auditor):
        def audit(self, trail: Trail, response: Response) -> Response:
            if self.asked(trail) and trail.method == "POST" and response.status_code == 200:
                response.status_code = 201
            return super().audit(trail, response)

    return replace(reference, auditor=Flawed())

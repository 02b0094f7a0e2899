"""Data planes with exactly one flaw each, named, with the requirements that must fail on them."""

from __future__ import annotations

from conformance.reference.defects.api import answers, lives, openness
from conformance.reference.defects.audit import (
    attribution,
    encoding,
    impersonation,
    presence,
    resources,
    urls,
)
from conformance.reference.defects.definition import DEFECTS, Defect, defect
from conformance.reference.defects.rate_limits import budgets, holders, local, windows
from conformance.reference.defects.retention import (
    ages,
    credentials,
    extent,
    overheard,
    provisioning,
    safety,
    secrecy,
)
from conformance.reference.defects.telemetry import (
    forms,
    gating,
    leaks,
    missing,
    moments,
    spelling,
    sysadmin,
)
from conformance.reference.defects.urls import (
    egress,
    keys,
    login,
    pages,
    passing,
    sessions,
    waiting,
)

AUDIT = (attribution, encoding, impersonation, presence, resources, urls)
TELEMETRY = (forms, gating, leaks, missing, moments, spelling, sysadmin)
RATE_LIMITS = (budgets, holders, local, windows)
URLS = (egress, keys, login, pages, passing, sessions, waiting)
RETENTION = (ages, credentials, extent, overheard, provisioning, safety, secrecy)
API = (answers, lives, openness)

__all__ = ["DEFECTS", "Defect", "defect"]

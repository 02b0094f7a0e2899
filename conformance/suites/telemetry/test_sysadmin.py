"""Backfill and compaction status: there unless it is disabled, and without customer data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance import expect
from conformance.expect import Inconclusive, OutOfReach, Violation
from conformance.instruments.canary import Detector
from conformance.marks import observes, requirement
from conformance.suites.telemetry.sysadmin import ROW, asked_from, holds_data, paired
from conformance.suites.telemetry.trials import SYSADMIN_OFF
from conformance.suites.telemetry.watched import conclude

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.exchange import Exchange
    from conformance.observing import Results
    from conformance.options.values import Options
    from conformance.suites.telemetry.sysadmin import Asked, Round

    Findings = Iterator[Violation | Inconclusive]

SETTING = "sysadmin_off"


@requirement("TEL-14")
@observes(SYSADMIN_OFF)
def test_status_endpoints_are_disabled(
    options: Options, observed: Results, ask: Callable[[], Round]
) -> None:
    """With DISABLE_SYSADMIN_TELEMETRY=true no status endpoint answers with its data, beside the
    same request to a data plane without it, which is answered.
    """
    if options.target.started:
        off = asked_from(observed[SYSADMIN_OFF].result)
        _need(options, disabled=False)
        conclude(_disabled(options, off, ask().asked))
    else:
        _need(options, disabled=True)
        conclude(_disabled(options, ask().asked, ()))


@requirement("TEL-14")
def test_status_endpoints_are_enabled_without_it(
    options: Options, ask: Callable[[], Round]
) -> None:
    """Without DISABLE_SYSADMIN_TELEMETRY every status endpoint answers."""
    _need(options, disabled=False)
    conclude(_enabled(options, ask().asked))


@requirement("TEL-15")
def test_status_endpoints_hold_no_content(options: Options, ask: Callable[[], Round]) -> None:
    """Nothing that was put into rows, attachments and prompts is found in any answer of a status
    endpoint, in whatever encoding.
    """
    if _said(options) == "true":
        raise _out_of_reach(options, "false")
    conclude(_clean(options, ask()))


def _need(options: Options, *, disabled: bool) -> None:
    """Skip what the data plane is not configured for, as far as its user says or the run knows."""
    said = _said(options)
    known = said is not None or options.target.started
    if not known or (said == "true") != disabled:
        raise _out_of_reach(options, "true" if disabled else "false")


def _said(options: Options) -> str | None:
    """What the user says of the setting, None if nothing."""
    names = options.profile.settings[SETTING]
    said = [options.settings[name] for name in names if name in options.settings]
    return said[0].strip().lower() if said else None


def _out_of_reach(options: Options, value: str) -> OutOfReach:
    name = options.profile.settings[SETTING][0]
    return OutOfReach(
        f"It takes a data plane that is known to have {name}={value}: let the run start it, with "
        "--dataplane-cmd CMD, or declare that with --dataplane-setting.",
        unlock=f"--dataplane-setting {name}={value}",
    )


def _disabled(options: Options, off: tuple[Asked, ...], on: tuple[Asked, ...]) -> Findings:
    for one, twin in paired(off, on):
        data = holds_data(one.exchange, twin.exchange if twin else one.exchange)
        what = f"{one.endpoint} with {options.profile.settings[SETTING][0]}=true"
        if data:
            yield Violation(
                expected=f"{what} is answered with anything but a success with data",
                came=expect.outcome(one.exchange),
                exchanges=tuple(each.exchange for each in (one, twin) if each),
            )
        elif data is None:
            yield Inconclusive(f"{what} is a success, of which nobody can tell whether it has data")
        elif twin is None:
            yield Inconclusive(f"{what} is refused, and it was not seen to be answered without it")
        elif not twin.exchange.ok:
            yield _absent(options, twin)


def _enabled(options: Options, on: tuple[Asked, ...]) -> Findings:
    for one in on:
        if holds_data(one.exchange, one.exchange):
            continue
        if options.profile.rows[ROW].basis == "assumed":
            yield _absent(options, one)
        else:
            yield Violation(
                expected=f"{one.endpoint} is answered with a success and its status",
                came=expect.outcome(one.exchange),
                exchanges=one.exchange,
            )


def _clean(options: Options, told: Round) -> Findings:
    detector = Detector(told.planted.content.values())
    for one in told.asked:
        report = detector.search(_bytes_of(one.exchange))
        if report.findings:
            yield Violation(
                expected=f"{one.endpoint} tells metadata only, and no content of rows",
                came="; ".join(map(str, report.findings)),
                exchanges=one.exchange,
            )
        elif report.truncated:
            yield Inconclusive(f"the answer of {one.endpoint} could not be searched to its end")
        elif not holds_data(one.exchange, one.exchange):
            yield _absent(options, one)


def _absent(options: Options, asked: Asked) -> Inconclusive:
    """Where an endpoint that nobody has confirmed answers nothing, nothing can be judged."""
    row = options.profile.rows[ROW]
    return Inconclusive(
        f"{asked.endpoint} did not answer with a status without "
        f"{options.profile.settings[SETTING][0]} ({expect.outcome(asked.exchange)})",
        row=ROW if row.basis == "assumed" else None,
    )


def _bytes_of(exchange: Exchange) -> bytes:
    headers = "".join(f"{name}: {value}\n" for name, value in exchange.headers)
    return headers.encode() + b"\n" + exchange.body

"""How one watched data plane is judged: what came, what did not, and what nobody can tell."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from conformance.expect import Inconclusive, OutOfReach, Violation
from conformance.instruments.silence import NOT_CONNECTED
from conformance.instruments.telemetry_setting import BY_DEFAULT, value_of
from conformance.suites.telemetry.heard import UNKNOWN
from conformance.suites.telemetry.trials import SETTING, Family
from mock_control_plane.wire import TELEMETRY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.suites.telemetry.heard import Leak
    from conformance.suites.telemetry.watched import Watch
    from mock_control_plane.client import Entry, Sighting

    Findings = Iterator[Violation | Inconclusive]

SHOWN = 6


def nothing_else(watch: Watch) -> Findings:
    """Nothing that the setting does not name is sent, from its start to its end."""
    heard, trial = watch.heard, watch.trial
    allowed = f"{_listed(trial.named)} and nothing else is" if trial.named else "nothing is"
    for kind in TELEMETRY:
        if kind in trial.named:
            continue
        if entries := heard.entries_of(kind):
            yield _violation(
                watch,
                expected=f"of telemetry {allowed} sent, with {trial.said}",
                came=f"{kind} came, with {trial.said}: {_requests(entries)}",
                entries=entries,
            )
        elif reason := watch.doubt(kind):
            yield Inconclusive(f"no {kind} was heard with {trial.said}, but {reason}")
    yield from _of_no_known_kind(watch)


def nothing_else_or_no_start(watch: Watch) -> Findings:
    """The same, or it does not start: that is right if it starts with what everybody accepts."""
    if watch.told is not None:
        yield from nothing_else(watch)
    elif watch.others is None:
        yield Inconclusive(
            f"it does not start with {watch.trial.said}, and was not seen to start with a plain "
            f"setting: {watch.refused}"
        )


def everything_listed(watch: Watch) -> Findings:
    """Everything that the setting lists is sent; where a row is assumed, silence proves nothing."""
    trial = watch.trial
    if watch.told is None:
        yield _violation(
            watch,
            expected=f"it starts, and sends {_listed(trial.named)}, with {trial.said}",
            came=f"it does not start: {watch.refused}",
        )
        return
    for kind in (kind for kind in TELEMETRY if kind in trial.named - watch.told.kinds):
        row, seconds = watch.profile.rows[kind], watch.told.seconds
        silence = f"no {kind} within {seconds:.1f} s and until it was stopped, with {trial.said}"
        if not watch.told.connected:
            yield Inconclusive(f"{silence}; but {watch.doubt(kind)}")
        elif row.basis == "assumed":
            yield Inconclusive(
                f"{silence}; that it comes by {row.endpoints[0]} is assumed", row=kind
            )
        else:
            yield _violation(
                watch,
                expected=f"{_listed(trial.named)} are sent, with {trial.said}",
                came=silence,
                entries=[each.entry for each in watch.told.telemetry],
            )


def no_content(watch: Watch) -> Findings:
    """No request to the control plane holds what users put into rows, attachments and prompts."""
    heard = watch.heard
    leaks = [leak for leak in heard.leaks if leak.is_content and _counts(watch, leak)]
    yield from _leaked(
        watch, leaks, "no content of rows, attachments or prompts reaches the control plane"
    )
    trial = watch.trial
    if trial.known and not trial.named >= BY_DEFAULT:
        raise _not_enabled(watch, BY_DEFAULT)
    if not heard.connected:
        yield Inconclusive(f"nothing leaked, but {NOT_CONNECTED}")
    elif not heard.kinds:
        yield Inconclusive("no telemetry came at all, so nobody can tell whether it would be clean")
    yield from _unread(watch)


def no_customer_data(watch: Watch) -> Findings:
    """No telemetry holds content, or names and metadata of objects, with everything on."""
    heard, trial = watch.heard, watch.trial
    leaks = [leak for leak in heard.leaks if leak.kinds]
    yield from _leaked(
        watch, leaks, "telemetry holds no content, and no names or metadata of objects"
    )
    if trial.named != frozenset(TELEMETRY):
        raise _not_enabled(watch, TELEMETRY)
    for kind in (kind for kind in TELEMETRY if kind not in heard.kinds):
        yield Inconclusive(
            f"no {kind} came, so nobody can tell whether it would be clean", row=kind
        )
    yield from _unread(watch)


def well_formed(*kinds: str) -> Callable[[Watch], Findings]:
    """Everything of these kinds is OTLP/HTTP as it should be, at the endpoint that is for it."""

    def find(watch: Watch) -> Findings:
        for kind in kinds:
            came = [(one.entry, seen) for one in watch.heard.telemetry if (seen := one.of(kind))]
            for entry, seen in came:
                yield from _form(watch, entry, seen)
            if not came and watch.trial.known and kind not in watch.trial.named:
                raise _not_enabled(watch, [kind])
            if not came:
                row = kind if watch.profile.rows[kind].basis == "assumed" else None
                yield Inconclusive(
                    f"no {kind} came with {watch.trial.said}; TEL-03 judges", row=row
                )

    return find


def _form(watch: Watch, entry: Entry, seen: Sighting) -> Findings:
    kind, row = seen.kind, watch.profile.rows[seen.kind]
    if entry.seq in watch.heard.cut:
        yield Inconclusive(f"#{entry.seq} is too large for the journal, so it cannot be judged")
    elif seen.problem is not None:
        yield _violation(
            watch,
            expected=f"{kind} are well-formed OTLP/HTTP",
            came=f"#{entry.seq} {entry.method} {entry.path}: {seen.problem}",
            entries=[entry],
        )
    elif seen.endpoint_kind is None and row.basis == "assumed":
        yield Inconclusive(
            f"{kind} came by {entry.method} {entry.path}, and {row.endpoints[0]} is assumed",
            row=kind,
        )
    elif seen.endpoint_kind != kind:
        yield _violation(
            watch,
            expected=f"{kind} are sent to {row.endpoints[0]}",
            came=f"#{entry.seq} {entry.method} {entry.path} carries {kind}",
            entries=[entry],
        )


def _not_enabled(watch: Watch, kinds: Iterable[str]) -> OutOfReach:
    name, value = watch.profile.settings[SETTING][0], value_of({*kinds, *watch.trial.named})
    return OutOfReach(
        f"It takes a data plane that sends {_listed(kinds)}, and this one is declared not to: "
        f"configure it so, and declare that with --dataplane-setting {name}={value}.",
        unlock=f"--dataplane-setting {name}={value}",
    )


def _of_no_known_kind(watch: Watch) -> Findings:
    entries = watch.heard.entries_of(UNKNOWN)
    if not entries:
        return
    came = f"telemetry that fits several kinds or none: {_requests(entries)}"
    if watch.trial.named:
        yield Inconclusive(f"{came}, with {watch.trial.said}")
    else:
        expected = f"no telemetry is sent, with {watch.trial.said}"
        yield _violation(watch, expected=expected, came=came, entries=entries)


def _counts(watch: Watch, leak: Leak) -> bool:
    """Whether a leak is one of the default telemetry; what a user switched on beside it is not."""
    return (
        watch.trial.family is not Family.DECLARED or not leak.kinds or bool(leak.kinds & BY_DEFAULT)
    )


def _leaked(watch: Watch, leaks: list[Leak], expected: str) -> Findings:
    if leaks:
        shown = "; ".join(dict.fromkeys(map(str, leaks[:SHOWN])))
        more = f"; and {len(leaks) - SHOWN} more" if len(leaks) > SHOWN else ""
        entries = tuple({leak.entry.seq: leak.entry for leak in leaks}.values())
        yield _violation(watch, expected=expected, came=f"{shown}{more}", entries=entries)


def _unread(watch: Watch) -> Findings:
    if unread := watch.heard.unread:
        yield Inconclusive(
            f"nothing was found, but not all could be read: {_requests(unread)} (too large, or "
            "compressed beyond all measure)"
        )


def _violation(
    watch: Watch, *, expected: str, came: str, entries: Iterable[Entry] = ()
) -> Violation:
    violation = Violation(expected=expected, came=came, entries=tuple(entries))
    trial = watch.trial
    if trial.known:
        names = watch.profile.settings[SETTING]
        if trial.value is None:
            how = f"without {', '.join(names)}"
        else:
            how = "with " + " ".join(f"{name}={shlex.quote(trial.value)}" for name in names)
        violation.add_note(
            f"You can reproduce this by starting the data plane {how}, logging rows, and reading "
            "what its control plane heard until it was stopped"
        )
    return violation


def _listed(kinds: Iterable[str]) -> str:
    chosen = frozenset(kinds)
    names = [kind for kind in TELEMETRY if kind in chosen]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _requests(entries: Iterable[Entry]) -> str:
    """Requests in a sentence: the first one, and how many more there are."""
    first, *more = [f"#{one.seq} {one.method} {one.path}" for one in entries]
    return f"{first} and {len(more)} more" if more else first

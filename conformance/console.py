"""The first lines of a run: what is judged, with what scope, and whether all is connected."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Self

import conformance
from conformance.options.values import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

    from conformance.deployment.environment import Environment
    from conformance.options.values import Options
    from conformance.requirements import Catalogue, Requirement
    from conformance.scope import Scope

__all__ = ["Console"]

LABEL = 13
WIDEST = 100


class Console:
    """Writes to pytest's terminal, wrapped to its width; a quiet run says nothing."""

    def __init__(self, terminal: pytest.TerminalReporter | None) -> None:
        self._terminal = terminal if terminal and terminal.verbosity >= 0 else None

    @classmethod
    def of(cls, config: pytest.Config) -> Self:
        """The console of a pytest session."""
        return cls(config.pluginmanager.getplugin("terminalreporter"))

    def opening(self, options: Options, catalogue: Catalogue, scope: Scope, seed: str) -> None:
        """Say what will be judged, before anything is started."""
        version = f"dataplane-conformance {conformance.__version__}"
        self._line(f"{version}, catalogue {catalogue.version}", bold=True)
        self._row("target", _target(options))
        self._row("profile", _profile(options))
        self._row("scope", *_scope(catalogue, scope))
        self._row("examples", f"{options.effort.value}; seed {seed} (--hypothesis-seed={seed})")

    def connected(self, options: Options, environment: Environment, seconds: float) -> None:
        """Say what was found to be up and connected."""
        version = f", version {environment.version}" if environment.version else ""
        self._row("data plane", f"{environment.default.url}{version}")
        if environment.control_plane is not None:
            self._row("mock", f"{environment.control_plane.url}, which saw a login through it")
        key = "it accepts the key" if options.mocked or options.api_key else "no key was given"
        self._row("connected", f"it is a data plane; {key} ({seconds:.1f} s)")

    def _row(self, label: str, *paragraphs: str) -> None:
        if self._terminal is None:
            return
        width = min(self._terminal._tw.fullwidth, WIDEST)
        first = f"  {label}".ljust(LABEL)
        for paragraph in paragraphs:
            wrapped = textwrap.wrap(
                paragraph,
                width,
                initial_indent=first,
                subsequent_indent=" " * LABEL,
                break_on_hyphens=False,
                break_long_words=False,
            )
            for line in wrapped:
                self._line(line)
            first = " " * LABEL

    def _line(self, text: str, *, bold: bool = False) -> None:
        if self._terminal is not None:
            self._terminal.write_line(text, bold=bold)
            self._terminal.flush()


def _target(options: Options) -> str:
    if options.target.kind is Kind.EMBEDDED:
        return "the embedded reference data plane"
    if options.target.kind is Kind.COMMAND:
        return f"what is started by: {options.target.address}"
    return options.target.address


def _profile(options: Options) -> str:
    assumed = len(options.profile.assumed)
    return (
        f"{options.profile.name} ({assumed} rows are assumed)" if assumed else options.profile.name
    )


def _scope(catalogue: Catalogue, scope: Scope) -> list[str]:
    rows = [row for row in catalogue.values() if row.withdrawn is None]
    counts = [_count(level, rows, scope) for level in ("MUST", "SHOULD")]
    widening: dict[str, list[str]] = {}
    for identifier, missing in scope.out_of_scope.items():
        widening.setdefault(" ".join(one.sentence for one in missing), []).append(identifier)
    return [
        ", ".join(counts),
        *(f"{' '.join(ids)}: {sentence}" for sentence, ids in widening.items()),
    ]


def _count(level: str, rows: Iterable[Requirement], scope: Scope) -> str:
    ids = [row.id for row in rows if row.level == level]
    inside = sum(identifier in scope.in_scope for identifier in ids)
    return f"{inside} of {len(ids)} {level}s"

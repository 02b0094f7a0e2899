"""Every option of a run, in one table: pytest and `dataplane-conformance run` both read it.

It says what there is and what it means. `reading` says what is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["GROUPS", "OPTIONS", "TARGETS", "Option", "add_to", "target_given"]


@dataclass(frozen=True, slots=True)
class Option:
    """One option: without a `metavar` it is a switch, and `repeats` says that it may come often.

    `environment` names the variable that it is taken from where it is not given.
    """

    flag: str
    help: str
    metavar: str | None = None
    repeats: bool = False
    environment: str | None = None

    @property
    def name(self) -> str:
        """The name under which an argument parser keeps the value."""
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def text(self) -> str:
        """What `--help` says of it."""
        text = self.help.replace("%", "%%")
        return f"{text} Also from {self.environment}." if self.environment else text


def add_to(add: Callable[..., object], options: Iterable[Option]) -> None:
    """Offer options through an `add_argument`, or pytest's `addoption`."""
    for option in options:
        if option.metavar is None:
            add(option.flag, action="store_true", help=option.text)
        else:
            action = "append" if option.repeats else "store"
            add(option.flag, action=action, metavar=option.metavar, help=option.text)


WHAT_IS_JUDGED = (
    Option(
        "--dataplane-embedded",
        "Judge the small conforming data plane that comes with the suite. It is what "
        "`dataplane-conformance run` uses when no other target is given.",
    ),
    Option(
        "--dataplane-url",
        "Judge the data plane that runs under URL. Nothing is touched there that the run did not "
        "create, and what it created is deleted at the end.",
        metavar="URL",
    ),
    Option(
        "--dataplane-cmd",
        "Start the data plane with CMD, once for every configuration that the tests need. It gets "
        "its settings as environment variables under their real names, and PORT; it is ready when "
        "GET /version or GET / answers below 500; it is stopped with SIGTERM, then SIGKILL. It "
        "runs in an empty folder of its own: use sh -c 'cd … && exec …' if it needs another.",
        metavar="CMD",
    ),
)
HOW_IT_IS_REACHED = (
    Option(
        "--dataplane-api-key",
        "The API key of a user, where no mock control plane issues keys.",
        metavar="KEY",
        environment="BRAINTRUST_API_KEY",
    ),
    Option(
        "--dataplane-second-api-key",
        "The API key of a second, different user.",
        metavar="KEY",
        environment="BRAINTRUST_SECOND_API_KEY",
    ),
    Option(
        "--dataplane-setting",
        "A setting of the data plane under its real name: declared for one that already runs, "
        "applied to one that is started. May be repeated.",
        metavar="NAME=VALUE",
        repeats=True,
    ),
    Option(
        "--dataplane-settings",
        "A .env file of such settings; --dataplane-setting wins over it.",
        metavar="FILE",
    ),
    Option(
        "--dataplane-ca",
        "The certificate authority (PEM) that the data plane's certificate is verified with, "
        "instead of the system's.",
        metavar="FILE",
    ),
    Option(
        "--dataplane-client-cert",
        "The client certificate for mutual TLS: one PEM file with the certificate and its key.",
        metavar="FILE",
    ),
    Option(
        "--dataplane-header",
        "A header that every request carries, such as a gateway in front may want. May be "
        "repeated.",
        metavar="NAME:VALUE",
        repeats=True,
    ),
    Option(
        "--dataplane-own-host",
        "A host of the deployment's own infrastructure, such as its database or object storage: a "
        "name, *.name, address or network, with or without :port. Where a data plane connects is "
        "judged with that in mind. May be repeated.",
        metavar="HOST",
        repeats=True,
    ),
    Option(
        "--dataplane-egress-log",
        "A list of where the data plane connects, as a proxy or firewall of yours writes it: a "
        'line for each connection, such as {"host": "example.com", "port": 443}; "refused": true '
        "says that it was not let through. The run starts data planes with a recording forward "
        "proxy in HTTP_PROXY and the like; give a list where one does not use that, or runs "
        "already.",
        metavar="FILE",
    ),
    Option(
        "--dataplane-sdk",
        "A folder with another release of the Python SDK, whose session with the data plane is "
        "judged beside that of the installed one: pip install --target DIR braintrust==0.7.0. May "
        "be repeated.",
        metavar="DIR",
        repeats=True,
    ),
    Option(
        "--dataplane-timeout",
        "How long one request may take, in seconds (30); raise it for cold starts.",
        metavar="S",
    ),
    Option(
        "--dataplane-ready-timeout",
        "How long a started data plane may take until it answers, in seconds (60).",
        metavar="S",
    ),
    Option(
        "--dataplane-replicas",
        "How many processes share the work behind the data plane's URL (1). Counters that each of "
        "them keeps for itself, such as those of a rate limit, are judged with that in mind: a "
        "limit of N may let through up to K times N.",
        metavar="K",
    ),
    Option(
        "--dataplane-max-deployments",
        "How many data planes are started at the same time (8).",
        metavar="N",
    ),
)
THE_CONTROL_PLANE = (
    Option(
        "--control-plane-url",
        "The mock control plane that already runs under URL and that the data plane uses as its "
        "BRAINTRUST_APP_URL.",
        metavar="URL",
    ),
    Option(
        "--control-plane-token",
        "The token of its inspection API, needed unless it listens on loopback.",
        metavar="TOKEN",
        environment="CONTROL_PLANE_TOKEN",
    ),
    Option(
        "--control-plane-listen",
        "Start a mock control plane here, for a data plane that already runs and has it as its "
        "BRAINTRUST_APP_URL. A started data plane gets one of its own without this.",
        metavar="HOST:PORT",
    ),
    Option(
        "--control-plane-public-url",
        "The URL under which the data plane reaches that mock, if it is not http://HOST:PORT.",
        metavar="URL",
    ),
    Option(
        "--control-plane-upstream",
        "Let the mock relay to the control plane under URL, whose users, keys and policies stay in "
        "use: what goes through is observed, and what needs the mock's own answers is not judged. "
        "With --control-plane-url it is what the one that runs relays to.",
        metavar="URL",
    ),
)
HOW_MUCH = (
    Option(
        "--dataplane-area",
        "Judge only this area; may be repeated. `dataplane-conformance list` names them.",
        metavar="AREA",
        repeats=True,
    ),
    Option(
        "--dataplane-requirement",
        "Judge only this requirement, such as AUD-04; may be repeated.",
        metavar="ID",
        repeats=True,
    ),
    Option(
        "--dataplane-openapi",
        "Judge the area api by the OpenAPI description in FILE (YAML or JSON) instead of by the "
        "suite's own: the kinds of objects that the suite knows, operation by operation.",
        metavar="FILE",
    ),
    Option("--dataplane-level", "Judge only the MUSTs, or only the SHOULDs.", metavar="LEVEL"),
    Option("--dataplane-quick", "Try few examples: a first impression."),
    Option(
        "--dataplane-exhaustive",
        "Try many examples, all 64 sets of telemetry kinds, and rate limits over real minutes: "
        "before a release.",
    ),
    Option(
        "--dataplane-observe-for",
        "Observe silence for at least S seconds. To show that something is not sent, the run waits "
        "as long as the wire profile says that it takes to be sent; give more where a data plane "
        "reports less often than that.",
        metavar="S",
    ),
    Option(
        "--dataplane-allow-destructive",
        "Let the data plane delete aged data. The run asks it to, with policies for projects that "
        "the run made, so only data that the run created can go. A data plane that the run starts "
        "itself needs no permission.",
    ),
    Option(
        "--dataplane-require-complete",
        "Count a MUST that is out of scope as not judged, and end with exit code 6.",
    ),
    Option(
        "--dataplane-expected-failures",
        "A file of failures that are known: they do not fail the run, but one that passes does.",
        metavar="FILE",
    ),
    Option(
        "--dataplane-wire-profile",
        "Which endpoint carries what: a file, or one that is shipped (braintrust, reference). "
        "Default: reference for the embedded data plane, else braintrust.",
        metavar="PROFILE",
    ),
    Option(
        "--dataplane-report-dir",
        "Where report.json, the journal and the data plane's output go (conformance-report).",
        metavar="DIR",
    ),
)

# The headings under which `--help` shows them.
GROUPS: Mapping[str, tuple[Option, ...]] = {
    "what is judged": WHAT_IS_JUDGED,
    "how it is reached": HOW_IT_IS_REACHED,
    "its control plane": THE_CONTROL_PLANE,
    "how much": HOW_MUCH,
}
OPTIONS = tuple(option for group in GROUPS.values() for option in group)
TARGETS = tuple(option.name for option in WHAT_IS_JUDGED)


def target_given(values: Mapping[str, object]) -> bool:
    """Whether parsed options name a data plane to judge; without one nothing of ours happens."""
    return any(values.get(name) for name in TARGETS)

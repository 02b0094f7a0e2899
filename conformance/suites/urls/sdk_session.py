"""A session of the Python SDK in a process that may reach the deployment and nothing else.

`python -m conformance.suites.urls.sdk_session RESULT HOST SECONDS PROJECT SLUG` writes what came of
each flow into RESULT; a write may take SECONDS to be seen, a prompt of that slug is in PROJECT.
"""

from __future__ import annotations

import ipaddress
import json
import sys
import threading
import time
import traceback
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
Row = dict[str, Any]

PROJECT = "conformance · Grüße, 世界"
ROOT: Row = {
    "input": {"question": "½ of 4? 🙂", "numbers": [1, 2.5, -3]},
    "output": ["two", {"n": None}],
}
CHILD: Row = {"input": "a child's\n\tinput", "output": "two", "scores": {"closeness": 0.25}}
COMMENT = "Nicht schlecht. 👍"
HELPFUL = {"helpful": 1}
ROWS: list[Row] = [
    {"id": "one", "input": {"n": 1}, "output": 1, "expected": 1, "scores": {"exact": 1}},
    {"id": "two", "input": {"n": 2}, "output": 3, "expected": 2, "scores": {"exact": 0}},
]
CASES: list[Row] = [
    {"input": 2, "expected": 4},
    {"input": 3, "expected": 6},
    {"input": 5, "expected": 11},
]
RECORDS: list[Row] = [
    {"id": "a", "input": {"x": "ä"}, "expected": [1, None, "1"]},
    {"id": "b", "input": "plain text", "expected": {"y": 2.5}},
    {"id": "c", "input": [], "expected": "deleted in the end"},
]
CHANGED = {"y": 3.5}
AVERAGE = {"exact": 0.5}
OUTPUTS = {row["id"]: row["output"] for row in ROWS}
KEPT = {"a": RECORDS[0]["expected"], "b": CHANGED}
FILLED = {"word": "ja"}
SCORE = "exactly"
PAUSE = 0.1


class Guard:
    """Refuses, and remembers, every look-up and connection that leads elsewhere, and programs."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.refused: list[str] = []
        self._is_near = host == "localhost" or _is_loopback(host)

    def judge(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take one event of the interpreter."""
        if event in ("socket.getaddrinfo", "socket.gethostbyname"):
            self._expect(event, self._may_look_up(arguments[0]), str(arguments[0]))
        elif event in ("socket.connect", "socket.sendto"):
            address = arguments[-1]
            inside = not isinstance(address, tuple) or self._may_reach(str(address[0]))
            self._expect(event, inside, str(address))
        elif event in ("subprocess.Popen", "os.system", "os.posix_spawn", "os.exec"):
            # The SDK asks git about the working folder; what another process does is not seen.
            raise PermissionError("this process starts no other")

    def _may_look_up(self, host: object) -> bool:
        """Addresses are looked up as well, before they are connected to."""
        name = host.decode() if isinstance(host, bytes) else str(host)
        return name.lower() in (self.host, "localhost", "none", "") or _is_loopback(name)

    def _may_reach(self, address: str) -> bool:
        """A host elsewhere may have any address; only its own name can be looked up."""
        return _is_loopback(address) or not self._is_near

    def _expect(self, event: str, harmless: bool, wish: str) -> None:
        if not harmless:
            self.refused.append(f"{event} {wish}")
            raise PermissionError(f"this process may only reach {self.host}; it wanted {wish}")


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def seen(look: Callable[[], T], wanted: T) -> T:
    """Look until the wanted value is seen, or the time that a write may take has passed."""
    until = time.monotonic() + float(sys.argv[3])
    while (value := look()) != wanted and time.monotonic() < until:
        threading.Event().wait(PAUSE)
    return value


def log_in(braintrust: Any) -> dict[str, Any]:
    """Log in: where the SDK was sent."""
    braintrust.login()
    state = braintrust.logger._internal_get_global_state()
    return {"organization": state.org_id, "api_url": state.api_url}


def log_spans(braintrust: Any) -> dict[str, Any]:
    """A trace of two spans, then feedback on it."""
    logger = braintrust.init_logger(project=PROJECT)
    with (
        logger.start_span(name="root", **ROOT) as root,
        root.start_span(name="child") as child,
    ):
        child.log(**CHILD)
    logger.log_feedback(id=root.id, comment=COMMENT, scores=HELPFUL)
    logger.flush()
    return {"project": logger.project.id, "root": root.id, "child": child.id}


def run_experiment(braintrust: Any) -> dict[str, Any]:
    """An experiment, summarized, and read back by the SDK."""
    experiment = braintrust.init(project=PROJECT, experiment="first")
    for row in ROWS:
        experiment.log(**row)

    def scores() -> dict[str, float]:
        return {name: one.score for name, one in experiment.summarize().scores.items()}

    def outputs() -> dict[str, Any]:
        opened = braintrust.init(project=PROJECT, experiment="first", open=True)
        return {row["id"]: row["output"] for row in opened}

    return {"id": experiment.id, "scores": seen(scores, AVERAGE), "rows": seen(outputs, OUTPUTS)}


def evaluate(braintrust: Any) -> dict[str, Any]:
    """`Eval`: a task that doubles its input, scored."""

    def exactly(input: int, output: int, expected: int) -> float:  # noqa: ARG001 (the SDK names it)
        return float(output == expected)

    outcome = braintrust.Eval(
        PROJECT,
        data=[braintrust.EvalCase(**case) for case in CASES],
        task=lambda number: number * 2,
        scores=[exactly],
        experiment_name="evaluation",
    )
    return {"id": outcome.summary.experiment_id, "cases": len(outcome.results)}


def keep_dataset(braintrust: Any) -> dict[str, Any]:
    """Records inserted, one changed and one deleted, then read back by a second handle."""
    dataset = braintrust.init_dataset(project=PROJECT, name="cases")
    for record in RECORDS:
        dataset.insert(**record)
    dataset.flush()
    dataset.update(id="b", expected=CHANGED)
    dataset.delete("c")
    dataset.flush()

    def records() -> dict[str, Any]:
        again = braintrust.init_dataset(project=PROJECT, name="cases")
        return {row["id"]: row["expected"] for row in again}

    return {"id": dataset.id, "records": seen(records, KEPT)}


def use_prompt(braintrust: Any) -> dict[str, Any]:
    """A prompt that is there, loaded by its slug and filled in."""
    prompt = braintrust.load_prompt(project=sys.argv[4], slug=sys.argv[5])
    filled = prompt.build(**FILLED)
    return {"id": prompt.id, "contents": [each["content"] for each in filled["messages"]]}


FLOWS: tuple[Callable[[Any], dict[str, Any]], ...] = (
    log_in,
    log_spans,
    run_experiment,
    evaluate,
    keep_dataset,
    use_prompt,
)


def main() -> None:
    """Run every flow, and write what came of each."""
    guard = Guard(sys.argv[2].lower())
    sys.addaudithook(guard.judge)
    import braintrust  # what it does while it is imported is guarded too
    import braintrust.logger

    told: dict[str, Any] = {"version": metadata.version("braintrust"), "flows": {}, "failed": {}}
    for flow in FLOWS:
        try:
            told["flows"][flow.__name__] = flow(braintrust)
        except Exception as problem:
            last = traceback.format_exception_only(problem)[-1].strip()
            told["failed"][flow.__name__] = last[:600]
    told["refused"] = guard.refused
    Path(sys.argv[1]).write_text(json.dumps(told, default=str), encoding="utf-8")


if __name__ == "__main__":
    main()

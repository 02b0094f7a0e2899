"""The arithmetic of summaries: means over traces, differences to another experiment."""

from __future__ import annotations

import json
from collections import defaultdict
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Row = dict[str, object]
    Numbers = dict[str, dict[str, list[float]]]

TIMES = ("start", "end")
UNITS = {"duration": "s"}
DURATION = "duration"
LARGEST = 1e300
"""What is beyond cannot be summed up, and measures nothing."""


def compared(rows: Sequence[Row], base: Sequence[Row] | None) -> Row:
    """Return the means of scores and metrics over an experiment's traces, by name.

    With a base, each has the difference to it, and how many cases got better or worse.
    """
    inputs, base_inputs = _inputs(rows), _inputs(base or ())
    scores = {
        name: {"name": name, "score": mean, **_change(inputs, base_inputs, values, than, sign=1)}
        for name, mean, values, than in _paired(_scores(rows), _scores(base or ()), base)
    }
    metrics = {
        name: {
            "name": name,
            "metric": mean,
            "unit": UNITS.get(name, ""),
            **_change(inputs, base_inputs, values, than, sign=-1),
        }
        for name, mean, values, than in _paired(_metrics(rows), _metrics(base or ()), base)
    }
    return {"scores": scores, "metrics": metrics}


def counted(rows: Iterable[Row]) -> int:
    """Return how many records there are."""
    return sum(1 for row in rows if row.get("is_root"))


def _scores(rows: Iterable[Row]) -> Numbers:
    return _gathered(rows, "scores", ())


def _metrics(rows: Iterable[Row]) -> Numbers:
    rows = list(rows)
    gathered = _gathered(rows, "metrics", TIMES)
    for row in rows:
        metrics = row.get("metrics")
        start, end = (
            (metrics.get(each) for each in TIMES) if isinstance(metrics, dict) else (None, None)
        )
        if row.get("is_root") and _number(start) and _number(end):
            trace = str(row["root_span_id"])
            gathered[DURATION][trace].append(float(str(end)) - float(str(start)))
    return gathered


def _gathered(rows: Iterable[Row], field: str, without: Sequence[str]) -> Numbers:
    gathered: Numbers = defaultdict(lambda: defaultdict(list))
    for row in rows:
        values = row.get(field)
        for name, value in values.items() if isinstance(values, dict) else ():
            if _number(value) and name not in without:
                gathered[name][str(row["root_span_id"])].append(float(value))
    return gathered


def _paired(
    ours: Numbers, theirs: Numbers, base: Sequence[Row] | None
) -> Iterable[tuple[str, float, dict[str, float], dict[str, float] | None]]:
    for name, traces in ours.items():
        values = {trace: fmean(each) for trace, each in traces.items()}
        than = {trace: fmean(each) for trace, each in theirs.get(name, {}).items()}
        yield name, fmean(values.values()), values, than if base is not None and than else None


def _change(
    inputs: dict[str, str],
    base_inputs: dict[str, str],
    values: dict[str, float],
    than: dict[str, float] | None,
    *,
    sign: int,
) -> Row:
    if than is None:
        return {"improvements": 0, "regressions": 0}
    earlier = {base_inputs.get(trace, trace): value for trace, value in than.items()}
    changes = [
        sign * (value - earlier[inputs[trace]])
        for trace, value in values.items()
        if inputs.get(trace) in earlier
    ]
    return {
        "diff": fmean(values.values()) - fmean(than.values()),
        "improvements": sum(1 for change in changes if change > 0),
        "regressions": sum(1 for change in changes if change < 0),
    }


def _inputs(rows: Iterable[Row]) -> dict[str, str]:
    return {
        str(row["root_span_id"]): json.dumps(row.get("input"), sort_keys=True)
        for row in rows
        if row.get("is_root")
    }


def _number(value: object) -> bool:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return -LARGEST < value < LARGEST

"""The real SDK, flow by flow, in a process that may only reach loopback.

`python -m tests.clients.driver RESULT` writes what the SDK said into the file RESULT, as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.clients import material
from tests.clients.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Mapping

GUARD = Guard().install()

import braintrust  # noqa: E402 (what it does while it is imported is guarded too)
from braintrust.git_fields import GitMetadataSettings, RepoInfo  # noqa: E402 (as above)
from braintrust.logger import _internal_get_global_state  # noqa: E402 (as above)
from braintrust.span_types import SpanTypeAttribute  # noqa: E402 (as above)


def log_in() -> Mapping[str, Any]:
    """`login`: where the SDK was sent, and as whom."""
    braintrust.login()
    state = _internal_get_global_state()
    return {
        "organization": {"id": state.org_id, "name": state.org_name},
        "api_url": state.api_url,
        "public_url": state.app_public_url,
    }


def log_spans() -> Mapping[str, Any]:
    """`init_logger`: a trace of two spans, then feedback on it."""
    logger = braintrust.init_logger(project=material.PROJECT)
    with (
        logger.start_span(name="root", **material.ROOT) as root,
        root.start_span(name="child", type=SpanTypeAttribute.LLM) as child,
    ):
        child.log(**material.CHILD)
    # What waits in the same batch is merged by the SDK itself: here the data plane has to.
    logger.flush()
    logger.log_feedback(id=root.id, comment=material.COMMENT, **material.FEEDBACK)
    logger.flush()
    return {
        "project": {"id": logger.project.id, "name": logger.project.name},
        "root": root.id,
        "child": child.id,
    }


def run_experiments() -> Mapping[str, Any]:
    """`init` with `summarize`: one experiment, one compared with it, and the first read back."""
    first = braintrust.init(
        project=material.PROJECT,
        experiment="first",
        metadata=material.EXPERIMENT_METADATA,
        tags=["baseline"],
        repo_info=RepoInfo(**material.REPOSITORY),
    )
    for row in material.EXPERIMENT_ROWS:
        first.log(**row)
    first_summary = first.summarize()

    second = braintrust.init(
        project=material.PROJECT,
        experiment="second",
        base_experiment="first",
        git_metadata_settings=GitMetadataSettings(collect="all"),
    )
    for row in material.EXPERIMENT_ROWS:
        second.log(**{**row, "scores": {"exact": 1, "near": 0.5}})
    second_summary = second.summarize()

    opened = braintrust.init(project=material.PROJECT, experiment="first", open=True)
    return {
        "id": first.id,
        "first": dataclasses.asdict(first_summary),
        "second": dataclasses.asdict(second_summary),
        "rows": list(opened),
    }


def evaluate() -> Mapping[str, Any]:
    """`Eval`: a task that doubles its input, scored."""

    def exactly(input: int, output: int, expected: int) -> float:  # noqa: ARG001 (the SDK names it)
        return float(output == expected)

    outcome = braintrust.Eval(
        material.PROJECT,
        data=[braintrust.EvalCase(**case) for case in material.EVALUATION_CASES],
        task=lambda number: number * 2,
        scores=[exactly],
        experiment_name="evaluation",
    )
    return {
        "summary": dataclasses.asdict(outcome.summary),
        "results": [
            {"input": result.input, "output": result.output, "scores": result.scores}
            for result in outcome.results
        ],
    }


def keep_dataset() -> Mapping[str, Any]:
    """`init_dataset`: rows inserted, changed and deleted, then read back by a second handle."""
    dataset = braintrust.init_dataset(project=material.PROJECT, name="cases", description="für")
    for row in material.DATASET_ROWS:
        dataset.insert(**row)
    dataset.flush()
    dataset.update(**material.DATASET_CHANGE)
    dataset.delete("c")
    dataset.flush()

    again = braintrust.init_dataset(project=material.PROJECT, name="cases")
    return {
        "id": dataset.id,
        "rows": list(again),
        "summary": dataclasses.asdict(again.summarize()),
    }


def load_prompt() -> Mapping[str, Any]:
    """`load_prompt`: what another client saved, rendered."""
    prompt = braintrust.load_prompt(project=material.PROJECT, slug=material.PROMPT_SLUG)
    return {
        "id": prompt.id,
        "name": prompt.name,
        "built": prompt.build(**material.PROMPT_ARGUMENTS),
    }


FLOWS = (log_in, log_spans, run_experiments, evaluate, keep_dataset, load_prompt)


def main() -> None:
    """Run every flow and write what each of them saw, with what the guard saw."""
    seen: dict[str, Any] = {flow.__name__: flow() for flow in FLOWS}
    seen |= {"refused": GUARD.refused, "allowed": GUARD.allowed}
    Path(sys.argv[1]).write_text(json.dumps(seen, default=str), encoding="utf-8")


if __name__ == "__main__":
    main()

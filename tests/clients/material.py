"""What the driven client writes, and what the test expects to read back, value by value."""

from __future__ import annotations

from typing import Any

PROJECT = "Grüße, 世界 · constrained"

Json = dict[str, Any]

ROOT: Json = {
    "input": {"question": "What is ½ of 4? 🙂", "numbers": [1, 2.5, 1e100, -3], "nothing": None},
    "output": ["two", {"nested": {"empty": {}, "list": []}}],
    "metadata": {"model": "none", "schlüssel": "значение", "deep": {"a": [True, False]}},
    "tags": ["first", "zweite"],
}
CHILD: Json = {
    "input": 'a child\'s "input"\n\twith \\ escapes \u2028 and a line separator',
    "output": "line one\r\nline two",
    "scores": {"closeness": 0.25},
}
FEEDBACK: Json = {
    "scores": {"helpful": 1, "brevity": 0.5},
    "expected": {"answer": 2},
    "tags": ["reviewed"],
}
COMMENT = "Nicht schlecht. 👍"
EXPERIMENT_ROWS: list[Json] = [
    {
        "id": "row-one",
        "input": {"n": 1},
        "output": 1,
        "expected": 1,
        "scores": {"exact": 1, "near": 0.75},
        "metadata": {"split": "train"},
        "tags": ["easy"],
    },
    {
        "id": "row-two",
        "input": {"n": 2},
        "output": 3,
        "expected": 2,
        "scores": {"exact": 0, "near": 0.25},
        "metadata": {"split": "test"},
        "tags": [],
    },
]
EXPERIMENT_METADATA: Json = {"seed": 7, "notes": "ünïcödé"}
REPOSITORY: Json = {
    "commit": "0123456789abcdef0123456789abcdef01234567",
    "branch": "main",
    "dirty": False,
    "author_name": "Grace Hopper",
    "author_email": "grace@example.com",
    "commit_message": "Say hello",
    "commit_time": "2024-02-29T12:00:00+01:00",
}
EVALUATION_CASES: list[Json] = [
    {"input": 2, "expected": 4, "metadata": {"kind": "even"}},
    {"input": 3, "expected": 6, "metadata": {"kind": "odd"}},
    {"input": 5, "expected": 11, "metadata": {"kind": "wrong on purpose"}},
]
DATASET_ROWS: list[Json] = [
    {"id": "a", "input": {"x": "ä"}, "expected": [1, None, "1"], "metadata": {"page": 1}},
    {"id": "b", "input": "plain text", "expected": {"y": 2.5}, "metadata": {"page": 2}},
    {"id": "c", "input": [], "expected": "gone in the end", "metadata": {"page": 3}},
]
DATASET_CHANGE: Json = {"id": "b", "expected": {"y": 3.5}, "metadata": {"checked": True}}
PROMPT_SLUG = "greeting"
PROMPT_DATA: Json = {
    "prompt": {
        "type": "chat",
        "messages": [{"role": "user", "content": "Grüße {{{name}}} from {{place}}"}],
    },
    "options": {"model": "gpt-4o", "params": {"temperature": 0.5}},
}
PROMPT_ARGUMENTS = {"name": 'Ada <&> "Lovelace"', "place": "東京"}

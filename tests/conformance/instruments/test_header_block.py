"""A header block is read as it is, and its fields are judged by RFC 9110."""

from __future__ import annotations

import pytest

from conformance.instruments import header_block
from conformance.instruments.header_block import HeaderBlock, NotAHead

PREFIX = "x-bt-audit-"


def block(*lines: bytes) -> HeaderBlock:
    """Return the block of an answer with these header lines."""
    return header_block.read(b"\r\n".join([b"HTTP/1.1 200 OK", *lines, b"", b""]))


def test_a_block_is_read_line_by_line() -> None:
    """Names are found in any letters, values lose the blanks around them, all bytes count."""
    read = block(b"X-One:  a b \t", b"x-one:c", b"empty:")
    assert (read.status, read.strays) == (200, ())
    assert read.fields == (("x-one", b"a b"), ("x-one", b"c"), ("empty", b""))
    assert read.value("X-ONE") == "a b"
    assert read.value("none") is None
    assert read.size == len(read.raw)


@pytest.mark.parametrize("line", [b" folded", b"\tfolded", b"no colon", b": no name"])
def test_lines_that_are_no_field_are_strays(line: bytes) -> None:
    """A folded line, one without a colon, and one without a name are no fields."""
    assert block(b"x: y", line).strays == (line,)


@pytest.mark.parametrize("data", [b"SSH-2.0\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\r\n\r\n"])
def test_what_has_no_status_line_is_no_head(data: bytes) -> None:
    """The first line must be a status line."""
    with pytest.raises(NotAHead, match="is not a status line"):
        header_block.read(data)


def test_the_end_of_a_head_is_its_empty_line() -> None:
    """A head ends behind the first empty line, with or without carriage returns."""
    assert header_block.end_of_head(b"HTTP/1.1 200 OK\r\nx: y\r\n\r\nbody") == 25
    assert header_block.end_of_head(b"HTTP/1.1 200 OK\n\nbody") == 17
    assert header_block.end_of_head(b"HTTP/1.1 200 OK\r\nx: y\r\n") is None


@pytest.mark.parametrize("value", [b"", b"plain", b"tab\tinside", b"obs-text \xff\x80", b'{"v":1}'])
def test_legal_values(value: bytes) -> None:
    """Visible characters, blanks, tabs and obs-text are legal."""
    assert header_block.fault_of_value(value) is None


@pytest.mark.parametrize("value", [b"a\x00b", b"a\rb", b"\x1b[0m", b"\x7f"])
def test_illegal_values(value: bytes) -> None:
    """Control characters are not."""
    assert "control character" in (header_block.fault_of_value(value) or "")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([b"x-bt-audit-user-id: a", b"X-Bt-Audit-User-Id: a"], "is sent 2 times"),
        ([b"x-bt-audit-user-id: a, a"], "merged into a list"),
        ([b"x-bt-audit-user-id: a,a"], "merged into a list"),
        ([b"x-bt-audit-other: \x01"], "not a legal field value"),
        ([b"x-bt-audit-resources: a", b" b"], "is not a field"),
    ],
)
def test_faults_of_a_block(lines: list[bytes], said: str) -> None:
    """Repetition, a list of twice the same, control characters and stray lines are faults."""
    assert said in (header_block.fault_of_block(block(*lines), PREFIX) or "")


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [b"x-bt-audit-user-id: a", b"x-bt-audit-user-email: a"],
        [b"set-cookie: a", b"set-cookie: b", b"x-other: \x01"],
        [b'x-bt-audit-resources: {"v":1,"p":"a,a"}'],
        [b"x-bt-audit-user-email: a,b"],
    ],
)
def test_blocks_without_fault(lines: list[bytes]) -> None:
    """Other fields are not judged, and a comma alone is no repetition."""
    assert header_block.fault_of_block(block(*lines), PREFIX) is None

"""The plugin is silent without a data plane, and says in one line what is wrong with an option."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.judging import URL

if TYPE_CHECKING:
    from tests.conformance.judging import Judging


def test_bare_pytest_is_left_alone(pytester: pytest.Pytester) -> None:
    """Without a data plane a project's tests run as ever, and see no fixture of ours."""
    pytester.makeini("[pytest]\naddopts = --strict-markers -W error")
    pytester.makepyfile(
        "def test_it(request):\n    assert 'callers' not in request._arg2fixturedefs"
    )
    pytester.makepyfile(
        test_fixtures="import pytest\n"
        "@pytest.fixture\ndef callers():\n    return 1\n"
        "def test_callers(callers, pytestconfig):\n"
        "    import sys\n"
        "    assert callers == 1\n"
        "    assert 'conformance.session' not in sys.modules\n"
    )
    result = pytester.runpytest_subprocess("-p", "no:randomly")
    result.assert_outcomes(passed=2)
    assert not (pytester.path / "conformance-report").exists()
    result.stdout.no_fnmatch_line("*catalogue*")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--dataplane-area=audits"], "ERROR: 'audits' is not an area*did you mean 'audit'*"),
        (
            ["--dataplane-requirement=AUD-40"],
            "ERROR: 'AUD-40' is not in the catalogue*did you mean*",
        ),
        (["--dataplane-embedded"], "ERROR: *name two data planes*"),
        (["--dataplane-settings=none.env"], "ERROR: *none.env: there is no such file*"),
        (["--dataplane-report-dir=file/report"], "ERROR: *cannot be written to*"),
    ],
)
def test_mistake_ends_with_one_line(judging: Judging, arguments: list[str], sentence: str) -> None:
    """A mistake on the command line is one sentence, exit code 4, and nothing is run."""
    (judging.pytester.path / "file").touch()
    result = judging(URL, *arguments)
    assert result.ret == 4
    result.stderr.fnmatch_lines([sentence])
    assert "Traceback" not in result.stderr.str() + result.stdout.str()

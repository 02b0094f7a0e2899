"""What is built installs two names, runs from an empty folder, and leaves other projects alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.running import running_mock, running_reference

if TYPE_CHECKING:
    from tests.running import RunningReference

ROOT = Path(__file__).parents[1]
WITHIN = 180.0

pytestmark = pytest.mark.xdist_group("packaging")


def run(
    *command: str | Path, cwd: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; what it prints is kept together."""
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PYTHONSAFEPATH": "1", **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=WITHIN,
        check=False,
    )


@dataclass(frozen=True, slots=True)
class Built:
    """A source distribution, and the wheel that was built from it."""

    sdist: Path
    wheel: Path

    def wheel_names(self) -> list[str]:
        """The files in the wheel."""
        return zipfile.ZipFile(self.wheel).namelist()

    def sdist_names(self) -> list[str]:
        """The files in the source distribution, without its leading folder."""
        with tarfile.open(self.sdist) as archive:
            return [name.partition("/")[2] for name in archive.getnames()]


@pytest.fixture(scope="module", name="built")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build as a release would, with the build backend of this environment."""
    folder = tmp_path_factory.mktemp("dist")
    ran = run(
        *(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT), cwd=folder
    )
    assert ran.returncode == 0, ran.stdout
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return Built(sdist, wheel)


@pytest.fixture(scope="module", name="scripts")
def _scripts(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of an environment that holds the wheel, and borrows its dependencies from here.

    A borrowed folder's own `.pth` files are not read, so the checkout is not reachable from it.
    """
    home = tmp_path_factory.mktemp("installed") / "venv"
    assert run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home.parent).returncode == 0
    python = home / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python)
    ran = run(*pip, "install", "--quiet", "--no-deps", "--no-index", built.wheel, cwd=home.parent)
    assert ran.returncode == 0, ran.stdout
    (site,) = home.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return home / "bin"


def test_wheel_holds_two_names(built: Built) -> None:
    """Nothing but the two packages and the distribution's metadata is installed."""
    top = {name.partition("/")[0] for name in built.wheel_names()}
    assert {name for name in top if not name.endswith(".dist-info")} == {
        "conformance",
        "mock_control_plane",
    }


def test_wheel_holds_all_data(built: Built) -> None:
    """Every file of `fixtures/` travels inside the package that reads it."""
    names = built.wheel_names()
    data = [path for path in (ROOT / "fixtures").rglob("*") if path.is_file()]
    assert data
    for path in data:
        inside = path.relative_to(ROOT / "fixtures")
        assert any(name.endswith(f"/_data/{inside}") for name in names), inside


def test_wheel_holds_what_lies_beside_the_code(built: Built) -> None:
    """Files that are not Python, such as the report's schema, are in the wheel too."""
    names = set(built.wheel_names())
    for package in ("conformance", "mock_control_plane"):
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert str(path.relative_to(ROOT)) in names


def test_source_distribution_holds_what_builds_and_tests_it(built: Built) -> None:
    """All four rooms and the files around them are in the source distribution."""
    names = built.sdist_names()
    for name in ("README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "tox.ini"):
        assert name in names
    for room in ("conformance", "mock_control_plane", "fixtures", "tests"):
        assert any(name.startswith(f"{room}/") for name in names)


@pytest.mark.parametrize("command", ["dataplane-conformance", "mock-control-plane"])
def test_commands_are_installed(scripts: Path, command: str, tmp_path: Path) -> None:
    """Both commands start from the wheel and say what they can do."""
    ran = run(scripts / command, "--help", cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert command in ran.stdout


def judge(scripts: Path, folder: Path, *options: str, key: str = "") -> dict[str, str]:
    """Judge one requirement through pytest, from an empty folder; outcomes by requirement."""
    ran = run(
        scripts / "python",
        *("-m", "pytest", "--dataplane-requirement", "AUD-04", *options),
        cwd=folder,
        environment={"BRAINTRUST_API_KEY": key},
    )
    assert ran.returncode == 0, ran.stdout
    report = json.loads((folder / "conformance-report" / "report.json").read_text("utf-8"))
    return {row["id"]: row["outcome"] for row in report["requirements"]}


def test_wheel_judges_from_an_empty_folder(
    scripts: Path, running_data_plane: RunningReference, tmp_path: Path
) -> None:
    """`pytest --dataplane-url URL` with no path runs the suite, wherever it is called."""
    key = running_data_plane.new_key()
    outcomes = judge(scripts, tmp_path, "--dataplane-url", running_data_plane.url, key=key)
    assert outcomes["AUD-04"] == "passed"


def test_wheel_judges_with_a_running_mock(scripts: Path, tmp_path: Path) -> None:
    """With the mock that the data plane uses, no key is needed: the mock issues them."""
    with (
        running_mock() as control_plane,
        running_reference(control_plane.realms()[0]) as data_plane,
    ):
        mock = ("--control-plane-url", control_plane.info().url)
        outcomes = judge(scripts, tmp_path, "--dataplane-url", data_plane.url, *mock)
    assert outcomes["AUD-04"] == "passed"


FOREIGN_PROJECT = {
    "pyproject.toml": """
        [tool.pytest.ini_options]
        testpaths = ["checks"]
        python_files = ["check_*.py"]
        python_functions = ["check_*"]
        addopts = ["--strict-markers", "--strict-config"]
        filterwarnings = ["error"]
    """,
    "checks/conftest.py": """
        import pytest

        @pytest.fixture
        def realm():
            return "their own"

        @pytest.fixture
        def deployment():
            return "theirs too"
    """,
    "checks/check_theirs.py": """
        import sys

        def check_their_fixtures_win(realm, deployment):
            assert (realm, deployment) == ("their own", "theirs too")

        def check_nothing_of_ours_was_loaded():
            ours = {name for name in sys.modules if name.startswith("conformance.")}
            door = {"conformance.plugin", "conformance.options", "conformance.options.table"}
            assert ours <= door
            assert not any(name.startswith("mock_control_plane") for name in sys.modules)
    """,
}


def test_other_projects_are_left_alone(scripts: Path, tmp_path: Path) -> None:
    """A bare `pytest` in somebody's project runs its tests only, and pays nothing for us."""
    for name, text in FOREIGN_PROJECT.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(line[8:] for line in text.splitlines()), encoding="utf-8")
    ran = run(scripts / "python", "-m", "pytest", cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert "2 passed" in ran.stdout
    assert "dataplane" not in ran.stdout.replace("dataplane-conformance-", "")

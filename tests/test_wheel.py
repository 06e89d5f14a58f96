"""What is installed is what `serve` needs."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from capserver.pages import STATIC

ROOT = Path(__file__).parents[1]
PIP = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
BUILD = [*PIP, "wheel", "--no-deps", "--no-build-isolation"]

ASK = """
import capserver
from starlette.applications import Starlette
from starlette.testclient import TestClient
from capserver.pages import routes
assert capserver.__file__.startswith(sys.path[0])
client = TestClient(Starlette(routes=routes()))
for path in ("/", "/inspector", "/sdk.js"):
    assert client.get(path).status_code == 200, path
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([*BUILD, "-w", str(folder), str(ROOT)], check=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of this checkout."""
    folder = tmp_path_factory.mktemp("sdist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)], cwd=ROOT, check=True
    )
    (made,) = folder.glob("*.tar.gz")
    return made


def packed(wheel: Path) -> set[str]:
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_all_that_lies_in_the_package(wheel: Path) -> None:
    files = (
        path for path in (ROOT / "capserver").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    assert packed(wheel) == {path.relative_to(ROOT).as_posix() for path in files}


def test_what_was_installed_from_the_wheel_serves_the_pages(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([*PIP, "install", "--no-deps", "--target", str(tmp_path / "site"), str(wheel)], check=True)
    script = f"import sys; sys.path[:0] = [{str(tmp_path / 'site')!r}]\n{ASK}"
    subprocess.run([sys.executable, "-I", "-c", script], cwd=tmp_path, check=True)


def test_a_wheel_built_from_the_source_distribution_is_the_same(
    wheel: Path, sdist: Path, tmp_path: Path
) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    unpacked = tmp_path / sdist.name.removesuffix(".tar.gz")
    subprocess.run([*BUILD, "-w", str(tmp_path), str(unpacked)], check=True)
    (again,) = tmp_path.glob("*.whl")
    assert packed(again) == packed(wheel)


def test_the_source_distribution_holds_nothing_that_was_installed_or_built(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        parts = {part for name in archive.getnames() for part in Path(name).parts}
    assert not parts & {"node_modules", "static", "dist", "coverage", ".venv", "__pycache__"}


def test_a_build_writes_only_what_git_ignores(wheel: Path) -> None:
    written = [*STATIC.iterdir(), ROOT / "clients/js/pages/node_modules"]
    command = ["git", "check-ignore", *map(str, written)]
    ignored = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert ignored.splitlines() == [str(path) for path in written]

"""The JavaScript packages, as far as Python can tell; `make js` runs their own tests."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import capserver

CLIENT = Path(__file__).parents[1] / "clients" / "js"
FOLDERS = [CLIENT, CLIENT / "pages"]


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def test_the_library_has_the_version_of_the_server() -> None:
    assert read(CLIENT / "package.json")["version"] == capserver.__version__


def test_the_library_depends_on_nothing() -> None:
    assert "dependencies" not in read(CLIENT / "package.json")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_lock_names_versions_and_contents_but_no_place_to_get_them_from(folder: Path) -> None:
    packages = read(folder / "package-lock.json")["packages"]
    locked = {name: package for name, package in packages.items() if name}
    assert locked
    assert not [name for name, package in locked.items() if "integrity" not in package]
    assert not [name for name, package in locked.items() if "resolved" in package]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_lock_has_every_machine_in_it(folder: Path) -> None:
    packages = read(folder / "package-lock.json")["packages"]
    wanted = {name for package in packages.values() for name in package.get("optionalDependencies", ())}
    assert wanted <= {re.sub(r".*node_modules/", "", name) for name in packages}

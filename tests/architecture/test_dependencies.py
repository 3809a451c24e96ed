"""Dependencies: locked by hash, in step with the project file, and none excused that is used."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture import ROOT, own_files, text_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = {path.stem: path for path in (ROOT / "requirements").glob("*.lock")}
PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\\]+)(?P<rest>(?:.*\\\n)*.*)$", re.MULTILINE)


def locked(lock: Path) -> dict[str, Version]:
    return {hit["name"]: Version(hit["version"]) for hit in PINNED.finditer(lock.read_text())}


def group(name: str) -> Iterator[Requirement]:
    for entry in PROJECT["dependency-groups"][name]:
        if isinstance(entry, dict):
            yield from group(entry["include-group"])
        else:
            yield Requirement(entry)


def declared(extent: str) -> list[Requirement]:
    """What the project file asks for in the environment that `extent` locks."""
    project = PROJECT["project"]
    program = [
        *project["dependencies"],
        *(entry for extra in project["optional-dependencies"].values() for entry in extra),
    ]
    return [*group(extent), *(Requirement(entry) for entry in program if extent != "bootstrap")]


@pytest.mark.parametrize("extent", ["bootstrap", "run", "dev"])
def test_a_lock_file_satisfies_the_project_file(extent: str) -> None:
    versions = locked(LOCKS[extent])
    unsatisfied = [
        str(wanted)
        for wanted in declared(extent)
        if (version := versions.get(canonicalize_name(wanted.name))) is None or version not in wanted.specifier
    ]
    assert not unsatisfied, "run `make lock`"


def test_the_lock_files_agree_with_each_other() -> None:
    everything = locked(LOCKS["dev"])
    for lock in LOCKS.values():
        assert locked(lock).items() <= everything.items()


def test_every_locked_package_has_a_hash() -> None:
    for lock in LOCKS.values():
        entries = list(PINNED.finditer(lock.read_text()))
        assert entries
        assert all("--hash=sha256:" in entry["rest"] for entry in entries)


def is_installed_on_linux(entry: dict[str, Any]) -> bool:
    """Whether a package of the web lock file can land on the systems that build the bundle (Linux with glibc)."""
    return "linux" in entry.get("os", ["linux"]) and "glibc" in entry.get("libc", ["glibc"])


@pytest.fixture(scope="module")
def web_packages() -> dict[str, dict[str, Any]]:
    """The entries of the web lock file, by their place under `web/`; the project itself is the empty place."""
    lock = ROOT / "web/package-lock.json"
    packages: dict[str, dict[str, Any]] = json.loads(lock.read_text())["packages"]
    assert len(packages) > 1
    return packages


def test_the_web_lock_file_has_a_hash_for_every_package_and_no_address(web_packages: dict[str, dict[str, Any]]) -> None:
    fetched = {name: entry for name, entry in web_packages.items() if name and not entry.get("inBundle")}
    assert not [name for name, entry in fetched.items() if is_installed_on_linux(entry) and "integrity" not in entry]
    assert not [name for name, entry in fetched.items() if "resolved" in entry]


def test_the_web_lock_file_names_the_packages_of_every_platform(web_packages: dict[str, dict[str, Any]]) -> None:
    """npm drops what its registry does not serve, and `npm ci` then refuses the lock file everywhere."""
    wanted = {name for entry in web_packages.values() for name in entry.get("optionalDependencies", {})}
    assert not wanted - {place.rpartition("node_modules/")[2] for place in web_packages}


def test_no_dependency_is_excused_that_is_imported() -> None:
    excused = {canonicalize_name(name) for name in PROJECT["tool"]["deptry"]["per_rule_ignores"]["DEP002"]}
    code = "\n".join(text_of(path) for path in own_files(".py", under="src") if "tests" not in path.parts)
    roots = set(re.findall(r"^\s*(?:from|import) (\w+)", code, re.MULTILINE))
    providers = packages_distributions()
    used = {canonicalize_name(name) for root in roots for name in providers.get(root, [])}
    assert not excused & used, "take these out of [tool.deptry.per_rule_ignores]"

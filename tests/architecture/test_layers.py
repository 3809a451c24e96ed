"""The floors of the house (docs/architecture.md), as import-linter enforces them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import ROOT, own_files

ROOMS = (
    "demo",
    "site",
    "desk",
    "vault",
    "keys",
    "firms",
    "accounts",
    "base",
    "scanner",
    "agent",
    "notary",
    "seals",
    "private_socket",
    "lib",
)


def lint(folder: Path, *, source: Path) -> subprocess.CompletedProcess[str]:
    """import-linter with the project's contracts on the package `siegel` in `source`."""
    linter = Path(sys.executable).parent / "lint-imports"
    command = (linter, "--config", ROOT / "pyproject.toml", "--no-cache")
    env = {**os.environ, "PYTHONPATH": str(source)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def build_house(source: Path, imports: dict[str, str]) -> None:
    """A package `siegel` with every room, each with one module `main`, and these lines in some of them."""
    for room in ROOMS:
        folder = source / "siegel" / room
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "main.py").write_text(imports.get(room, ""))
    (source / "siegel/__init__.py").touch()


def test_no_room_imports_what_stands_above_it(tmp_path: Path) -> None:
    result = lint(tmp_path, source=ROOT / "src")
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_folder_of_code_is_a_package() -> None:
    """import-linter does not see the others."""
    folders = {path.parent for path in own_files(".py", under="src/siegel")}
    assert not [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").is_file()]


def test_the_contracts_allow_what_the_design_allows(tmp_path: Path) -> None:
    build_house(
        tmp_path,
        {
            "demo": "import siegel.agent.main, siegel.site.main",
            "vault": "import siegel.keys.main, siegel.lib.main",
            "agent": "import siegel.seals.main",
            "scanner": "import siegel.lib.main",
        },
    )
    result = lint(tmp_path, source=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("room", "imported"),
    [
        ("lib", "seals"),
        ("seals", "base"),
        ("accounts", "firms"),
        ("vault", "desk"),
        ("site", "demo"),
        ("agent", "base"),
        ("scanner", "vault"),
        ("scanner", "agent"),
        ("site", "agent"),
        ("keys", "scanner"),
        ("demo", "scanner"),
    ],
)
def test_the_contracts_refuse_what_the_design_refuses(tmp_path: Path, room: str, imported: str) -> None:
    build_house(tmp_path, {room: f"import siegel.{imported}.main"})
    result = lint(tmp_path, source=tmp_path)
    assert result.returncode == 1
    assert "BROKEN" in result.stdout, result.stdout + result.stderr


def test_the_contracts_refuse_a_room_they_do_not_know(tmp_path: Path) -> None:
    build_house(tmp_path, {})
    (tmp_path / "siegel/helpers").mkdir()
    (tmp_path / "siegel/helpers/__init__.py").touch()
    result = lint(tmp_path, source=tmp_path)
    assert result.returncode == 1
    assert "siegel.helpers" in result.stdout + result.stderr

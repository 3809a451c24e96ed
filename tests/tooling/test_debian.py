from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tools import debian

MISSING = debian.Need("scanner-package", lambda: False, ("scanner.service",))
PRESENT = debian.Need("present-package", lambda: True)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put_program(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_nothing_is_called_when_nothing_is_missing(programs: Path) -> None:
    put_program(programs, "apt-get", "exit 9")
    debian.install_missing([PRESENT])


def test_without_root_one_sentence_names_what_to_install(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_program(programs, "apt-get", "exit 0")
    put_program(programs, "sudo", "exit 1")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(debian.MissingPackagesError) as raised:
        debian.install_missing([MISSING, PRESENT])
    sentence = str(raised.value)
    assert "apt-get install --no-install-recommends scanner-package" in sentence
    assert "present-package" not in sentence
    assert "\n" not in sentence


def test_where_sudo_asks_nothing_it_is_used(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = tmp_path / "said"
    put_program(programs, "apt-get", "exit 9")
    put_program(programs, "sudo", f'[ "$*" = "-n true" ] || printf "%s " "$@" >{said}')
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    need = debian.Need("scanner-package", said.exists, ("scanner.service",))
    debian.install_missing([need])
    assert said.read_text().startswith("-n env UNITS=scanner.service sh -c")
    assert said.read_text().endswith(" scanner-package ")


def test_a_package_that_does_not_bring_what_we_need_is_reported(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_program(programs, "apt-get", "exit 0")
    put_program(programs, "sudo", "exit 0")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(debian.MissingPackagesError, match="scanner-package"):
        debian.install_missing([MISSING])


def test_a_program_that_only_administrators_have_on_their_path_is_found() -> None:
    assert debian.has_program("ldconfig")
    assert not debian.has_program("no-such-program")


def test_a_library_is_found_by_loading_it() -> None:
    assert debian.has_library("libc.so.6")
    assert not debian.has_library("libnosuch.so.1")

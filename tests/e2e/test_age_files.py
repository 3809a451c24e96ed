"""Plain age files without any server: keys, damage, foreign files, and the program `age` at the other end."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from siegel.lib.age import CHUNK_SIZE
from tests.e2e.people import Siegel

PLAIN = os.urandom(5 * CHUNK_SIZE + 7)
needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="the program age is not installed")


@pytest.fixture
def key(siegel: Siegel, tmp_path: Path) -> Path:
    path = tmp_path / "meiner.key"
    assert siegel("key", "new", "--no-passphrase", "-o", path).code == 0
    return path


@pytest.fixture
def sealed(siegel: Siegel, key: Path, tmp_path: Path) -> Path:
    """PLAIN, sealed to `key`."""
    (tmp_path / "klartext").write_bytes(PLAIN)
    path = tmp_path / "versiegelt.age"
    done = siegel("seal", "-r", recipient(siegel, key), "-o", path, tmp_path / "klartext")
    assert done.code == 0, done.err
    return path


def recipient(siegel: Siegel, key: Path) -> str:
    [found] = siegel("key", "show", key, "--json").json["recipients"]
    return str(found)


def test_what_is_sealed_in_a_pipe_is_opened_in_a_pipe(siegel: Siegel, key: Path) -> None:
    done = siegel("seal", "-r", recipient(siegel, key), "-", stdin=PLAIN, binary=True)
    assert (done.code, done.err) == (0, "")
    opened = siegel("open", "-i", key, "-", stdin=done.out.encode("latin-1"), binary=True)
    assert (opened.code, opened.err) == (0, "")
    assert opened.out.encode("latin-1") == PLAIN


def test_a_wrong_passphrase_is_told_and_the_right_one_opens(siegel: Siegel, tmp_path: Path) -> None:
    for name in ("richtig", "falsch"):
        (tmp_path / name).write_text(f"{name}e passphrase\n")
    right = replace(siegel, passphrase_file=tmp_path / "richtig")
    key = tmp_path / "versiegelt.key"
    assert right("key", "new", "-o", key).code == 0
    assert b"AGE-SECRET-KEY" not in key.read_bytes()
    wrong = replace(siegel, passphrase_file=tmp_path / "falsch")("key", "show", key)
    assert (wrong.code, wrong.out) == (1, "")
    assert "Die Passphrase stimmt nicht" in wrong.err
    nobody = siegel("key", "show", key)
    assert (nobody.code, nobody.out) == (1, "")
    assert "SIEGEL_PASSPHRASE_FILE" in nobody.err
    assert right("key", "show", key).out.startswith("age1pq1")


def test_a_passphrase_typed_twice_differently_makes_no_key(siegel: Siegel, tmp_path: Path) -> None:
    key = tmp_path / "neu.key"
    ours, theirs = pty.openpty()
    command = siegel.command("key", "new", "-o", key)
    with subprocess.Popen(
        command, env=siegel.environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        said = b""
        for prompt, answer in ((b"Passphrase: ", b"eine lange\n"), (b"noch einmal: ", b"eine andere\n")):
            while prompt not in said:
                said += os.read(ours, 4096)
            os.write(ours, answer)
        while b"verschieden" not in said:
            said += os.read(ours, 4096)
        assert process.wait(30) == 2
    os.close(ours)
    assert not key.exists()


def test_binary_output_does_not_go_to_a_terminal(siegel: Siegel, key: Path, sealed: Path) -> None:
    ours, theirs = pty.openpty()
    command = siegel.command("seal", "-r", recipient(siegel, key), sealed)
    done = subprocess.run(
        command, env=siegel.environment, stdout=theirs, stderr=subprocess.PIPE, timeout=60, check=False
    )
    for end in (ours, theirs):
        os.close(end)
    assert done.returncode == 2
    assert "Nennen Sie mit -o eine Datei" in done.stderr.decode()


def truncated(sealed: bytes) -> bytes:
    return sealed[:-CHUNK_SIZE]


def flipped(sealed: bytes) -> bytes:
    return sealed[:-100_000] + bytes([sealed[-100_000] ^ 1]) + sealed[-99_999:]


def continued(sealed: bytes) -> bytes:
    return sealed + b"\0"


def with_a_header_of_two_mebibytes(sealed: bytes) -> bytes:
    stanza = b"-> X25519 " + b"A" * 43 + b"\n" + b"A" * 43 + b"\n"
    first, rest = sealed.split(b"\n", 1)
    return first + b"\n" + stanza * ((2 << 20) // len(stanza) + 1) + rest


@pytest.mark.parametrize("damage", [truncated, flipped, continued, with_a_header_of_two_mebibytes])
def test_a_damaged_file_ends_with_three_and_leaves_what_was_there(
    damage: object, siegel: Siegel, key: Path, sealed: Path, tmp_path: Path
) -> None:
    assert callable(damage)
    (tmp_path / "kaputt.age").write_bytes(damage(sealed.read_bytes()))
    target = tmp_path / "heraus"
    target.write_text("was vorher da war")
    done = siegel("open", "-i", key, "-o", target, tmp_path / "kaputt.age")
    assert done.code == 3
    assert "beschädigt oder verändert (age." in done.err
    assert target.read_text() == "was vorher da war"
    assert not list(tmp_path.glob(".siegel-*"))
    piped = siegel("open", "-i", key, tmp_path / "kaputt.age", binary=True)
    assert piped.code == 3
    assert PLAIN.startswith(piped.out.encode("latin-1"))


def test_a_file_for_somebody_else_and_one_of_another_kind_are_told_apart(
    siegel: Siegel, key: Path, sealed: Path, tmp_path: Path
) -> None:
    foreign = tmp_path / "fremd.key"
    assert siegel("key", "new", "--no-passphrase", "-o", foreign).code == 0
    done = siegel("open", "-i", foreign, "-o", tmp_path / "heraus", sealed)
    assert done.code == 1
    assert "für jemand anderen versiegelt" in done.err
    done = siegel("open", "-i", key, "-o", tmp_path / "heraus", tmp_path / "klartext")
    assert done.code == 1
    assert "keine age-Datei" in done.err
    done = siegel("open", "-i", tmp_path / "klartext", "-o", tmp_path / "heraus", sealed)
    assert done.code == 1
    assert "enthält keinen Schlüssel" in done.err
    english = replace(siegel, language="en_GB.UTF-8")("open", "-i", foreign, "-o", tmp_path / "heraus", sealed)
    assert "sealed for somebody else" in english.err
    assert not (tmp_path / "heraus").exists()


def test_a_target_that_cannot_be_written_is_named_and_nothing_else_is_touched(
    siegel: Siegel, key: Path, sealed: Path, tmp_path: Path
) -> None:
    done = siegel("open", "-i", key, "-o", tmp_path / "gibt-es-nicht" / "heraus", sealed)
    assert done.code == 1
    assert done.err == f"siegel: Den Ordner {tmp_path / 'gibt-es-nicht'} gibt es auf diesem Rechner nicht.\n"
    done = siegel("open", "-i", key, "-o", "/dev/full", sealed)
    assert done.code == 1
    assert "kein Platz mehr" in done.err
    before = key.read_bytes()
    done = siegel("key", "new", "--no-passphrase", "-o", key)
    assert done.code == 1
    assert "gibt es schon" in done.err
    assert key.read_bytes() == before
    done = siegel("open", "-i", key, "-o", sealed, sealed)
    assert done.code == 2
    assert "dieselbe Datei" in done.err


@needs_age
def test_the_program_age_and_siegel_open_each_others_classic_files(siegel: Siegel, tmp_path: Path) -> None:
    classic = tmp_path / "classic.key"
    subprocess.run(["age-keygen", "-o", classic], check=True, capture_output=True, timeout=30)
    own = recipient(siegel, classic)
    (tmp_path / "klartext").write_bytes(PLAIN)
    assert siegel("seal", "-r", own, "-o", tmp_path / "von-siegel.age", tmp_path / "klartext").code == 0
    opened = subprocess.run(
        ["age", "-d", "-i", classic, tmp_path / "von-siegel.age"], capture_output=True, check=True, timeout=30
    )
    assert opened.stdout == PLAIN
    subprocess.run(
        ["age", "-a", "-r", own, "-o", tmp_path / "von-age.age", tmp_path / "klartext"], check=True, timeout=30
    )
    assert siegel("open", "-i", classic, "-o", tmp_path / "heraus", tmp_path / "von-age.age").code == 0
    assert (tmp_path / "heraus").read_bytes() == PLAIN


@needs_age
def test_an_age_before_1_3_says_that_it_cannot_open_a_hybrid_file_and_mixing_is_refused(
    siegel: Siegel, key: Path, sealed: Path, tmp_path: Path
) -> None:
    classic = tmp_path / "classic.key"
    subprocess.run(["age-keygen", "-o", classic], check=True, capture_output=True, timeout=30)
    mixed = siegel("seal", "-r", recipient(siegel, classic), "-r", recipient(siegel, key), "-o", tmp_path / "x", sealed)
    assert mixed.code == 2
    assert "lassen sich nicht mischen" in mixed.err
    assert not (tmp_path / "x").exists()
    version = subprocess.run(["age", "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
    if tuple(int(part) for part in version.strip().lstrip("v").split(".")[:2]) >= (1, 3):
        pytest.skip(f"this age ({version.strip()}) knows hybrid recipients")
    theirs = subprocess.run(["age", "-d", "-i", key, sealed], capture_output=True, check=False, timeout=30)
    assert theirs.returncode != 0
    assert theirs.stdout == b""

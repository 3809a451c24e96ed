"""Signing in with what is wrong, damaged or somebody else's: told apart, and nothing is remembered of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from siegel.seals.derive import Seed
from siegel.seals.ids import new_id
from siegel.seals.keyfile import write_key_file
from tests.e2e.people import Done, Firm, Siegel
from tests.installation import Installation


@pytest.fixture
def attempt(siegel: Siegel, installation: Installation, firm: Firm) -> Callable[..., Done]:
    """Signs in as the firm's client, but for what is said."""

    def run(key_file: Path | None = None, **other: str) -> Done:
        given = {"server": installation.url, "firm": firm.slug, "username": firm.client.username, **other}
        words = [word for name, value in given.items() for word in (f"--{name}", value)]
        done = siegel("sign-in", *words, "--key-file", key_file or firm.client.key_file)
        assert "Traceback" not in done.err
        if done.code:
            assert done.out == ""
            assert not (siegel.home / "session.json").exists()
        return done

    return run


def test_a_key_file_of_another_person_firm_or_kind_does_not_sign_in(
    attempt: Callable[..., Done], firm: Firm, tmp_path: Path
) -> None:
    done = attempt(firm.clerk.key_file)
    assert (done.code, "gehört bernd bei muster" in done.err) == (1, True)
    done = attempt(firm="fremd")
    assert (done.code, "gehört anton bei muster" in done.err) == (1, True)
    noise = tmp_path / "rauschen.key"
    noise.write_bytes(bytes(range(256)))
    done = attempt(noise)
    assert (done.code, "keine Schlüsseldatei von Siegel" in done.err) == (1, True)
    foreign = tmp_path / "fremd.key"
    foreign.write_bytes(write_key_file(replace(firm.client.key, firm=new_id()), None))
    done = attempt(foreign)
    assert (done.code, "gehört zu einer anderen Kanzlei" in done.err) == (1, True)


def test_a_key_the_firm_does_not_know_is_refused_and_the_right_one_still_signs_in(
    attempt: Callable[..., Done], firm: Firm, tmp_path: Path
) -> None:
    unknown = tmp_path / "unbekannt.key"
    unknown.write_bytes(write_key_file(replace(firm.client.key, seed=Seed.generate()), None))
    done = attempt(unknown)
    assert done.code == 1
    assert done.err.startswith("siegel: ")
    assert attempt().code == 0


def test_a_root_that_is_not_the_firms_ends_with_three(attempt: Callable[..., Done], firm: Firm, tmp_path: Path) -> None:
    other = Seed.generate().public_keys(signs_only=True).kid
    path = tmp_path / "andere-wurzel.key"
    path.write_bytes(write_key_file(replace(firm.client.key, root=other), None))
    done = attempt(path)
    assert done.code == 3
    assert "certificate_root" in done.err
    assert "Rufen Sie Ihre Kanzlei" in done.err


def test_a_sealed_key_file_needs_its_passphrase(
    siegel: Siegel, installation: Installation, firm: Firm, tmp_path: Path
) -> None:
    path = tmp_path / "versiegelt.key"
    path.write_bytes(write_key_file(firm.client.key, "richtig und lang", work_factor=12))
    (tmp_path / "falsch").write_text("falsch und lang")
    words = ("sign-in", "--server", installation.url, "--firm", "muster", "--username", "anton", "--key-file", path)
    wrong = replace(siegel, passphrase_file=tmp_path / "falsch")(*words)
    assert (wrong.code, "Die Passphrase stimmt nicht" in wrong.err) == (1, True)
    nobody = siegel(*words)
    assert (nobody.code, "mit einer Passphrase geschützt" in nobody.err) == (1, True)
    damaged = bytearray(path.read_bytes())
    damaged[-100] ^= 1
    path.write_bytes(damaged)
    (tmp_path / "richtig").write_text("richtig und lang\n")
    broken = replace(siegel, passphrase_file=tmp_path / "richtig")(*words)
    assert (broken.code, "Schlüsseldatei ist beschädigt" in broken.err) == (3, True)


@pytest.mark.parametrize(
    ("server", "code", "text"),
    [
        # Nobody listens on a port reserved for a service that is not installed.
        ("http://127.0.0.1:1", 1, "antwortet nicht"),
        ("http://kanzlei.example", 2, "nicht verschlüsselt"),
        (":::", 2, "keine Adresse eines Servers"),
    ],
)
def test_an_address_that_is_none_or_does_not_answer_is_told(
    server: str, code: int, text: str, attempt: Callable[..., Done]
) -> None:
    done = attempt(server=server)
    assert done.code == code
    assert text in done.err


def test_who_is_not_signed_in_or_lost_the_key_file_is_told_what_to_do(
    siegel: Siegel, client: Siegel, firm: Firm, tmp_path: Path
) -> None:
    done = siegel("vault", "ls", "--json")
    assert (done.code, done.json["error"]) == (1, "not_signed_in")
    assert "siegel sign-in --server" in done.err
    saved = client.home / "session.json"
    saved.write_text(saved.read_text().replace(str(firm.client.key_file), str(tmp_path / "abgezogen.key")))
    done = client("vault", "ls")
    assert done.code == 1
    assert f"{tmp_path / 'abgezogen.key'} gibt es nicht" in done.err
    saved.write_text("{")
    done = client("vault", "ls")
    assert done.code == 1
    assert "session.json ist beschädigt" in done.err

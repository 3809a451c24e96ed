"""One installation and one firm per test process; each test has a home of its own."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.line import Line, line_to
from tests.e2e.people import Firm, Person, Siegel, found, wait_for_scanner
from tests.installation import Installation, installed

VAULT = "Buchführung 2025"
SignIn = Callable[..., Siegel]


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    if shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin") is None:
        pytest.skip("clamd is not installed (clamav-daemon)")
    with installed(tmp_path_factory.mktemp("installation")) as running:
        yield running


@pytest.fixture(scope="session")
def firm(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Firm:
    made = found(installation, tmp_path_factory.mktemp("firm") / "muster", "muster", vault=VAULT)
    wait_for_scanner(installation.url, made.client)
    return made


@pytest.fixture
def siegel(tmp_path: Path) -> Siegel:
    """The program in nobody's hands yet, in German."""
    return Siegel(tmp_path / "home")


@pytest.fixture
def sign_in(tmp_path: Path, installation: Installation) -> SignIn:
    """`siegel` in a person's hands, signed in; at another address than the server's own where a line lies between."""

    def run(person: Person, url: str = "", language: str = "de_DE.UTF-8") -> Siegel:
        hands = Siegel(tmp_path / f"home-{person.username}-{time.monotonic_ns()}", language)
        done = hands(
            "sign-in", "--server", url or installation.url, "--firm", person.key.slug,
            "--username", person.username, "--key-file", person.key_file,
        )  # fmt: skip
        assert done.code == 0, done.err
        return hands

    return run


@pytest.fixture(scope="session")
def homes() -> dict[str, Path]:
    """Of those who have signed in already: signing in is slow, and limited by the minute."""
    return {}


def _at_work(person: Person, sign_in: SignIn, homes: dict[str, Path], folder: Path) -> Siegel:
    if person.username not in homes:
        homes[person.username] = sign_in(person).home
    return Siegel(Path(shutil.copytree(homes[person.username], folder / person.username)))


@pytest.fixture
def client(firm: Firm, sign_in: SignIn, homes: dict[str, Path], tmp_path: Path) -> Siegel:
    """`siegel` in the client's hands, signed in."""
    return _at_work(firm.client, sign_in, homes, tmp_path)


@pytest.fixture
def clerk(firm: Firm, sign_in: SignIn, homes: dict[str, Path], tmp_path: Path) -> Siegel:
    return _at_work(firm.clerk, sign_in, homes, tmp_path)


@pytest.fixture
def line(installation: Installation) -> Iterator[Line]:
    """Between the program and the server; whoever signs in with `line.url` talks through it."""
    with line_to(installation.url) as between:
        yield between


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> str:
    """A folder of the vault that no other test uses, as typed on the command line, with a slash at its end."""
    return f"{VAULT}:/{re.sub(r'[^a-z0-9_]+', '-', request.node.name)}/"

"""What the commands tell of what they did: where things lie now, and that nobody is signed in any more."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from siegel.agent import online as online_commands
from siegel.agent.client import Api
from siegel.agent.session import Home
from siegel.agent.tests.server import TITLE, Server
from siegel.agent.tests.test_main import Run, online, run, sign_in, unwrapped

__all__ = ["online", "run"]


@pytest.fixture
def client(run: Run, online: Server) -> Run:
    """A client is signed in; two files and a folder lie in the vault."""
    assert sign_in(run, online, online.firm.client) == 0
    for name in ("a.txt", "b.txt"):
        Path(name).write_text(name)
    assert run("vault", "mkdir", f"{TITLE}:/2025/Mai") == 0
    assert run("vault", "put", "a.txt", "b.txt", f"{TITLE}:/2025/") == 0
    return run


def test_who_fetches_is_told_where_it_lies(client: Run, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert client("vault", "get", f"{TITLE}:/2025/a.txt", "out.txt") == 0
    assert "Stored at out.txt." in unwrapped(capsys.readouterr().err)
    Path("folder").mkdir()
    assert client("vault", "get", f"{TITLE}:/2025", "folder") == 0
    assert "2 files stored below folder/2025." in unwrapped(capsys.readouterr().err)
    assert client("vault", "get", f"{TITLE}:/2025/a.txt", "again.txt", "--quiet") == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


def test_who_moves_or_restores_is_told_where_it_lies_now(client: Run, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*words: str) -> str:
        capsys.readouterr()
        assert client("vault", *words) == 0
        return unwrapped(capsys.readouterr().err)

    assert "is now at “/2025/Mai/a.txt”" in told("mv", f"{TITLE}:/2025/a.txt", f"{TITLE}:/2025/Mai/")
    assert "at “/2025/c.txt”: 1 file." in told("cp", f"{TITLE}:/2025/b.txt", f"{TITLE}:/2025/c.txt")
    told("rm", f"{TITLE}:/2025/Mai/a.txt")
    assert "“a.txt” is back, at “/2025/Mai/a.txt”." in told("restore", f"{TITLE}:/a.txt")


def test_after_signing_out_nobody_is_signed_in_here_or_there(
    client: Run, online: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = (Home().folder / "heads.json").read_bytes()
    capsys.readouterr()
    assert client("sign-out", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"signed_out": True, "ended_at_server": True}
    assert online.ended == {online.firm.client.id}
    assert not (Home().folder / "session.json").exists()
    # what was seen is no session: a server that forgets is still found out
    assert (Home().folder / "heads.json").read_bytes() == heads
    assert client("sign-out") == 1
    assert "You are not signed in" in unwrapped(capsys.readouterr().err)


def test_a_session_that_ended_by_itself_is_forgotten_too(client: Run, online: Server) -> None:
    online.signed_in = None
    assert client("sign-out") == 0
    assert not (Home().folder / "session.json").exists()


def test_without_a_server_the_session_is_forgotten_here_and_that_is_said(
    client: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there", request=request)

    def api(origin: str, **more: Any) -> Api:
        return Api(origin, transport=httpx.MockTransport(nobody), pauses_s=(0, 0), **more)

    monkeypatch.setattr(online_commands, "Api", api)
    capsys.readouterr()
    assert client("sign-out") == 0
    assert "could not be reached" in unwrapped(capsys.readouterr().err)
    assert not (Home().folder / "session.json").exists()

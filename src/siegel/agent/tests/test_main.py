"""The commands as typed: what they print, and the four exit codes."""

# long because: one test for each way a command is typed, and all share one server and one runner.

import io
import json
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

import siegel
from siegel.agent import main, messages, terminal
from siegel.agent import online as online_commands
from siegel.agent.client import Api
from siegel.agent.session import Home
from siegel.agent.tests.server import MARK, ORIGIN, TITLE, Server, StoredVault, Wire
from siegel.agent.tests.spoiling import spoil
from siegel.lib.age import HybridIdentity
from siegel.seals.derive import Seed
from siegel.seals.keyfile import write_key_file
from siegel.seals.tests.people import Person

Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, home: Home, tmp_path: Path) -> Run:
    """Runs a command line in an empty folder, without a terminal, in English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("SIEGEL_PASSPHRASE_FILE", raising=False)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))

    def run(*arguments: str) -> int:
        monkeypatch.setattr("sys.argv", ["siegel", *arguments])
        return main.run(main.app)

    return run


@pytest.fixture
def online(server: Server, stored: StoredVault, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Commands reach the server in memory."""

    def api(origin: str, **more: object) -> Api:
        more["transport"] = httpx.MockTransport(server.handle)
        return Api(origin, pauses_s=(0, 0), **more)  # type: ignore[arg-type]

    monkeypatch.setattr(online_commands, "Api", api)
    return server


def sign_in(run: Run, server: Server, person: Person, passphrase: str | None = None) -> int:
    key_file = server.key_file(person)
    Path("key.txt").write_bytes(write_key_file(key_file, passphrase, work_factor=4))
    return run(
        "sign-in", "--server", ORIGIN, "--firm", "muster", "--username", key_file.username, "--key-file", "key.txt"
    )


def unwrapped(printed: str) -> str:
    """Text for people, without the line breaks of the terminal."""
    return " ".join(printed.split())


def output(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


# Plain age files


def new_key(run: Run, name: str) -> str:
    assert run("key", "new", "--no-passphrase", "-o", name) == 0
    return HybridIdentity.parse(Path(name).read_text().splitlines()[1]).recipient().encode()


def test_what_is_sealed_to_a_key_opens_with_it(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    recipient = new_key(run, "key.txt")
    Path("recipients.txt").write_text(f"# us\n{recipient}\n")
    Path("in").write_bytes(b"Guten Tag" * 100_000)
    assert run("seal", "-r", recipient, "-o", "a.age", "in") == 0
    assert run("seal", "-R", "recipients.txt", "-o", "b.age", "in") == 0
    for sealed in ("a.age", "b.age"):
        assert run("open", "-i", "key.txt", "-o", "out", sealed) == 0
        assert Path("out").read_bytes() == Path("in").read_bytes()
    capsys.readouterr()
    assert run("key", "show", "key.txt") == 0
    assert capsys.readouterr().out == f"{recipient}\n"
    assert run("key", "show", "--json", "key.txt") == 0
    assert output(capsys) == {"recipients": [recipient]}


def test_a_new_key_is_for_its_owner_alone_and_never_over_another(run: Run) -> None:
    new_key(run, "key.txt")
    assert stat.S_IMODE(Path("key.txt").stat().st_mode) == 0o600
    before = Path("key.txt").read_bytes()
    assert run("key", "new", "--no-passphrase", "-o", "key.txt") == 1
    assert Path("key.txt").read_bytes() == before


def test_a_new_key_is_sealed_with_the_passphrase_from_its_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("key", "new", "-o", "key.txt") == 1
    assert not Path("key.txt").exists()
    Path("passphrase").write_text("drei Wörter genügen\n")
    monkeypatch.setenv("SIEGEL_PASSPHRASE_FILE", "passphrase")
    assert run("key", "new", "-o", "key.txt") == 0
    assert Path("key.txt").read_text().startswith("-----BEGIN AGE ENCRYPTED FILE-----")
    assert run("key", "show", "key.txt") == 0
    Path("passphrase").write_text("eine andere")
    assert run("key", "show", "key.txt") == 1
    Path("passphrase").write_text("")
    assert run("key", "show", "key.txt") == 1


def test_a_damaged_file_ends_with_three_and_leaves_none(run: Run) -> None:
    recipient = new_key(run, "key.txt")
    Path("in").write_bytes(bytes(200_000))
    run("seal", "-r", recipient, "-o", "whole", "in")
    whole = Path("whole").read_bytes()
    for damaged in (
        whole[:-1],
        whole + b"x",
        whole[:-100] + b"\x00" + whole[-99:],
        whole[:1000] + b"\n" + whole[1001:],
    ):
        Path("damaged").write_bytes(damaged)
        assert run("open", "-i", "key.txt", "-o", "out", "damaged") == 3
        assert not Path("out").exists()
    assert [path for path in Path().iterdir() if path.name.startswith(".siegel-")] == []


def test_a_foreign_key_or_file_ends_with_one(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    recipient = new_key(run, "key.txt")
    new_key(run, "other.txt")
    Path("in").write_bytes(b"x")
    run("seal", "-r", recipient, "-o", "sealed", "in")
    capsys.readouterr()
    assert run("open", "-i", "other.txt", "sealed") == 1
    assert "somebody else" in capsys.readouterr().err
    assert run("open", "-i", "key.txt", "in") == 1
    assert "no age file" in capsys.readouterr().err
    assert run("open", "-i", "in", "sealed") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("seal", "in"),
        ("seal", "-r", "age1nonsense", "in"),
        ("seal", "-R", "in", "in"),
        ("seal", "-r", Seed(bytes(32)).public_keys().recipient, "missing"),
        ("seal", "-r", Seed(bytes(32)).public_keys().recipient, "-o", "in", "in"),
        ("open", "in"),
        ("open", "-i", "missing", "in"),
        ("nonsense",),
        ("vault", "put", "in", "no place"),
        ("vault", "put", "VAULT:/x"),
        ("vault", "put", "missing", "VAULT:/x"),
        ("vault", "mkdir", "VAULT:/"),
        ("vault", "mkdir", "VAULT:/../x"),
        ("vault", "get", "VAULT", "out"),
    ],
)
def test_wrong_usage_ends_with_two(run: Run, arguments: Sequence[str]) -> None:
    Path("in").write_bytes(b"x")
    assert run(*arguments) == 2
    assert Path("in").read_bytes() == b"x"


@pytest.mark.parametrize(
    ("arguments", "german", "english"),
    [
        (("sign-out",), "sign-out gibt es hier nicht.", "There is no sign-out here."),
        (("frob",), "frob gibt es hier nicht.", "There is no frob here."),
        (("vault", "get"), "VAULT:/PATH fehlt.", "VAULT:/PATH is missing."),
        (("vault", "ls", "--all"), "--all gibt es hier nicht.", "There is no --all here."),
        (("key", "show", "missing"), "KEYFILE stimmt nicht (", "KEYFILE is not right ("),
    ],
)
def test_wrong_usage_is_explained_in_the_persons_language(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: Sequence[str],
    german: str,
    english: str,
) -> None:
    for language, expected in (("de_DE.UTF-8", german), ("C.UTF-8", english)):
        monkeypatch.setenv("LC_ALL", language)
        assert run(*arguments) == 2
        said = capsys.readouterr().err
        assert expected in said
        assert "--help" in said


def test_a_program_is_told_of_wrong_usage_in_json(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("vault", "ls", "--frob", "--json") == 2
    assert output(capsys)["error"] == "usage"


def test_it_says_its_version(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr() == (f"siegel {siegel.__version__}\n", "")


def test_without_arguments_the_help_stands_alone(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("vault") == 2
    out, err = capsys.readouterr()
    assert ("mkdir" in out, err) == (True, "")


def test_classic_and_hybrid_recipients_are_not_mixed(run: Run) -> None:
    from siegel.lib.age import X25519Identity

    Path("in").write_bytes(b"x")
    classic, hybrid = X25519Identity.generate().recipient().encode(), new_key(run, "key.txt")
    assert run("seal", "-r", classic, "-r", hybrid, "-o", "out", "in") == 2
    assert not Path("out").exists()


# Vaults


def test_a_document_goes_from_client_to_clerk(run: Run, online: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert sign_in(run, online, online.firm.client) == 0
    Path("Beleg.pdf").write_bytes(b"%PDF" * 1000)
    assert run("vault", "mkdir", f"{TITLE}:/2025/Mai") == 0
    assert run("vault", "put", "Beleg.pdf", f"{TITLE}:/2025/Mai/") == 0
    assert sign_in(run, online, online.firm.clerk) == 0
    capsys.readouterr()
    assert run("vault", "ls", f"{TITLE}:/2025/Mai", "--json") == 0
    [line] = output(capsys)
    assert (line["name"], line["kind"], line["size"], line["version"]) == ("Beleg.pdf", "file", 4000, 1)
    assert run("vault", "get", f"10001/{TITLE}:/2025/Mai/Beleg.pdf", "out.pdf") == 0
    assert Path("out.pdf").read_bytes() == Path("Beleg.pdf").read_bytes()
    Path("folder").mkdir()
    assert run("vault", "get", f"{TITLE}:/2025", "folder") == 0
    assert Path("folder/2025/Mai/Beleg.pdf").read_bytes() == Path("Beleg.pdf").read_bytes()


def test_an_infected_file_ends_with_one_and_its_name(
    run: Run, online: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    sign_in(run, online, online.firm.client)
    Path("gut.txt").write_bytes(b"gut")
    Path("schlecht.txt").write_bytes(MARK)
    capsys.readouterr()
    assert run("vault", "put", "gut.txt", "schlecht.txt", f"{TITLE}:/") == 1
    assert "schlecht.txt: contains malware (Mark)" in capsys.readouterr().err.replace("\n", " ")
    assert run("vault", "put", "schlecht.txt", f"{TITLE}:/", "--json") == 1
    found = output(capsys)
    assert (found["stored"], found["refused"], found["files"][0]["result"]) == (0, 1, "infected")
    assert run("vault", "ls", TITLE, "--json") == 0
    assert [line["name"] for line in output(capsys)] == ["gut.txt"]


def test_vaults_are_listed_by_name(run: Run, online: Server, capsys: pytest.CaptureFixture[str]) -> None:
    sign_in(run, online, online.firm.client)
    capsys.readouterr()
    assert run("vault", "ls") == 0
    assert capsys.readouterr().out.strip() == TITLE
    assert run("vault", "ls", "--json") == 0
    [line] = output(capsys)
    assert (line["name"], line["client_number"], line["problem"]) == (TITLE, "10001", None)


def test_a_vault_that_is_not_what_the_server_shows_is_named_and_the_others_are_listed(
    run: Run, online: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    firm = online.firm
    other = online.begin_vault(firm.clerk, [(firm.clerk, "manage"), (firm.client, "read")], "Lohn")
    sign_in(run, online, firm.client)
    other.shown = replace(other.shown, client_name="Meyer")
    capsys.readouterr()
    assert run("vault", "ls", "--check", "--json") == 3
    assert {line["name"]: line["problem"] for line in output(capsys)} == {TITLE: None, "Lohn": "title_differs"}
    assert run("vault", "ls", "--check") == 3
    assert "“Lohn” is not what the server shows" in capsys.readouterr().err


def test_a_list_of_many_vaults_is_one_answer(run: Run, online: Server) -> None:
    firm = online.firm
    for number in range(4):
        online.begin_vault(firm.clerk, [(firm.clerk, "manage"), (firm.client, "read")], f"Lohn {number}")
    sign_in(run, online, firm.client)
    online.requests.clear()
    online.queries.clear()
    assert run("vault", "ls", "--json") == 0
    assert online.requests == ["GET keys/certificates", "GET vaults"]
    # No other client's keys are asked for: a firm has thousands.
    assert online.queries == ["about=", ""]


def test_a_list_that_shows_less_than_was_seen_ends_with_three(
    run: Run, online: Server, stored: StoredVault, capsys: pytest.CaptureFixture[str]
) -> None:
    sign_in(run, online, online.firm.client)
    for seq, code in ((99, "vault_rolled_back"), (1, "vault_forked")):
        (Home().folder / "heads.json").write_text(json.dumps({stored.id: {"seq": seq, "hash": "A" * 43}}))
        capsys.readouterr()
        assert run("vault", "ls", "--json") == 3
        assert [line["problem"] for line in output(capsys)] == [code]


def test_what_cannot_be_read_is_listed_as_such_beside_the_rest(
    run: Run, online: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = next(iter(online.vaults.values()))
    spoil(online, stored)
    sign_in(run, online, online.firm.client)
    Path("x").write_bytes(b"x")
    assert run("vault", "put", "x", f"{TITLE}:/") == 0
    sign_in(run, online, online.firm.clerk)
    Path("y").write_bytes(b"y")
    assert run("vault", "put", "y", f"{TITLE}:/") == 0
    capsys.readouterr()
    assert run("vault", "ls", TITLE, "--json") == 3
    found = capsys.readouterr()
    assert [(line["name"], line["kind"]) for line in json.loads(found.out)] == [
        ("y", "file"),
        ("(unreadable)", "unreadable"),
    ]
    assert f"A key of the vault “{TITLE}” could not be opened: epoch 2" in unwrapped(found.err)
    assert run("vault", "get", f"{TITLE}:/y", "back") == 0
    assert Path("back").read_bytes() == b"y"


def test_a_wrap_that_does_not_open_is_reported_in_german_too(
    run: Run, online: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(online, next(iter(online.vaults.values())))
    sign_in(run, online, online.firm.clerk)
    capsys.readouterr()
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert run("vault", "ls", TITLE) == 0
    said = unwrapped(capsys.readouterr().err)
    assert f"Ein Schlüssel des Tresors „{TITLE}“ ließ sich nicht öffnen: Abschnitt 2." in said
    sign_in(run, online, online.firm.client)
    capsys.readouterr()
    assert run("vault", "ls", TITLE) == 0
    assert "Schlüssel" not in capsys.readouterr().err


def test_a_rolled_back_vault_ends_with_three(run: Run, online: Server, capsys: pytest.CaptureFixture[str]) -> None:
    sign_in(run, online, online.firm.client)
    Path("x").write_bytes(b"x")
    run("vault", "put", "x", f"{TITLE}:/")
    vault = next(iter(online.vaults.values()))
    heads = Home().folder / "heads.json"
    heads.write_text(json.dumps({vault.id: {"seq": 99, "hash": "A" * 43}}))
    capsys.readouterr()
    assert run("vault", "ls", TITLE, "--json") == 3
    assert output(capsys)["error"] == "vault_rolled_back"


def test_a_sealed_key_file_is_asked_for_its_passphrase_each_time(
    run: Run, online: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sign_in(run, online, online.firm.client, "drei Wörter") == 1
    Path("passphrase").write_text("drei Wörter\n")
    monkeypatch.setenv("SIEGEL_PASSPHRASE_FILE", "passphrase")
    assert sign_in(run, online, online.firm.client, "drei Wörter") == 0
    assert run("vault", "ls") == 0
    monkeypatch.delenv("SIEGEL_PASSPHRASE_FILE")
    assert run("vault", "ls") == 1


def test_a_session_that_ended_is_renewed_and_kept(run: Run, online: Server) -> None:
    sign_in(run, online, online.firm.client)
    online.ended.add(online.firm.client.id)
    assert run("vault", "ls") == 0
    assert not online.ended


def test_the_state_is_for_its_owner_alone_and_holds_no_key(run: Run, online: Server) -> None:
    sign_in(run, online, online.firm.client)
    folder = Home().folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    secret = online.firm.client.seed.encode()
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
        assert path.is_dir() or secret not in path.read_text()


def test_another_persons_key_file_is_refused(run: Run, online: Server, capsys: pytest.CaptureFixture[str]) -> None:
    Path("key.txt").write_bytes(write_key_file(online.key_file(online.firm.clerk), None))
    place = ("--server", ORIGIN, "--key-file", "key.txt")
    assert run("sign-in", *place, "--firm", "muster", "--username", "client") == 1
    assert run("sign-in", *place, "--firm", "andere", "--username", "clerk") == 1
    assert "clerk at muster" in capsys.readouterr().err
    Path("key.txt").write_bytes(b"nonsense")
    assert run("sign-in", *place, "--firm", "muster", "--username", "clerk") == 1
    assert not online.requests


def test_who_is_not_signed_in_is_told_how(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("vault", "ls") == 1
    assert "siegel sign-in" in capsys.readouterr().err


def test_a_name_does_not_write_to_the_terminal_on_its_own_account(
    run: Run, online: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    from siegel.agent.terminal import clean

    assert clean("a\x1b[31mb\n\u202e") == "a\N{REPLACEMENT CHARACTER}[31mb" + 2 * "\N{REPLACEMENT CHARACTER}"


def test_a_device_is_written_to_and_not_replaced(run: Run, online: Server) -> None:
    sign_in(run, online, online.firm.client)
    Path("x").write_bytes(b"x")
    run("vault", "put", "x", f"{TITLE}:/")
    before = os.stat("/dev/null")
    assert run("vault", "get", f"{TITLE}:/x", "/dev/null") == 0
    assert os.stat("/dev/null").st_ino == before.st_ino


# Texts


def test_every_text_speaks_both_languages_with_the_same_parameters() -> None:
    import string

    for code, (german, english) in messages.TEXTS.items():
        names = [{name for _, name, _, _ in string.Formatter().parse(one) if name} for one in (german, english)]
        assert names[0] == names[1], code
        assert german or english


def test_every_code_that_is_raised_has_a_text() -> None:
    import re

    folder = Path(main.__file__).parent
    raised = set()
    for path in folder.glob("*.py"):
        raised |= set(re.findall(r'(?:AgentError|UsageError|OfflineError|say)\(\s*"([a-z_]+)"', path.read_text()))
    assert len(raised) > 20
    assert raised <= messages.TEXTS.keys()


@pytest.mark.parametrize(
    ("spoken", "language"), [("de_AT.UTF-8", "de"), ("en_US", "en"), ("C.UTF-8", "en"), ("", "en")]
)
def test_the_language_is_the_machines(monkeypatch: pytest.MonkeyPatch, spoken: str, language: str) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", spoken)
    assert messages.language() == language


def test_a_device_whose_pin_is_missing_takes_it_from_the_key_file_and_not_from_the_server(
    run: Run, online: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without `pins.json` the root that the server names is believed no more than with it."""
    assert sign_in(run, online, online.firm.owner) == 0
    (Home().folder / "pins.json").unlink()
    assert run("vault", "ls") == 0
    assert list(json.loads((Home().folder / "pins.json").read_text()).values()) == [online.firm.root_kid]
    (Home().folder / "pins.json").unlink()
    other = online.firm.clerk.kid

    def lie(path: str, answer: Wire) -> Wire:
        return {**answer, "firm": {**answer["firm"], "root": other}} if path == "sign-in/key" else answer

    online.lies.append(lie)
    assert sign_in(run, online, online.firm.owner) == 3
    assert "root_differs" in capsys.readouterr().err


def test_one_of_a_thing_is_not_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for language, one, many in (("de_DE.UTF-8", "1 Datei.", "2 Dateien."), ("C.UTF-8", "1 file.", "2 files.")):
        monkeypatch.setenv("LC_ALL", language)
        assert messages.text("copied", path="a", target="b", files=1).endswith(one)
        assert messages.text("copied", path="a", target="b", files=2).endswith(many)


def test_a_table_read_by_a_program_breaks_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    long = "Mustermann " * 15
    terminal.table(("username", "name", "fingerprint"), [("sachbearbeiterin", long, "8680 37D1 62E9")])
    row = capsys.readouterr().out.splitlines()[1]
    assert row.startswith("sachbearbeiterin")
    assert row.rstrip().endswith("8680 37D1 62E9")
    assert long.strip() in row

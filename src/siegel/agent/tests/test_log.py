"""`siegel audit …`: this machine as a witness, and what it says to a server that lies about the log."""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siegel.agent.tests.server import Server, Wire
from siegel.agent.tests.test_main import Run, online, output, run, sign_in
from siegel.agent.witness import Witness
from siegel.lib import tlog
from siegel.seals.canonical import b64, encode
from siegel.seals.documents import Revocation
from siegel.seals.log_origins import BEGUN_KIND, Beginning, Ended, Statement, successor
from siegel.seals.tests.people import Firm

__all__ = ["online", "run"]
ORIGIN = "vault.example/log/muster"
FIRM = "muster"


class Log:
    """The firm's log as the server shows it, with those of its keys; `entries` may be altered at any time."""

    def __init__(self, firm: Firm | None = None) -> None:
        self.firm = firm or Firm()
        self.key, self.origin = Ed25519PrivateKey.generate(), ORIGIN
        self._beginning: Any = None
        self.entries: list[bytes] = []
        self.parts: list[bytes | None] = []
        self.cosigned: list[Wire] = []
        self.grow(5)

    def grow(self, times: int, word: str = "waved", **about: Any) -> None:
        for _ in range(times):
            part = encode({"by": "Anna"})
            committed = b64(hmac.digest(b"s" * 32, part, "sha256"))
            self.entries.append(encode({**self._said(f"base.{word}", about), "personal": committed}))
            self.parts.append(part)

    def _said(self, kind: str, about: Wire) -> Wire:
        """What the next entry says: of the certificate or revocation at its place, if there is one."""
        at, index = self.firm.now, len(self.entries)
        for item in self.firm.accepted:
            if item.log_index == index:
                return {"about": {"certificate": item.signed.hash}, "at": item.accepted_at, "kind": "keys.accepted"}
        for item in self.firm.revocations:
            if item.log_index == index:
                key = self.firm.store.by_hash(Revocation.parse(item.signed).certificate)
                assert key is not None
                about = {"key": key.kid, "revocation": item.signed.hash}
                return {"about": about, "at": item.accepted_at, "kind": "keys.revoked"}
        return {"about": about, "at": at, "kind": kind}

    def read(self, nodes: Any) -> list[bytes]:
        known: dict[tlog.Node, bytes] = {}
        for run_ in tlog.Frontier().extend(map(tlog.entry_hash, self.entries)):
            known |= {tlog.Node(run_.level, run_.first + n): digest for n, digest in enumerate(run_.hashes)}
        return [known[node] for node in nodes]

    def note(self, size: int) -> tlog.Note:
        text = tlog.Checkpoint(self.origin, size, tlog.tree_root(size, self.read)).text()
        return tlog.Note(text, (tlog.sign(text, self.origin, self.key),))

    @property
    def vkey(self) -> tlog.VerifierKey:
        return tlog.VerifierKey(self.origin, tlog.ED25519, self.key.public_key().public_bytes_raw())

    def begin_anew(self, kept: int, cited: int) -> None:
        """A backup of `kept` entries is put back; the new origin says that `cited` were signed."""
        roots = {size: tlog.tree_root(size, self.read) for size in (kept, cited)}
        ended = [Ended(tlog.Checkpoint(self.origin, cited, roots[cited]), 0, None)]
        head = tlog.Checkpoint(self.origin, kept, roots[kept])
        said = Statement(successor(self.origin), 0, head, None, tuple(ended), "tlog.rollback")
        del self.entries[kept:], self.parts[kept:]
        before, old = self.vkey, self.key
        self.key, self.origin = Ed25519PrivateKey.generate(), said.origin
        part = encode({})
        committed = b64(hmac.digest(b"s" * 32, part, "sha256"))
        self.entries.append(encode({"about": said.about(), "at": 1, "kind": BEGUN_KIND, "personal": committed}))
        self.parts.append(part)
        note = self.note(kept + 1)
        opening = tlog.Note(note.text, (tlog.sign(note.text, before.name, old), *note.signatures))
        self._beginning = (self.vkey, before, opening, self.entries[-1], kept)

    def shown(self) -> list[Wire]:
        if self._beginning is None:
            return []
        key, before, opening, leaf, kept = self._beginning
        size = len(self.entries)
        included = tlog.inclusion_proof(kept, size, self.read)
        grown = tlog.consistency_proof(kept + 1, size, self.read)
        return [Beginning(key, before, opening, leaf, tuple(included), tuple(grown)).wire()]

    def proof(self, old: int, size: int) -> list[str]:
        return [b64(digest) for digest in tlog.consistency_proof(old, size, self.read)] if 0 < old <= size else []

    def answer(self, path: str, query: dict[str, str], body: Wire) -> Wire:
        size = len(self.entries)
        match path:
            case "audit/checkpoint":
                note = self.note(size).encode().decode()
                proof = self.proof(int(query.get("since", 0)), size)
                return {"key": self.vkey.encode(), "checkpoint": note, "proof": proof, "begun": self.shown()}
            case "audit/consistency":
                return {"proof": self.proof(int(query["old"]), int(query["size"]))}
            case "audit/entries":
                first = int(query["first"])
                found = list(zip(self.entries, self.parts, strict=True))[first : first + 3]
                lines = [
                    {
                        "index": first + n,
                        "leaf": b64(leaf),
                        "personal": None if part is None else b64(part),
                        "salt": None if part is None else b64(b"s" * 32),
                    }
                    for n, (leaf, part) in enumerate(found)
                ]
                return {"entries": lines, "more": False}
            case "audit/cosignatures":
                self.cosigned.append(body)
        return {}


@pytest.fixture
def log(server: Server, online: object, run: Run, capsys: pytest.CaptureFixture[str]) -> Log:
    """A log behind the server; the clerk is signed in."""
    log, honest = Log(server.firm), server.answer

    def answer(request: Any, path: str, body: Wire) -> tuple[int, Wire]:
        if path.startswith("audit/"):
            return 200, log.answer(path, dict(request.url.params), body)
        return honest(request, path, body)

    server.answer = answer  # type: ignore[method-assign]
    assert sign_in(run, server, server.firm.clerk) == 0
    capsys.readouterr()
    return log


def test_a_witness_cosigns_what_has_grown_from_what_it_saw(
    log: Log, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for size in (5, 5, 12):
        log.grow(size - len(log.entries))
        assert run("audit", "witness", "--json") == 0
        key = tlog.VerifierKey.parse(output(capsys)["witness"])
        signature = tlog.Signature.parse(log.cosigned[-1]["line"])
        assert log.cosigned[-1]["size"] == size
        assert key.verify(signature.signature, log.note(size).text) is not None


@pytest.mark.parametrize(
    ("lie", "code"),
    [("cut", "tlog.rollback"), ("altered", "tlog.split_view"), ("regrown", "tlog.proof"), ("key", "log_key_changed")],
)
def test_a_witness_refuses_a_log_that_is_not_the_one_it_saw(
    log: Log, run: Run, capsys: pytest.CaptureFixture[str], lie: str, code: str
) -> None:
    assert run("audit", "witness") == 0
    cosigned = len(log.cosigned)
    if lie == "key":
        log.key = Ed25519PrivateKey.generate()
    if lie in ("cut", "regrown"):
        del log.entries[3:], log.parts[3:]
    if lie in ("altered", "regrown"):
        log.entries[1] = log.entries[1].replace(b"accepted", b"forgotten")
    if lie == "regrown":
        log.grow(6)
    capsys.readouterr()
    for command in ("witness", "verify"):
        assert run("audit", command, "--json") == 3
        assert code in output(capsys)["message"]
    assert len(log.cosigned) == cosigned


def test_verifying_computes_every_entry_and_name(log: Log, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    log.parts[2] = None
    log.grow(log.firm.index + 1 - len(log.entries))
    log.grow(1, "personal_erased", entries=[[2, 2]])
    size = len(log.entries)
    assert run("audit", "verify", "--json") == 0
    assert output(capsys) == {"size": size, "root": tlog.tree_root(size, log.read).hex(), "erased": 1}


@pytest.mark.parametrize(("part", "code"), [(b'{"by":"Otto"}', "log_personal_altered"), (None, "log_personal_missing")])
def test_a_name_altered_or_gone_without_an_erasure_is_found(
    log: Log, run: Run, capsys: pytest.CaptureFixture[str], part: bytes | None, code: str
) -> None:
    log.parts[2] = part
    assert run("audit", "verify", "--json") == 3
    assert code in output(capsys)["message"]


@pytest.mark.parametrize("lie", ["time", "place", "other"])
def test_a_place_in_the_log_or_a_time_that_is_none_is_found(
    log: Log, server: Server, run: Run, capsys: pytest.CaptureFixture[str], lie: str
) -> None:
    """The server dates back or forward when a key was certified: the entry at that place says otherwise."""
    log.grow(server.firm.index + 3 - len(log.entries))
    assert run("audit", "verify") == 0
    told = server.firm.accepted
    last = max(range(len(told)), key=lambda number: told[number].log_index)
    if lie == "time":
        told[last] = replace(told[last], accepted_at=told[last].accepted_at + 1)
    elif lie == "place":
        told[last] = replace(told[last], log_index=told[last].log_index + 2)
    else:
        other = server.firm.certify(server.firm.owner, "scanner")
        made = told.pop()
        assert made.signed.hash == other.known.hash
        told[last] = replace(told[last], signed=made.signed)
    capsys.readouterr()
    assert run("audit", "verify", "--json") == 3
    assert "log_place_differs" in output(capsys)["message"]


def test_a_revocation_that_the_log_has_and_the_server_hides_is_found(
    log: Log, server: Server, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    server.firm.revoke(server.firm.owner, server.firm.client)
    log.entries.clear()
    log.parts.clear()
    log.grow(server.firm.index + 1)
    server.firm.revocations.clear()
    assert run("audit", "verify", "--json") == 3
    assert "revocation_hidden" in output(capsys)["message"]


def test_a_head_kept_elsewhere_tells_two_views_of_one_log_apart(
    log: Log, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("theirs").write_bytes(log.note(4).encode())
    log.grow(3)
    assert run("audit", "compare", "theirs") == 0
    log.entries[0] = log.entries[0].replace(b"waved", b"slept")
    assert run("audit", "compare", "theirs") == 3
    Path("nonsense").write_bytes(b"x")
    assert run("audit", "compare", "nonsense") == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"old x\n\n", 400),
        (b"old 9\n\n<5>", 400),
        (b"old 0\n\n<stranger>", 403),
        (b"old 0\n\n<other>", 404),
        (b"old 1\n\n<5>", 409),
        (b"old 0\n" + b"A" * 43 + b"=\n\n<5>", 422),
    ],
)
def test_a_request_to_cosign_is_refused_with_the_status_of_the_protocol(
    tmp_path: Path, body: bytes, status: int
) -> None:
    log, witness = Log(), Witness(tmp_path)
    witness.pin(tlog.VerifierKey(ORIGIN, tlog.ED25519, log.key.public_key().public_bytes_raw()), FIRM)
    note = log.note(5).encode()
    text = log.note(5).text
    stranger = tlog.Note(text, (tlog.sign(text, "stranger", log.key),)).encode()
    other = text.replace(ORIGIN, "vault.example/log/other")
    foreign = tlog.Note(other, (tlog.sign(other, "vault.example/log/other", log.key),)).encode()
    for mark, content in ((b"<5>", note), (b"<stranger>", stranger), (b"<other>", foreign)):
        body = body.replace(mark, content)
    with pytest.raises(tlog.WitnessError) as refused:
        witness.add_checkpoint(body)
    assert refused.value.status == status


def test_what_a_witness_saw_outlives_the_program_and_its_key_is_its_owners_alone(tmp_path: Path) -> None:
    log, first = Log(), Witness(tmp_path)
    key = first.pin(tlog.VerifierKey(ORIGIN, tlog.ED25519, log.key.public_key().public_bytes_raw()), FIRM).key
    first.add_checkpoint(tlog.AddCheckpoint(0, (), log.note(5)).encode())
    again = Witness(tmp_path)
    held = again.held(key.name)
    assert held is not None
    assert held.head is not None
    assert held.head.size == 5
    assert again.verifier == first.verifier
    assert (tmp_path / "witness.key").stat().st_mode & 0o077 == 0
    assert json.loads((tmp_path / "logs.json").read_text()).keys() == {ORIGIN}


@pytest.mark.parametrize(("seen", "said"), [(40, "10 entries are lost"), (44, "this device knew up to 4 are lost")])
def test_a_log_that_began_anew_is_followed_and_what_is_lost_is_said_every_time(
    log: Log, run: Run, capsys: pytest.CaptureFixture[str], seen: int, said: str
) -> None:
    log.grow(seen - 5)
    assert run("audit", "witness") == 0
    log.grow(50 - seen)
    Path("theirs").write_bytes(log.note(47).encode())
    log.begin_anew(kept=40, cited=50)
    log.grow(30)
    capsys.readouterr()
    assert run("audit", "witness") == 0
    shown = capsys.readouterr()
    assert said in shown.out + shown.err
    assert log.cosigned[-1]["size"] == 71
    log.grow(1)
    for command in ("witness", "verify"):
        assert run("audit", command) == 0
        shown = capsys.readouterr()
        assert "10 entries are lost" in shown.out + shown.err
    assert run("audit", "compare", "theirs") == 0
    shown = capsys.readouterr()
    assert "of the 47 entries" in shown.out + shown.err


def test_a_new_beginning_that_hides_entries_is_refused_for_ever(
    log: Log, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    log.grow(4)
    assert run("audit", "witness") == 0
    log.begin_anew(kept=5, cited=6)
    log.grow(30)
    capsys.readouterr()
    for command in ("witness", "verify", "witness"):
        assert run("audit", command, "--json") == 3
        assert "log_hidden" in output(capsys)["message"]
    assert len(log.cosigned) == 1
    assert run("audit", "save", "held") == 0
    held = tlog.Note.parse(Path("held").read_bytes())
    assert tlog.Checkpoint.parse(held.text).size == 9
    assert len(held.signatures) == 2


@pytest.mark.parametrize("lie", ["key", "origin", "altered"])
def test_a_new_origin_that_the_known_key_did_not_begin_is_refused(
    log: Log, run: Run, capsys: pytest.CaptureFixture[str], lie: str
) -> None:
    assert run("audit", "witness") == 0
    if lie == "key":
        log.key = Ed25519PrivateKey.generate()
    if lie == "origin":
        log.key, log.origin = Ed25519PrivateKey.generate(), "vault.example/log/another"
    if lie == "altered":
        log.entries[1] += b" "
    if lie != "origin":
        log.begin_anew(kept=5, cited=5)
    capsys.readouterr()
    assert run("audit", "witness", "--json") == 3
    assert len(log.cosigned) == 1

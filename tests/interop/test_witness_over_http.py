"""The server brings its heads to witnesses: a real one of ours, and services that lie, stumble or sleep."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pytest_django.fixtures import Settings

from siegel.agent.witness import Witness
from siegel.agent.witness_http import listening
from siegel.base import witness_calls
from siegel.base.audit import checkpoints, pushing
from siegel.base.audit.standing import standing_of
from siegel.base.audit.witnesses import MAX_WITNESSES, add_witness
from siegel.base.models import AuditCheckpoint, AuditCosignature, AuditPush, AuditWitness, Tenant
from siegel.base.tests.logs import Attacker, grow, notary
from siegel.base.witness_calls import WitnessService
from siegel.lib import tlog

Answer = Callable[[bytes], tuple[int, str, bytes]]


@pytest.fixture
def log(firm: Tenant, tmp_path: Path, settings: Settings) -> Iterator[Tenant]:
    settings.WITNESSES = ()
    with notary(tmp_path / "notary"):
        grow(firm, 3)
        yield firm


@pytest.fixture
def own(log: Tenant, tmp_path: Path, settings: Settings) -> Iterator[Witness]:
    """A witness of ours that knows the firm's log, named in the settings without its key, which the firm added."""
    (tmp_path / "pc").mkdir()
    own = Witness(tmp_path / "pc")
    own.pin(tlog.VerifierKey.parse(checkpoints.log_of(log.pk).vkey), log.pk)
    add_witness(tenant=log, name="PC", vkey=own.verifier.encode(), by=None)
    with listening(own, ("127.0.0.1", 0), lambda *_: None) as port:
        settings.WITNESSES = (WitnessService(f"http://127.0.0.1:{port}"),)
        yield own


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, kind, body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # the server had enough of it

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def pushed(tenant: Tenant) -> AuditPush:
    """At once, whatever was to be waited for."""
    AuditPush.objects.update(next_at=0)
    pushing.push_due()
    return AuditPush.objects.get(tenant=tenant)


def test_a_head_is_brought_and_its_cosignature_counts_like_one_that_came_by_itself(log: Tenant, own: Witness) -> None:
    for _ in range(2):
        grow(log, 5)
        push = pushed(log)
        newest = checkpoints.newest(log.pk)
        assert newest is not None
        assert (push.code, push.size) == ("", newest.size)
        note = checkpoints.note_of(newest)
        key = tlog.VerifierKey.parse(checkpoints.log_of(log.pk).vkey)
        assert own.verifier in tlog.open_checkpoint(note, key, [own.verifier]).cosigned
    assert [one.is_late for one in standing_of(log).confirmations] == [False]


def test_a_log_that_does_not_grow_is_brought_again_before_its_confirmation_is_late(log: Tenant, own: Witness) -> None:
    grow(log)
    first = pushed(log)
    AuditCosignature.objects.all().delete()
    assert not pushed(log).code
    assert not AuditCosignature.objects.exists()
    AuditPush.objects.update(tried_at=first.tried_at - pushing.AGAIN_S)
    assert not pushed(log).code
    assert AuditCosignature.objects.count() == 1


def test_a_witness_that_was_elsewhere_meanwhile_says_its_size_and_is_asked_from_there(
    log: Tenant, own: Witness
) -> None:
    newest = checkpoints.newest(log.pk)
    assert newest is not None
    own.add_checkpoint(tlog.AddCheckpoint(0, (), tlog.Note.parse(bytes(newest.note))).encode())
    grow(log, 4)
    assert pushed(log).code == ""
    AuditPush.objects.update(size=2)
    grow(log, 4)
    assert pushed(log).code == ""


@pytest.mark.parametrize(("lie", "code"), [("rebuilt", "proof"), ("cut", "rollback"), ("other", "split_view")])
def test_a_log_that_was_rebuilt_is_not_cosigned_and_the_operator_is_told(
    log: Tenant, own: Witness, tmp_path: Path, lie: str, code: str
) -> None:
    """Who rules database and log key, and has a new head signed: the witness holds the old one."""
    grow(log, 5)
    assert pushed(log).code == ""
    size = AuditPush.objects.get().size
    attacker = Attacker(log)
    attacker.alter(1, leaf=b'{"at":1,"kind":"base.waved"}')
    if lie == "cut":
        attacker.cut(3)
    attacker.rebuild()
    AuditCheckpoint.objects.all().delete()
    for path in (tmp_path / "notary" / "state").iterdir():
        path.unlink()
    if lie == "rebuilt":
        grow(log, 3)
    else:
        checkpoints.sign_head(log.pk)
    AuditPush.objects.update(size=size, tried_at=0)
    assert pushed(log).code == code
    assert not AuditCosignature.objects.exists()


def test_a_log_that_the_witness_does_not_know_is_told_from_one_that_it_refuses(
    log: Tenant, own: Witness, tmp_path: Path, settings: Settings
) -> None:
    (tmp_path / "stranger").mkdir()
    stranger = Witness(tmp_path / "stranger")
    with listening(stranger, ("127.0.0.1", 0), lambda *_: None) as port:
        settings.WITNESSES = (WitnessService(f"http://127.0.0.1:{port}"),)
        pushing.push_due()
        assert AuditPush.objects.get().code == "unknown_log"
        other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        stranger.pin(tlog.VerifierKey(checkpoints.log_of(log.pk).origin, tlog.ED25519, other), log.pk)
        assert pushed(log).code == "refused"


def test_a_witness_whose_key_the_settings_name_is_added_when_it_signs(
    log: Tenant, own: Witness, settings: Settings
) -> None:
    [service] = settings.WITNESSES
    AuditWitness.objects.all().delete()
    assert pushed(log).code == "unknown_key"
    settings.WITNESSES = (WitnessService(service.url, own.verifier.encode()),)
    assert pushed(log).code == ""
    assert AuditWitness.objects.get().name == "127.0.0.1"
    assert AuditCosignature.objects.count() == 1


def test_who_adds_as_many_witnesses_as_may_be_keeps_the_operators_out_of_no_log(
    log: Tenant, own: Witness, settings: Settings
) -> None:
    """Any of the staff may add some."""
    [service] = settings.WITNESSES
    AuditWitness.objects.all().delete()
    for number in range(MAX_WITNESSES):
        raw = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        vkey = tlog.VerifierKey(f"pc-{number}", tlog.COSIGNATURE, raw).encode()
        AuditWitness.objects.create(tenant=log, name="PC", vkey=vkey)
    settings.WITNESSES = (WitnessService(service.url, own.verifier.encode()),)
    assert pushed(log).code == ""
    assert AuditCosignature.objects.count() == 1


def _signed(body: bytes, key: Ed25519PrivateKey, *, time_s: int, text: str | None = None) -> bytes:
    request = tlog.AddCheckpoint.parse(body)
    return (tlog.cosign(text or request.note.text, "w", key, time_s).line() + "\n").encode()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda body, key: (200, "text/plain", _signed(body, key, time_s=int(time.time()), text="a\n0\nb\n")), "http"),
        (lambda body, key: (200, "text/plain", _signed(body, key, time_s=1)), "http"),
        (lambda body, _key: (200, "text/plain", _signed(body, Ed25519PrivateKey.generate(), time_s=1)), "unknown_key"),
        (lambda _body, _key: (200, "text/plain", b""), "http"),
        (lambda _body, _key: (200, "text/plain", b"<html>"), "http"),
        (lambda _body, _key: (200, "text/plain", b"x" * 100_000), "oversized"),
        (lambda _body, _key: (500, "text/plain", b""), "http"),
        (lambda _body, _key: (302, "text/plain", b""), "http"),
        (lambda _body, _key: (409, "text/x.tlog.size", b"minus"), "http"),
        (lambda _body, _key: (409, "text/x.tlog.size", b"99999\n"), "rollback"),
        (lambda _body, _key: (409, "text/plain", b"1\n"), "http"),
        (lambda _body, _key: (409, "text/x.tlog.size", b"1\n"), "stale"),
        (lambda _body, _key: (422, "text/plain", b""), "proof"),
    ],
)
def test_an_answer_that_is_none_is_told_and_nothing_of_it_is_kept(
    log: Tenant,
    settings: Settings,
    answer: Callable[[bytes, Ed25519PrivateKey], tuple[int, str, bytes]],
    code: str,
) -> None:
    key = Ed25519PrivateKey.generate()
    vkey = tlog.VerifierKey("w", tlog.COSIGNATURE, key.public_key().public_bytes_raw()).encode()
    with answering(lambda body: answer(body, key)) as url:
        settings.WITNESSES = (WitnessService(url, vkey),)
        pushing.push_due()
    push = AuditPush.objects.get()
    assert (push.code, push.failures, push.size) == (code, 1, 0)
    assert push.next_at > time.time()
    assert not AuditCosignature.objects.exists()


def test_a_slow_witness_is_not_waited_for_and_keeps_no_other_log_waiting(
    log: Tenant, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness_calls, "TIMEOUT_S", 0.3)
    ended = threading.Event()

    def drip(_body: bytes) -> tuple[int, str, bytes]:
        ended.wait(5)
        return 200, "text/plain", b""

    with answering(drip) as url:
        settings.WITNESSES = (WitnessService(url),)
        began = time.monotonic()
        pushing.push_due()
        assert time.monotonic() - began < 3
        ended.set()
    assert AuditPush.objects.get().code == "unreachable"
    pushing.push_due()
    assert AuditPush.objects.get().failures == 1

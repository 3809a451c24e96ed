"""The witness over HTTP: real requests, good ones and all that the protocol refuses."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from siegel.agent import witness_http
from siegel.agent.errors import AgentError
from siegel.agent.tests.test_log import FIRM, ORIGIN, Log
from siegel.agent.witness import Witness
from siegel.agent.witness_http import address_of, listening
from siegel.lib import tlog


class Door:
    """A witness that listens, and the log it knows."""

    def __init__(self, own: Witness, log: Log, port: int) -> None:
        self.own, self.log, self.port = own, log, port

    def post(self, body: bytes, path: str = "/add-checkpoint") -> tuple[int, str, str]:
        """Status, type and text of the answer."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request("POST", path, body)
            with line.getresponse() as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        finally:
            line.close()

    def request(self, old: int, size: int) -> bytes:
        proof = tlog.consistency_proof(old, size, self.log.read) if 0 < old <= size else []
        return tlog.AddCheckpoint(old, tuple(proof), self.log.note(size)).encode()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    log, own = Log(), Witness(tmp_path)
    own.pin(log.vkey, FIRM)
    with listening(own, ("127.0.0.1", 0), lambda *_: None) as port:
        yield Door(own, log, port)


def test_a_head_that_is_brought_is_cosigned_and_the_next_one_from_there(door: Door) -> None:
    for old, size in ((0, 5), (5, 5), (5, 12)):
        door.log.grow(size - len(door.log.entries))
        status, _, text = door.post(door.request(old, size))
        assert status == 200
        assert text.endswith("\n")
        signature = tlog.Signature.parse(text.removesuffix("\n"))
        assert abs((door.own.verifier.verify(signature.signature, door.log.note(size).text) or 0) - time.time()) < 60


def test_a_stale_size_is_told_the_one_that_is_held(door: Door) -> None:
    assert door.post(door.request(0, 5))[0] == 200
    door.log.grow(3)
    assert door.post(door.request(4, 8)) == (409, "text/x.tlog.size", "5\n")
    door.log.entries[1] += b" "
    assert door.post(door.request(5, 5)) == (409, "text/x.tlog.size", "5\n")


def test_what_is_refused_has_the_status_of_the_protocol_and_changes_nothing(door: Door) -> None:
    log, text = door.log, door.log.note(5).text
    stranger = tlog.Note(text, (tlog.sign(text, "stranger", log.key),))
    other = text.replace(ORIGIN, "vault.example/log/other")
    foreign = tlog.Note(other, (tlog.sign(other, "vault.example/log/other", log.key),))
    forged = tlog.Note(text, (tlog.sign(text + "x\n", ORIGIN, log.key),))
    for note, status in ((stranger, 403), (forged, 403), (foreign, 404)):
        assert door.post(tlog.AddCheckpoint(0, (), note).encode())[0] == status
    for body, status in ((b"", 400), (b"old 07\n\n" + log.note(5).encode(), 400), (door.request(9, 5), 400)):
        assert door.post(body)[0] == status
    assert door.post(door.request(0, 5))[0] == 200
    log.entries[1] += b" "
    log.grow(4)
    assert door.post(door.request(5, 9))[0] == 422
    held = door.own.held(ORIGIN)
    assert held is not None
    assert held.head is not None
    assert held.head.size == 5
    assert door.post(b"x", "/elsewhere")[0] == 404


def test_a_body_that_is_too_large_or_of_no_known_length_is_not_read(door: Door) -> None:
    for header, status in (("Content-Length: 70000", b"413"), ("Transfer-Encoding: chunked", b"411"), ("X: y", b"411")):
        with socket.create_connection(("127.0.0.1", door.port), timeout=10) as line:
            line.sendall(f"POST /add-checkpoint HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n".encode())
            assert line.recv(4096).split()[1] == status
    assert door.post(door.request(0, 5))[0] == 200


@pytest.mark.parametrize("end", [b"Content-Length: 900\r\n\r\n", b"X-Long: "], ids=["body", "header"])
def test_a_slow_peer_is_cut_off_and_keeps_nobody_waiting(
    door: Door, monkeypatch: pytest.MonkeyPatch, end: bytes
) -> None:
    monkeypatch.setattr(witness_http, "BODY_S", 0.5)
    with socket.create_connection(("127.0.0.1", door.port), timeout=10) as line:
        line.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: a\r\n" + end)
        assert door.post(door.request(0, 5))[0] == 200
        began, ended = time.monotonic(), False
        while time.monotonic() - began < 5 and not ended:
            try:
                line.sendall(b"o")
                time.sleep(0.1)
                line.setblocking(False)
                ended = line.recv(1) == b""
            except BlockingIOError:
                line.settimeout(10)
            except OSError:
                ended = True
        assert ended


def test_of_two_requests_at_once_one_is_cosigned_and_nothing_rolls_back(door: Door) -> None:
    door.log.grow(60)
    bodies = [door.request(0, size) for size in range(1, 13)]
    answers: list[int] = []
    threads = [Thread(target=lambda body=body: answers.append(door.post(body)[0])) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, *[409] * 11]


@pytest.mark.parametrize("text", ["0.0.0.0:80", "example.com:80", "127.0.0.1", "127.0.0.1:x", "a@127.0.0.1:80", ""])
def test_it_listens_at_loopback_addresses_only(text: str) -> None:
    with pytest.raises(AgentError) as caught:
        address_of(text)
    assert caught.value.code == "witness_address"
    assert address_of("[::1]:8427") == ("::1", 8427)

"""The process that holds the log key: what it signs, what it refuses, what it remembers."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from siegel.lib import tlog
from siegel.lib.merkle import leaf_hash
from siegel.notary.errors import RefusedError, RequestError, SetUpError
from siegel.notary.signing import Notary

ORIGIN = "vault.example/log/muster"


class Log:
    """A log in memory."""

    def __init__(self, size: int, *, salt: bytes = b"") -> None:
        self.nodes: dict[tlog.Node, bytes] = {}
        frontier = tlog.Frontier()
        for run in frontier.extend(leaf_hash(salt + bytes([n])) for n in range(size)):
            self.nodes |= {tlog.Node(run.level, run.first + n): digest for n, digest in enumerate(run.hashes)}

    def read(self, nodes: Any) -> list[bytes]:
        return [self.nodes[node] for node in nodes]

    def text(self, size: int, origin: str = ORIGIN) -> str:
        return tlog.Checkpoint(origin, size, tlog.tree_root(size, self.read)).text()

    def proof(self, old: int, size: int) -> list[bytes]:
        return tlog.consistency_proof(old, size, self.read)


def make(folder: Path) -> Notary:
    return Notary(folder / "log.key", folder / "state")


def test_heads_that_grow_are_signed_and_verify(tmp_path: Path) -> None:
    notary, log = make(tmp_path), Log(20)
    for old, size in ((0, 3), (3, 3), (3, 20)):
        text = log.text(size)
        line = notary.sign(text, log.proof(old, size) if old else [])
        assert tlog.open_checkpoint(tlog.Note(text, (line,)), notary.verifier(ORIGIN)).checkpoint.size == size


@pytest.mark.parametrize(
    ("size", "salt", "proof", "code"),
    [
        (4, b"", [], "tlog.rollback"),
        (8, b"x", [], "tlog.split_view"),
        (20, b"x", [b"\x00" * 32], "tlog.proof"),
        (20, b"", [], "tlog.proof"),
    ],
)
def test_a_head_that_is_not_the_last_one_grown_on_is_refused(
    tmp_path: Path, size: int, salt: bytes, proof: list[bytes], code: str
) -> None:
    notary = make(tmp_path)
    notary.sign(Log(20).text(8), [])
    with pytest.raises(RefusedError) as refused:
        notary.sign(Log(20, salt=salt).text(size), proof)
    assert refused.value.code == code
    assert notary.last(ORIGIN) == tlog.Checkpoint.parse(Log(20).text(8))


def test_what_was_signed_is_remembered_by_the_next_process(tmp_path: Path) -> None:
    log = Log(20)
    make(tmp_path).sign(log.text(8), [])
    with pytest.raises(RefusedError, match="8 entries"):
        make(tmp_path).sign(log.text(4), [])
    make(tmp_path).sign(log.text(20), log.proof(8, 20))


def test_every_origin_has_a_key_and_a_memory_of_its_own(tmp_path: Path) -> None:
    notary, log = make(tmp_path), Log(5)
    notary.sign(log.text(5), [])
    notary.sign(log.text(2, "vault.example/log/other"), [])
    assert notary.verifier(ORIGIN).public_key != notary.verifier("vault.example/log/other").public_key


def test_a_missing_key_is_an_error_and_never_made_anew_once_it_has_signed(tmp_path: Path) -> None:
    make(tmp_path).sign(Log(5).text(5), [])
    (tmp_path / "log.key").unlink()
    with pytest.raises(SetUpError, match=r"log key .* is missing"):
        make(tmp_path)


@pytest.mark.parametrize("content", ["", "{", '"x"', "[1]"])
def test_a_damaged_memory_is_an_error_and_nothing_is_signed(tmp_path: Path, content: str) -> None:
    notary = make(tmp_path)
    notary.sign(Log(5).text(3), [])
    [file] = (tmp_path / "state").iterdir()
    file.write_text(content)
    with pytest.raises(SetUpError, match="damaged"):
        notary.sign(Log(5).text(5), Log(5).proof(3, 5))


@pytest.mark.parametrize("text", ["", "x", "origin with space\n0\nAAAA\n", "a\n1\n"])
def test_what_is_no_head_is_not_signed(tmp_path: Path, text: str) -> None:
    with pytest.raises(RequestError):
        make(tmp_path).sign(text, [])


def test_the_process_answers_on_its_socket_and_ends_when_told_to(tmp_path: Path) -> None:
    path = tmp_path / "run" / "notary.sock"
    command = [sys.executable, "-m", "siegel.notary", "--socket", str(path)]
    command += ["--key-file", str(tmp_path / "log.key"), "--state", str(tmp_path / "state")]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 20
        while not path.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        answer = _ask(path, json.dumps({"op": "sign", "text": Log(5).text(5), "proof": []}).encode())
        assert answer["ok"]["line"].startswith(f"— {ORIGIN} ")
        assert _ask(path, json.dumps({"op": "last", "origin": ORIGIN}).encode())["ok"]["size"] == 5
        for nonsense in (b"{}", b"[]", b"\xff", b'{"op":"sign"}', b'{"op":"last","origin":"' + b"x " * 9 + b'"}'):
            assert _ask(path, nonsense)["error"]["code"] == "notary.request"
        assert (tmp_path / "log.key").stat().st_mode & 0o077 == 0
    finally:
        process.terminate()
        assert process.wait(20) == 0
    assert not path.exists()


def _ask(path: Path, text: bytes) -> dict[str, Any]:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(str(path))
        line.sendall(len(text).to_bytes(4, "big") + text)
        with line.makefile("rb") as stream:
            size = int.from_bytes(stream.read(4), "big")
            answer: dict[str, Any] = json.loads(stream.read(size))
            return answer

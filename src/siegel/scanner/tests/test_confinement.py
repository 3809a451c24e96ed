"""What a taken-over unpacker reaches: tried in a process that was confined as one, by what it could do before."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from siegel.scanner import confinement
from siegel.scanner.findings import CLEAN, Finding
from siegel.scanner.limits import Limits
from siegel.scanner.sandbox import Nursery
from siegel.scanner.spool import MemoryFile

from .running import Scanner

needs_kernel = pytest.mark.skipif(bool(confinement.missing()), reason="the kernel lacks Landlock or seccomp")

PROGRAM = """
import json, os, socket, sys
from siegel.scanner import nursery, spool
from siegel.scanner.limits import Limits

key_file, port, unix, pid = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
before = socket.socket()
if sys.argv[5] == "confined":
    nursery._confine(Limits())

def of(kind, address):
    with socket.socket(kind) as line:
        line.connect(address)

def own_memory():
    with spool.MemoryFile() as file:
        file.write(b"member")
        with file.reader() as fd:
            assert os.read(fd, 10) == b"member"

tries = {
    "read the key": lambda: open(key_file, "rb").read(),
    "write beside it": lambda: open(key_file + ".new", "wb").close(),
    "list its folder": lambda: os.listdir(os.path.dirname(key_file)),
    "read another's memory files": lambda: os.listdir(f"/proc/{pid}/fd"),
    "open TCP": lambda: of(socket.AF_INET, ("127.0.0.1", port)),
    "connect what was open": lambda: before.connect(("127.0.0.1", port)),
    "open a unix socket": lambda: of(socket.AF_UNIX, unix),
    "signal the parent": lambda: os.kill(pid, 0),
    "use its own memory files": own_memory,
    "become another program": lambda: os.execv("/bin/true", ["true"]) if sys.argv[5] == "confined" else None,
}
done = []
for name, attempt in tries.items():
    try:
        attempt()
    except OSError:
        continue
    done.append(name)
print(json.dumps(done))
"""


def reached(place: Path, how: str) -> list[str]:
    key_file, unix = place / "scanner.key", str(place / "socket")
    key_file.write_bytes(b"secret")
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as local:
        local.bind(unix)
        local.listen()
        with subprocess.Popen(["sleep", "60"]) as sibling:
            try:
                arguments = [str(key_file), str(tcp.getsockname()[1]), unix, str(sibling.pid), how]
                command = [sys.executable, "-c", PROGRAM, *arguments]
                done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
            finally:
                sibling.kill()
    found: list[str] = json.loads(done.stdout)
    return found


def test_every_try_succeeds_without_confinement(tmp_path: Path) -> None:
    """Else the next test would prove nothing."""
    assert len(reached(tmp_path, "free")) == 10


@needs_kernel
def test_a_confined_unpacker_reaches_its_own_memory_files_and_nothing_else(tmp_path: Path) -> None:
    assert reached(tmp_path, "confined") == ["use its own memory files"]
    assert not (tmp_path / "scanner.key.new").exists()


@pytest.mark.parametrize(("absent", "stays"), [("_refuse_calls", "socket"), ("_give_up_paths", "key")])
@needs_kernel
def test_each_half_is_needed(absent: str, stays: str, tmp_path: Path) -> None:
    program = (
        f"import sys; from siegel.scanner import confinement as c; c.{absent} = lambda *_: None\n"
        "import socket\n"
        "from siegel.scanner import lifeline; lifeline.forbid_new_rights(); c.enter()\n"
        "try: open(sys.argv[1]).close(); print('key')\n"
        "except OSError: pass\n"
        "try: socket.socket().close(); print('socket')\n"
        "except OSError: pass\n"
    )
    (tmp_path / "key").write_bytes(b"secret")
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "key"], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == [stays]


def test_a_mail_in_any_encoding_is_read_by_a_confined_unpacker(nursery: Nursery) -> None:
    """Python would load the codec only now."""
    seen = []

    def scan(fd: int, left_s: float) -> Finding:
        seen.append(os.pread(fd, 100, 0))
        return CLEAN

    mail = b"From: a@b.example\nContent-Type: text/plain; charset=mac-iceland\nContent-Transfer-Encoding: 8bit\n"
    mail += (
        b"Subject: =?cp1006?Q?=A1?=\nMIME-Version: 1.0\nContent-Disposition: attachment; filename*=hz''x%20y\n\nx\xe9\n"
    )
    with MemoryFile() as file:
        file.write(mail)
        with file.reader() as fd:
            assert nursery.unpack(fd, file.size_bytes, Limits(), scan) == CLEAN
    assert seen == [b"x\xe9\n"]


@pytest.mark.parametrize("machine", confinement._CALLS)
def test_the_filter_refuses_exactly_the_calls_of_its_table(machine: str) -> None:
    """The program is interpreted here, so that the one for the other architecture is tested too."""
    architecture, calls = confinement._CALLS[machine]
    steps = list(struct.iter_unpack("=HBBI", confinement._filter(architecture, sorted(calls.values()))))

    def verdict(number: int, of: int) -> int:
        at = value = 0
        while True:
            operation, if_true, if_false, operand = steps[at]
            at += 1
            match operation:
                case confinement._RETURN:
                    return int(operand)
                case confinement._LOAD:
                    value = {confinement._NUMBER_AT: number, confinement._ARCHITECTURE_AT: of}[operand]
                case confinement._JUMP_IF_EQUAL:
                    at += if_true if value == operand else if_false
                case confinement._JUMP_IF_AT_LEAST:
                    at += if_true if value >= operand else if_false

    refused = {number for number in range(600) if verdict(number, architecture) == confinement._REFUSE}
    assert refused == set(calls.values())
    assert verdict(0, architecture) == confinement._ALLOW
    assert verdict(0x40000000 + 41, architecture) == confinement._REFUSE
    assert verdict(0, architecture ^ 1) == confinement._KILL_PROCESS


def test_the_status_tells_how_far_unpackers_are_confined(tmp_path: Path) -> None:
    with Scanner(tmp_path, Path("/nonexistent")) as scanner:
        assert scanner.status()["sandbox"] == ("partial" if confinement.missing() else "full")

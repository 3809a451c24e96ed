"""One clamd of our own: configuration, start, supervision, end.

It lies with its socket and its temporary files in one private directory on a tmpfs, because clamd spools members of
archives. The living engine holds a lock on that directory (flock(2)), which the kernel releases however it ends: so
others that share the tmpfs, also from another container, can tell what was left behind.

Signatures are the official ones when the machine has them, else the test signatures of this room; which of the two is
part of the status, and a page must say so. Ready means proven: clamd found the test virus inside a zip.
"""

from __future__ import annotations

import fcntl
import logging
import os
import select
import shutil
import subprocess
import tempfile
import zipfile
from collections import deque
from enum import Enum
from io import BytesIO
from pathlib import Path
from threading import Condition, Thread
from time import monotonic

from .clamd import Clamd
from .findings import Result
from .limits import CLAMD_FILE_BYTES
from .spool import GIB, MemoryFile

logger = logging.getLogger(__name__)

OFFICIAL_SIGNATURES = Path("/var/lib/clamav")
TEST_SIGNATURES = Path(__file__).with_name("signatures")

_MAX_FAILED_STARTS = 5
_START_TIMEOUT_S = 180.0  # the official database takes about 20 s to load on a good machine
_LOOK_FOR_OFFICIAL_EVERY_S = 60.0
_LOOK_AFTER_EVERY_S = 2.0
_SILENT_S = 180.0  # while it loads fresh signatures clamd answers nobody
_PREFIX = "siegel-clamd-"
# In two halves, so that a virus scanner on a developer's machine leaves the checkout alone.
_EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class State(Enum):
    STARTING = "starting"
    READY = "ready"
    MISSING = "missing"
    FAILED = "failed"
    STOPPED = "stopped"


class Engine:
    """`start` returns at once; a thread keeps clamd running until `stop`.

    A clamd that was ready and crashes, loses its socket or falls silent is started anew, always; starts that fail are
    tried five times.
    """

    def __init__(
        self, binary: Path, spool: Path, *, official: Path = OFFICIAL_SIGNATURES, scan_timeout_s: float = 300.0
    ) -> None:
        self.state = State.STARTING
        self.signatures = "test"
        self._binary = binary
        self._official = official
        self._spool = spool
        self._scan_timeout_s = scan_timeout_s
        self._settle()
        self._changed = Condition()
        self._thread = Thread(target=self._supervise, name="clamd")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        self._thread.start()

    def wait_ready(self, timeout_s: float) -> bool:
        """Whether clamd is ready, waiting for a start in progress; at once when there is nothing to wait for."""
        with self._changed:
            self._changed.wait_for(lambda: self.state is not State.STARTING, timeout_s)
            return self.state is State.READY

    def doubt(self) -> None:
        """Somebody had no answer from clamd: it counts as starting until it has been looked after, within seconds."""
        with self._changed:
            if self.state is State.READY:
                self.state = State.STARTING

    def stop(self) -> None:
        """clamd has ended and its directory is gone when this returns."""
        self._enter(State.STOPPED)
        self._end_clamd()
        if self._thread.ident is not None:
            self._thread.join()
        self._leave()

    def _settle(self) -> None:
        self._place, self._lock = _private_directory(self._spool)
        self.clamd = Clamd(self._place / "clamd.sock", timeout_s=self._scan_timeout_s)

    def _leave(self) -> None:
        shutil.rmtree(self._place, ignore_errors=True)
        os.close(self._lock)

    def _enter(self, state: State) -> None:
        with self._changed:
            if self.state is not State.STOPPED:
                self.state = state
            self._changed.notify_all()

    def _supervise(self) -> None:
        if not os.access(self._binary, os.X_OK):
            logger.error("no clamd at %s: nothing can be scanned", self._binary)
            self._enter(State.MISSING)
            return
        failures = 0
        while self.state is not State.STOPPED:
            self._enter(State.STARTING)
            if self._run_once():
                failures = 0
            else:
                failures += 1
                if failures == _MAX_FAILED_STARTS:
                    logger.error("clamd did not start %d times: giving up", failures)
                    self._enter(State.FAILED)
                    return
            self._pause(min(0.2 * 2**failures, 10.0))

    def _pause(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self.state is State.STOPPED, seconds)

    def _run_once(self) -> bool:
        """From start to end of one clamd; whether it was ever ready."""
        try:
            self._process = process = self._launch()
        except OSError as error:
            logger.error("clamd cannot be started: %s", error)
            return False
        output = process.stdout
        assert output is not None
        last_lines: deque[bytes] = deque(maxlen=10)
        with process, output:
            os.set_blocking(output.fileno(), False)
            ready = self._await_proof(process, last_lines)
            if ready:
                self._enter(State.READY)
                self._drain_until_end(process)
            self._end_clamd()
        if not ready and self.state is not State.STOPPED:
            logger.error("clamd did not become ready: %s", b" | ".join(last_lines).decode("utf-8", "replace"))
        return ready

    def _launch(self) -> subprocess.Popen[bytes]:
        if not self._place.is_dir():
            logger.error("somebody removed %s: taking another directory", self._place)
            self._leave()
            self._settle()
        official = has_official_signatures(self._official)
        self.signatures = "official" if official else "test"
        configuration = self._place / "clamd.conf"
        database = self._official if official else self._own_signatures()
        configuration.write_text(clamd_configuration(self._place, database, self._scan_timeout_s), encoding="utf-8")
        (self._place / "clamd.sock").unlink(missing_ok=True)
        # setpriv instead of preexec_fn: Python must not run between fork and exec while other threads live.
        tied = ["setpriv", "--pdeathsig", "TERM", "--no-new-privs", "--"] if shutil.which("setpriv") else []
        return subprocess.Popen(
            [*tied, self._binary, "--config-file", configuration],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
        )

    def _own_signatures(self) -> Path:
        """A copy beside the socket: a clamd confined to few directories (AppArmor) may not read this package."""
        directory = self._place / "signatures"
        shutil.copytree(TEST_SIGNATURES, directory, dirs_exist_ok=True)
        return directory

    def _await_proof(self, process: subprocess.Popen[bytes], last_lines: deque[bytes]) -> bool:
        deadline = monotonic() + _START_TIMEOUT_S
        while process.poll() is None and monotonic() < deadline and self.state is not State.STOPPED:
            _read_lines(process, last_lines)
            if self.clamd.ping():
                return _finds_test_virus(self.clamd)
            self._pause(0.05)
        _read_lines(process, last_lines)
        return False

    def _drain_until_end(self, process: subprocess.Popen[bytes]) -> None:
        """Returns when clamd ended or can be reached no more, or when official signatures have arrived: to be started
        anew. Its words after the start are thrown away: they are about contents.
        """
        assert process.stdout is not None
        heard = looked_for_official = monotonic()
        while self.state is not State.STOPPED:
            readable, _, _ = select.select([process.stdout], [], [], _LOOK_AFTER_EVERY_S)
            if readable and not process.stdout.read(65536):
                return
            if self.clamd.ping():
                heard = monotonic()
                self._enter(State.READY)
            elif not self.clamd.path.is_socket() or monotonic() - heard > _SILENT_S:
                logger.error("clamd cannot be reached any more: starting it anew")
                return
            if self.signatures == "test" and monotonic() - looked_for_official > _LOOK_FOR_OFFICIAL_EVERY_S:
                looked_for_official = monotonic()
                if has_official_signatures(self._official):
                    logger.info("official signatures have arrived: starting clamd anew")
                    return

    def _end_clamd(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def clamd_configuration(place: Path, database: Path, scan_timeout_s: float) -> str:
    """No network socket, no log file; whatever exceeds a limit or is encrypted is reported, never passed silently.

    clamd gives up on a file a little before its client does, so that the reason is named.
    """
    temporary = place / "tmp"
    temporary.mkdir(mode=0o700, exist_ok=True)
    settings = {
        "Foreground": "yes",
        "LocalSocket": place / "clamd.sock",
        "LocalSocketMode": "600",
        "DatabaseDirectory": database,
        "TemporaryDirectory": temporary,
        "StreamMaxLength": CLAMD_FILE_BYTES,
        "MaxFileSize": CLAMD_FILE_BYTES,
        "MaxScanSize": "4095M",
        "MaxScanTime": int(scan_timeout_s * 900),
        "MaxFiles": 100_000,
        "MaxRecursion": 32,
        "MaxThreads": 12,
        "AlertExceedsMax": "yes",
        "AlertEncrypted": "yes",
        "ConcurrentDatabaseReload": "no",
    }
    return "".join(f"{name} {value}\n" for name, value in settings.items())


def has_official_signatures(directory: Path) -> bool:
    return all(any((directory / f"{name}.{end}").is_file() for end in ("cvd", "cld")) for name in ("main", "daily"))


def _finds_test_virus(clamd: Clamd) -> bool:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("eicar", _EICAR)
    with MemoryFile() as file:
        file.write(packed.getbuffer())
        finding = clamd.scan(file.fd)
    if finding.result is not Result.INFECTED:
        logger.error("clamd does not find the test virus: %s", finding.reason)
    return finding.result is Result.INFECTED


def _read_lines(process: subprocess.Popen[bytes], last_lines: deque[bytes]) -> None:
    assert process.stdout is not None
    last_lines.extend((process.stdout.read() or b"").splitlines())


def _private_directory(spool: Path) -> tuple[Path, int]:
    """A new 0700 directory on a tmpfs and its lock; under `spool`, with a warning, on a machine that has none."""
    for candidate in (Path(tempfile.gettempdir()), Path("/dev/shm")):  # noqa: S108
        if is_tmpfs(candidate) and os.access(candidate, os.W_OK | os.X_OK):
            parent = candidate
            break
    else:
        parent = spool
        logger.warning("no tmpfs to be had: clamd spools plaintext under %s", spool)
    if shutil.disk_usage(parent).free < GIB:
        logger.warning("less than 1 GiB free under %s: large archives will fail to scan", parent)
    _sweep(parent)
    while True:
        place = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
        # Between the two lines another engine may take it for left behind.
        if (lock := _locked(place)) is not None:
            return place, lock


def _locked(place: Path) -> int | None:
    """A descriptor that holds the directory's lock; None when it is not ours, held by another, or gone."""
    try:
        lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock).st_uid == os.getuid() and os.path.samestat(os.fstat(lock), place.lstat()):
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(lock)
    return None


def _sweep(parent: Path) -> None:
    """Remove what scanners left that were killed: the directories of this user that no living engine has locked."""
    for left in parent.glob(f"{_PREFIX}*"):
        if (lock := _locked(left)) is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(lock)


def is_tmpfs(directory: Path) -> bool:
    """By the longest mount point that holds the directory (proc(5), mounts)."""
    real = directory.resolve()
    best, kind = Path("/"), ""
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines():
        _, point, filesystem, *_ = line.split(" ")
        mounted = Path(point.encode().decode("unicode_escape"))
        if real.is_relative_to(mounted) and len(mounted.parts) >= len(best.parts):
            best, kind = mounted, filesystem
    return kind in ("tmpfs", "ramfs")

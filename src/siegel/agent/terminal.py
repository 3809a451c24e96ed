"""What stands between the commands and the person: passphrases, progress bars, answers."""

import getpass
import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siegel.agent.errors import AgentError, UsageError
from siegel.agent.messages import text
from siegel.seals.keyfile import KeyFile, needs_passphrase, parse_key_file

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from siegel.agent.plan import Item, Outcome

# Columns of what people type or compare.
UNBROKEN = frozenset({"username", "fingerprint", "generation", "state", "until"})
# Wide enough for any line: who searches the answer finds it in one piece.
PIPED_WIDTH = 1000


@cache
def notes() -> "Console":
    """Answers go to standard output, everything for the eye to standard error.

    Made when there is something to say: to load it takes longer than to seal a small file.
    """
    from rich.console import Console

    return Console(stderr=True, soft_wrap=True, highlight=False)


def say(code: str, /, **params: object) -> None:
    """A line for the person; never for a program."""
    notes().print(text(code, **params), markup=False)


def answer(value: Any) -> None:
    """A result for programs: JSON on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def clean(line: str) -> str:
    """Without control characters: a name must not write to the terminal on its own account."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)


def passphrase(*, twice: bool = False) -> str:
    """From the file that SIEGEL_PASSPHRASE_FILE names, else from the terminal.

    AgentError `passphrase_needed`, `passphrase_file`; UsageError `passphrases_differ`.
    """
    if path := os.environ.get("SIEGEL_PASSPHRASE_FILE"):
        return _from_file(Path(path))
    if not sys.stdin.isatty():
        raise AgentError("passphrase_needed")
    found = getpass.getpass(text("passphrase") + ": ")
    if twice and getpass.getpass(text("passphrase_again") + ": ") != found:
        raise UsageError("passphrases_differ")
    return found


def _from_file(path: Path) -> str:
    try:
        found = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        raise AgentError("passphrase_file", path=path) from error
    if not found:
        raise AgentError("passphrase_file", path=path)
    return found


def read_key_file(path: Path) -> KeyFile:
    """A person's key file, with its passphrase if it has one; UnlockError."""
    content = path.read_bytes()
    return parse_key_file(content, passphrase() if needs_passphrase(content) else None)


class Bars:
    """Progress of many files: bytes sent, files done. Called from several threads."""

    def __init__(self, progress: "Progress", files: int, total_bytes: int) -> None:
        self._progress = progress
        self._lock = threading.Lock()
        self._sent: dict[tuple[str, ...], int] = {}
        self._bytes = progress.add_task(text("uploading"), total=total_bytes)
        self._files = files
        self._done = 0

    def moved(self, item: "Item", arrived: int, of: int) -> None:
        # Sealed bytes are a little more than the file's.
        share = item.size * arrived // of
        with self._lock:
            before = self._sent.get(item.path, 0)
            self._sent[item.path] = share
            self._progress.advance(self._bytes, share - before)

    def finished(self, outcome: "Outcome") -> None:
        with self._lock:
            self._done += 1
        self._describe("uploading")
        if outcome.code != "stored":
            notes().print(refusal(outcome), markup=False, style="red")

    def scanning(self, files: int) -> None:
        self._describe("scanning")

    def _describe(self, what: str) -> None:
        self._progress.update(self._bytes, description=f"{text(what)} {self._done}/{self._files}")


def refusal(outcome: "Outcome") -> str:
    """Why a file was not stored, with its name."""
    detail = clean(outcome.detail)
    if outcome.code == "not_scannable":
        detail = text(detail if detail in ("broken", "encrypted") else "limit")
    return f"{clean(str(outcome.source))}: {text(outcome.code, detail=detail)}"


def table(columns: "Sequence[str]", lines: "Iterable[Sequence[str]]") -> None:
    """A table on standard output; `columns` by the code of their names. Wider than the terminal, it is folded.

    What people type or compare stays in one piece, and so does everything where another program reads it.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False)
    for column in columns:
        shown.add_column(text(f"column_{column}"), overflow="fold", no_wrap=column in UNBROKEN)
    for line in lines:
        shown.add_row(*(Text(clean(cell)) for cell in line))
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    Console(highlight=False, width=width).print(shown)


@contextmanager
def counting(what: str, *, quiet: bool) -> "Iterator[Callable[[int, int], None]]":
    """A bar that is told how much is done of how much; none where nobody looks."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notes(), disable=quiet or not notes().is_terminal, transient=True) as progress:
        task = progress.add_task(text(what), total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)


@contextmanager
def new_secret_file(path: Path) -> "Iterator[Callable[[str], None]]":
    """A new file that its owner alone can read, made before what is written to it exists; gone after an error.

    Whoever finds no room for a letter learns it before the letter is the only way back.
    """
    path.touch(mode=0o600, exist_ok=False)

    def write(content: str) -> None:
        path.write_text(content, encoding="utf-8")

    try:
        yield write
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextmanager
def bars(*, quiet: bool) -> "Iterator[Progress]":
    """Progress bars on standard error; none where nobody looks."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    disabled = quiet or not notes().is_terminal
    with Progress(*columns, console=notes(), disable=disabled, transient=True) as progress:
        yield progress

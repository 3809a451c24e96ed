"""The emergency sheet split into three shares, on the owner's own machine."""

import os
from pathlib import Path

from siegel.agent import terminal
from siegel.agent.errors import AgentError
from siegel.seals.shares import split

GROUP, PER_LINE = 5, 6


def split_to(file: Path, out: Path) -> None:
    """Three files in `out`, readable by their owner alone and never over one that exists. AgentError `no_sheet`."""
    key_file = terminal.read_key_file(file)
    if key_file.root_seed is None or key_file.recovery_seed is None:
        raise AgentError("no_sheet")
    for share in split(key_file.root_seed, key_file.recovery_seed):
        path = out / f"siegel-share-{share.number}.txt"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as sink:
            sink.write(_lines(share.encode()))
    terminal.say("sheet_split", path=out)


def _lines(text: str) -> str:
    """In groups, as it is easier to type and to compare."""
    groups = [text[at : at + GROUP] for at in range(0, len(text), GROUP)]
    return "".join(f"{' '.join(groups[at : at + PER_LINE])}\n" for at in range(0, len(groups), PER_LINE))

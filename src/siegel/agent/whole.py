"""Files that appear whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from siegel.agent.errors import AgentError


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """A file that gets its name `target` only when the block ends well; readable by its owner until then.

    A pipe or device is written to as it is: it must not be replaced. AgentError `target_missing` without the folder.
    """
    if target.exists() and not target.is_file():
        with target.open("wb") as sink:
            yield sink
        return
    if not target.parent.is_dir():
        raise AgentError("target_missing", path=target.parent)
    fd, draft = tempfile.mkstemp(prefix=".siegel-", dir=target.parent)
    try:
        with os.fdopen(fd, "wb") as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        Path(draft).chmod(0o666 & ~_umask())
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """There is no other way to read it than to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask

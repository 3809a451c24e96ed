"""What Linux offers to tie a process to its parent and to bare it of rights (prctl(2))."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """SIGTERM when the thread that started this process ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def forbid_new_rights() -> None:
    """No program started from here gains rights by setuid or file capabilities."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def forbid_dumps() -> None:
    """No core file, and no other process of this user may read this one's memory: it holds keys and plaintext."""
    _prctl(_PR_SET_DUMPABLE, 0)


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))

"""Takes files, sockets and other processes from an unpacker, by the kernel: Landlock (landlock(7)) and seccomp(2).

Landlock refuses to open anything by a path, to talk TCP and to signal others; seccomp refuses the system calls below.
What has no path in any file system stays open to it: its own memory files, by /proc/self/fd, and the descriptors it
was given. Both are chosen by what the running kernel offers; where it lacks one, `sandbox` in the status says so.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from typing import Final

_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # the same numbers on every architecture
_CREATE_RULESET_VERSION = 1
# Rights that a ruleset can handle, by the version of the interface that brought the last of them.
_FILE_RIGHTS: Final = ((5, 16), (3, 15), (2, 14), (1, 13))  # (from version, number of rights)
_TCP_SINCE, _TCP_RIGHTS = 4, 0b11  # bind, connect
_SCOPES_SINCE, _SCOPES = 6, 0b11  # abstract unix sockets, signals

_PR_GET_SECCOMP, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 21, 22, 2
_ALLOW, _KILL_PROCESS, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
# Of struct seccomp_data: the number of the call and the architecture.
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF operations (linux/bpf_common.h)
_X32_CALLS_FROM = 0x40000000

# machine → (AUDIT_ARCH_*, numbers of the refused calls)
_COMMON_CALLS = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "pidfd_open": 434,
    "pidfd_getfd": 438,
}
_CALLS: Final = {
    "x86_64": (
        0xC000003E,
        {
            **_COMMON_CALLS,
            "socket": 41,
            "connect": 42,
            "bind": 49,
            "execve": 59,
            "kill": 62,
            "ptrace": 101,
            "rt_sigqueueinfo": 129,
            "tkill": 200,
            "tgkill": 234,
            "unshare": 272,
            "rt_tgsigqueueinfo": 297,
            "perf_event_open": 298,
            "open_by_handle_at": 304,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "bpf": 321,
            "execveat": 322,
            "userfaultfd": 323,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            **_COMMON_CALLS,
            "unshare": 97,
            "ptrace": 117,
            "kill": 129,
            "tkill": 130,
            "tgkill": 131,
            "rt_sigqueueinfo": 138,
            "socket": 198,
            "bind": 200,
            "connect": 203,
            "execve": 221,
            "rt_tgsigqueueinfo": 240,
            "perf_event_open": 241,
            "open_by_handle_at": 265,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "bpf": 280,
            "execveat": 281,
            "userfaultfd": 282,
        },
    ),
}

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def missing() -> list[str]:
    """What of the two this kernel does not offer; empty where the confinement is full."""
    absent = [] if _landlock_version() >= 1 else ["landlock"]
    if platform.machine() not in _CALLS or _libc.prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) < 0:
        absent.append("seccomp")
    return absent


def enter() -> None:
    """For this thread and what it starts, for good. OSError when the kernel offers one of the two and then refuses it.

    The process must have forbidden itself new rights before (`lifeline.forbid_new_rights`).
    """
    absent = missing()
    if "landlock" not in absent:
        _give_up_paths(_landlock_version())
    if "seccomp" not in absent:
        _refuse_calls(*_CALLS[platform.machine()])


def _landlock_version() -> int:
    """0 or less without Landlock: not built in, or not switched on at boot."""
    return int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _CREATE_RULESET_VERSION))


def _give_up_paths(version: int) -> None:
    """A ruleset that handles every right this kernel knows, with no rule that grants one."""
    rights = next(count for since, count in _FILE_RIGHTS if version >= since)
    tcp = _TCP_RIGHTS if version >= _TCP_SINCE else 0
    scopes = _SCOPES if version >= _SCOPES_SINCE else 0
    # struct landlock_ruleset_attr; an older kernel takes zeros where it knows no field
    attributes = struct.pack("=QQQ", (1 << rights) - 1, tcp, scopes)
    ruleset = _checked(_libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0))
    try:
        _checked(_libc.syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _refuse_calls(architecture: int, calls: dict[str, int]) -> None:
    code = _filter(architecture, sorted(calls.values()))
    program = _Program(len(code) // 8, code)
    _checked(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0))


def _filter(architecture: int, numbers: list[int]) -> bytes:
    """Another architecture's calls bear other numbers: whoever uses them is killed. `numbers` get EPERM."""
    count = len(numbers)
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_IF_AT_LEAST, count + 1, 0, _X32_CALLS_FROM),
        *((_JUMP_IF_EQUAL, count - at, 0, number) for at, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result

"""Landlock (Linux 5.13 and later): this process may open the files that it was given, and no others.

Structures and numbers: linux/landlock.h. The three calls have the same numbers on every architecture.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION_FLAG = 1
PATH_BENEATH = 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
PR_SET_NO_NEW_PRIVS = 38
ALL_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
ALL_NETWORK_RIGHTS = 0b11  # bind and connect TCP, from version 4
ALL_SCOPES = 0b11  # abstract Unix sockets and signals, from version 6


def restrict(files: Iterable[Path], folders: Iterable[Path] = ()) -> bool:
    """Allow reading these files (and below these folders) and nothing else, for ever. False where there is no Landlock.

    It holds for the calling thread and what it starts: call it before there are others.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION_FLAG))
    if version < 1:
        return False
    handled = max(rights for since, rights in ALL_FILE_RIGHTS.items() if since <= version)
    fields = [handled, ALL_NETWORK_RIGHTS, ALL_SCOPES][: 1 + (version >= 4) + (version >= 6)]
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    ruleset = libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    try:
        for path, rights in [*((file, READ_FILE) for file in files), *((top, READ_FILE | READ_DIR) for top in folders)]:
            _allow(libc, ruleset, path, rights)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return bool(libc.syscall(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there cannot be read either
    try:
        rule = struct.pack("=Qi", rights, descriptor)
        libc.syscall(ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(PATH_BENEATH), rule, ctypes.c_uint32(0))
    finally:
        os.close(descriptor)

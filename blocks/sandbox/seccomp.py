"""seccomp (Linux): the few system calls that a running query needs, and no others.

A query on an open file reads, allocates and computes. So nothing can be opened, written to the disk, connected, started
or signalled, whatever code came to run. Numbers: asm/unistd_64.h (x86_64) and asm-generic/unistd.h (aarch64).
"""

import ctypes
import platform
import struct
import sys

# call → (x86_64, aarch64); None where the architecture has no such call.
CALLS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "poll": (7, None),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "select": (23, None),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "nanosleep": (35, 101),
    "getpid": (39, 172),
    "exit": (60, 93),
    "gettimeofday": (96, 169),
    "getrlimit": (97, 163),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "time": (201, None),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "pselect6": (270, 72),
    "ppoll": (271, 73),
    "set_robust_list": (273, 99),
    "preadv": (295, 69),
    "getcpu": (309, 168),
    "getrandom": (318, 278),
    "membarrier": (324, 283),
    "rseq": (334, 293),
}
NEVER_EXECUTABLE = ("mmap", "mprotect")  # their third argument must not ask for PROT_EXEC
PROT_EXEC = 4
SECCOMP = {"x86_64": 317, "aarch64": 277}
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SET_MODE_FILTER, TSYNC = 1, 1
PR_SET_NO_NEW_PRIVS = 38
ALLOW, EPERM, KILL = 0x7FFF0000, 0x00050001, 0x80000000
LOAD, EQUAL, SET, RETURN = 0x20, 0x15, 0x45, 0x06  # BPF: ld [k]; jeq; jset; ret
NUMBER_AT, ARCH_AT, THIRD_ARGUMENT_AT = 0, 4, 32  # offsets in struct seccomp_data


def restrict() -> bool:
    """Confine every thread of this process, for ever. False on other systems and architectures."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in SECCOMP:
        return False
    code = ctypes.create_string_buffer(program(machine))
    filters = struct.pack("HxxxxxxP", (len(code) - 1) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(libc.syscall(SECCOMP[machine], SET_MODE_FILTER, TSYNC, filters) == 0)


def program(machine: str) -> bytes:
    """Return the filter for an architecture: another architecture's calls kill, an unlisted call fails with EPERM."""
    column = list(SECCOMP).index(machine)
    steps = [
        _step(LOAD, 0, 0, ARCH_AT),
        _step(EQUAL, 1, 0, AUDIT_ARCH[machine]),
        _step(RETURN, 0, 0, KILL),
        _step(LOAD, 0, 0, NUMBER_AT),
    ]
    for name, numbers in CALLS.items():
        number = numbers[column]
        if number is None:
            continue
        if name in NEVER_EXECUTABLE:
            steps += [
                _step(EQUAL, 0, 4, number),
                _step(LOAD, 0, 0, THIRD_ARGUMENT_AT),
                _step(SET, 0, 1, PROT_EXEC),
                _step(RETURN, 0, 0, EPERM),
                _step(RETURN, 0, 0, ALLOW),
            ]
        else:
            steps += [_step(EQUAL, 0, 1, number), _step(RETURN, 0, 0, ALLOW)]
    return b"".join([*steps, _step(RETURN, 0, 0, EPERM)])


def _step(code: int, then: int, otherwise: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)

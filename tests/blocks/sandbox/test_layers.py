"""Each layer alone: what it holds when the others are taken away."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from blocks.sandbox import Sandbox, gate, seccomp
from blocks.sandbox.functions import FUNCTIONS, TABLE_FUNCTIONS
from tests.blocks.sandbox.conftest import MARKER, Ground
from tests.blocks.sandbox.statements import ATTACKS, HONEST
from tests.conftest import absent

pytestmark = pytest.mark.row("T9")
ROOT = Path(__file__).resolve().parents[3]
OUTSIDE = ("file-read", "file-write", "attach", "network", "own-file", "db-write")  # kinds that leave the database
NAMES = gate.Names({"main": {"messages", "recent"}})

# Each runs statements without the gate, one answer a line: with DuckDB's settings alone, and with the system's alone.
ENGINE_ONLY = """
import json, sys
from blocks.sandbox import engine
for line in sys.stdin:
    con = engine.connect(sys.argv[1], ["main"])
    try:
        print("@@" + json.dumps(str(con.execute(json.loads(line)).fetchmany(5))), flush=True)
    except Exception as error:
        print("@@" + json.dumps("error " + type(error).__name__), flush=True)
    con.close()
"""
SYSTEM_ONLY = """
import json, sys, duckdb
from pathlib import Path
from blocks.sandbox import landlock, limits, seccomp
lines = sys.stdin.readlines()
limits.restrict()
assert landlock.restrict([Path(sys.argv[1])], [Path("/proc/self"), Path("/sys/fs/cgroup")])
con = duckdb.connect(sys.argv[1], read_only=True, config={"threads": "1"})
assert seccomp.restrict()
for line in lines:
    try:
        print("@@" + json.dumps(str(con.execute(json.loads(line)).fetchmany(5))), flush=True)
    except Exception as error:
        print("@@" + json.dumps("error " + type(error).__name__), flush=True)
"""


@pytest.fixture(scope="module")
def parser() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        yield con


def passes(parser: duckdb.DuckDBPyConnection, statement: str) -> bool:
    def parse(sql: str) -> str:
        row = parser.execute(sql).fetchone()
        assert row is not None
        return str(row[0])

    try:
        gate.check(parse, statement, NAMES)
    except (gate.NotAllowedError, gate.NotValidError):
        return False
    return True


@pytest.mark.parametrize("statement", HONEST)
def test_the_gate_lets_honest_queries_pass(parser: duckdb.DuckDBPyConnection, statement: str) -> None:
    assert passes(parser, statement)


def test_the_gate_alone_stops_every_attack(
    parser: duckdb.DuckDBPyConnection, ground: Ground, attacks: Path, cases: list[dict[str, str]]
) -> None:
    assert attacks.is_dir()
    # What runs to nothing is let through; it is no attack but an error: a user's function, a name inside a string.
    harmless = {
        "SELECT list_aggregate([1], 'no_such_aggregate')",
        "SELECT (messages).tokens.raw FROM raw.tokens messages",
    }
    given = [case["statement"] for case in cases if case["expected"] == "blocked" and case["category"] != "crash"]
    through = [one for one in [*given, *ATTACKS] if passes(parser, ground.fill(one)) and one not in harmless]
    assert [one[:200] for one in through] == []


def test_what_may_be_called_exists_and_changes_nothing(parser: duckdb.DuckDBPyConnection) -> None:
    rows = parser.execute(
        "SELECT lower(function_name), function_type, has_side_effects FROM duckdb_functions()"
    ).fetchall()
    known = {name for name, _, _ in rows}
    assert known | {"count_star", "unnest", "grouping"} >= FUNCTIONS
    assert {name for name, kind, _ in rows if kind == "table"} >= TABLE_FUNCTIONS
    changing = {name for name, _, effects in rows if effects}
    assert {"nextval", "setseed", "write_log"} <= changing
    assert changing & FUNCTIONS <= {"random", "uuid", "gen_random_uuid"}


def run(program: str, ground: Ground, statements: list[str]) -> list[str]:
    """Return each statement's answer; one that ends the process ("ended") is followed by a new process."""
    said: list[str] = []
    while len(said) < len(statements):
        rest = "".join(json.dumps(one) + "\n" for one in statements[len(said) :])
        done = subprocess.run(
            [sys.executable, "-c", program, str(ground.file)],
            input=rest,
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert done.stdout or done.returncode, done.stderr
        assert "Assertion" not in done.stderr, done.stderr
        said += [str(json.loads(line[2:])) for line in done.stdout.splitlines() if line.startswith("@@")]
        if len(said) < len(statements):
            said.append("ended")
    return said


def leaving(ground: Ground, cases: list[dict[str, str]]) -> list[str]:
    """Return the statements that would reach out of the database."""
    given = [
        ground.fill(one["statement"], one["category"] == "own-file") for one in cases if one["category"] in OUTSIDE
    ]
    return given + [ground.fill(one) for one in ATTACKS if "{WORK}" in one or "{HOME}" in one]


@pytest.fixture(scope="module")
def confining(ground: Ground) -> None:
    """This system can confine a process; on others the two tests that want it are skipped, loudly."""
    sandbox = Sandbox(ground.file, ("main",))
    missing = {"landlock", "seccomp"} - set(sandbox.run("SELECT 1", 1).layers)
    sandbox.close()
    if missing:
        absent(f"{' and '.join(sorted(missing))} in this kernel")


@pytest.mark.parametrize("program", ["engine", "system"])
def test_a_lower_layer_alone_keeps_files_shut(
    program: str, ground: Ground, attacks: Path, cases: list[dict[str, str]], request: pytest.FixtureRequest
) -> None:
    assert attacks.is_dir()
    if program == "system":
        request.getfixturevalue("confining")
    program = {"engine": ENGINE_ONLY, "system": SYSTEM_ONLY}[program]
    before = ground.state()
    statements = leaving(ground, cases)
    assert len(statements) > 60
    said = run(program, ground, statements)
    for statement, answer in zip(statements, said, strict=True):
        assert MARKER not in answer, statement
        assert "root:" not in answer, statement
    assert ground.state() == before
    assert run(program, ground, ["SELECT 42"]) == ["[(42,)]"]


PROBES = {
    "read": "open('/etc/hostname').read()",
    "list": "os.listdir('/')",
    "create": "open(sys.argv[1] + '.wal', 'w')",
    "append": "os.open(sys.argv[1], os.O_RDWR)",
    "remove": "os.unlink(sys.argv[1])",
    "chmod": "os.chmod(sys.argv[1], 0o777)",
    "tcp": "socket.socket()",
    "unix": "socket.socket(socket.AF_UNIX)",
    "fork": "os.fork()",
    "exec": "os.execv('/bin/true', ['true'])",
    "kill": "os.kill(os.getppid(), 0)",
    "thread": "_thread.start_new_thread(print, ())",
    "code": "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)",
    "limit": "resource.setrlimit(resource.RLIMIT_NOFILE, (1, 1))",
    "environment": "open('/proc/self/environ').read()",
    "memory": "bytearray(3 << 30)",
}
PROBE = """
import _thread, mmap, os, resource, socket, sys
from pathlib import Path
from blocks.sandbox import child
con, layers = child.confined(Path(sys.argv[1]), ["main"])
assert layers == ["limits", "landlock", "seccomp"], layers
assert con.execute("SELECT count(*) FROM messages").fetchone() == (20000,)
try:
    {probe}
    print("done", flush=True)
except (OSError, MemoryError, RuntimeError, ValueError) as error:
    print("stopped", type(error).__name__, flush=True)
os._exit(0)
"""


@pytest.mark.usefixtures("confining")
@pytest.mark.parametrize("probe", PROBES)
def test_the_system_stops_even_code(ground: Ground, probe: str) -> None:
    """What if a query came to run machine code? Python stands for it here."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(probe=PROBES[probe]), str(ground.file)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.stdout.startswith("stopped"), done


def test_both_architectures_have_a_filter() -> None:
    for machine in seccomp.SECCOMP:
        code = seccomp.program(machine)
        assert len(code) % 8 == 0
        assert len(code) // 8 < 256  # jumps are relative, and a filter may have 4096 steps
        assert code.endswith(seccomp._step(seccomp.RETURN, 0, 0, seccomp.EPERM))
    for column in zip(*seccomp.CALLS.values(), strict=True):
        listed = [number for number in column if number is not None]
        assert len(listed) == len(set(listed))

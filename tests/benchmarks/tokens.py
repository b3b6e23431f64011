"""What one output asks of a model, and whether that grows: `python tests/benchmarks/tokens.py [--days N] [MAILS …]`.

For every capability, on warehouses of 1,000, 20,000 and 200,000 mails (all within the same 90 days, so that each window
of time holds 200 times as much): calls, prompt tokens, wall and CPU seconds to gather without a model, and peak memory.
A server on loopback answers with the smallest value that fits the schema, so what can be asked again is asked again.
A preparation is for the same meeting everywhere.
Ends with 1 where the prompt tokens of the largest are more than 1.5 times those of the smallest.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from blocks.model.endpoint import Endpoint
from context.home import Home
from flows import capability
from flows.shape import Ask
from tests.benchmarks.many import MEETING, build
from tests.flows.test_alike import ABOUT, NAMES, composer

ROOT = Path(__file__).resolve().parents[2]
MOST = 1.5  # times, from the smallest to the largest
LONG = 2.0  # CPU seconds to gather
TABLE = "fb374d419588a4632f3f557e76b4b70aebbca790"  # tiktoken's name in its cache for the table o200k_base
UNKNOWN = "Which meetings began on a prime number of minutes?"  # no metric has it: a query is to be written
WHAT = [(name, name, (ABOUT | {"prep": MEETING}).get(name)) for name in NAMES] + [("ask, in SQL", "ask", UNKNOWN)]


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("mails", type=int, nargs="*", default=[1_000, 20_000, 200_000])
    given.add_argument("--days", type=int, default=90, help="how far back the mails reach")
    given.add_argument("--only", action="append", help="a capability")
    given.add_argument("--one", nargs=4, help=argparse.SUPPRESS)  # a process of its own: home, name, about, address
    chosen = given.parse_args()
    if chosen.one:
        return one(*chosen.one)
    what = [each for each in WHAT if not chosen.only or each[1] in chosen.only]
    found: dict[str, list[Cost]] = {called: [] for called, _, _ in what}
    with answering() as server:
        print(f"tokens: {server.counted}; {chosen.days} days; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        for mails in chosen.mails:
            folder = Path(tempfile.mkdtemp(prefix="steward-tokens-"))
            try:
                home = build(folder / "home", mails, chosen.days)
                for called, name, about in what:
                    found[called].append(measured(server, home, name, about or ""))
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    return report(found, chosen.mails)


@dataclass(frozen=True)
class Cost:
    """What one output took."""

    calls: int
    tokens: int
    wall: float
    cpu: float
    peak: float


def measured(server: "Server", home: Home, name: str, about: str) -> Cost:
    server.prompts.clear()
    done = subprocess.run(
        [sys.executable, __file__, "--one", str(home.root), name, about, server.address],
        check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    wall, cpu, peak = json.loads(done.stdout.splitlines()[-1])
    return Cost(len(server.prompts), sum(server.prompts), wall, cpu, peak)


def one(root: str, name: str, about: str, address: str) -> int:
    """Gather without a model, then once more with one; print what the first took."""
    home = Home(Path(root))
    made, ask = composer(home, name), Ask(about=about or None, dry_run=True)
    wall, cpu = time.perf_counter(), time.process_time()
    capability.gather(home, made, ask)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    status = Path("/proc/self/status").read_text("utf-8").splitlines()
    peak = int(next(line for line in status if line.startswith("VmHWM")).split()[-2]) / 1024
    endpoint = Endpoint(base_url=address, model="smallest", provider="local")
    capability.run(home, composer(home, name), ask, endpoint=endpoint)
    print(json.dumps([wall, cpu, peak]))
    return 0


def report(found: dict[str, list[Cost]], sizes: list[int]) -> int:
    grown, late = [], []
    print(f"{'capability':<13}{'mails':>9}{'calls':>7}{'tokens':>8}{'ratio':>7}{'wall s':>8}{'CPU s':>7}{'MB':>6}")
    for called, costs in found.items():
        for mails, cost in zip(sizes, costs, strict=True):
            ratio = cost.tokens / costs[0].tokens if costs[0].tokens else float(bool(cost.tokens)) * 99
            print(
                f"{called:<13}{mails:>9,}{cost.calls:>7}{cost.tokens:>8,}{ratio:>7.2f}"
                f"{cost.wall:>8.2f}{cost.cpu:>7.2f}{cost.peak:>6.0f}"
            )
        grown += [called] if ratio > MOST else []
        late += [called] if cost.cpu > LONG else []
    print(f"more than {LONG:.0f} s CPU to gather at {sizes[-1]:,} mails: {', '.join(late) or 'none'}")
    print(f"tokens more than {MOST} times those at {sizes[0]:,} mails: {', '.join(grown) or 'none'}")
    return 1 if grown else 0


@dataclass(frozen=True)
class Server:
    """Where the model answers, the tokens of each prompt that came, and how they are counted."""

    address: str
    prompts: list[int]
    counted: str


@contextmanager
def answering() -> Iterator[Server]:
    """Run an OpenAI-compatible server that says as little as a schema lets it."""
    prompts: list[int] = []
    counted, count = counter()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            prompts.append(sum(count(message["content"]) for message in sent["messages"]))
            schema = sent["response_format"]["json_schema"]["schema"]
            text = json.dumps(smallest(schema, schema.get("$defs", {})))
            usage = {"prompt_tokens": prompts[-1], "completion_tokens": count(text)}
            usage["total_tokens"] = sum(usage.values())
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
            body = {"id": "c", "object": "chat.completion", "created": 1, "model": "smallest"}
            whole = json.dumps({**body, "choices": [choice], "usage": usage}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}/v1", prompts, counted)
    finally:
        server.shutdown()
        server.server_close()


def smallest(schema: dict[str, Any], known: dict[str, Any]) -> Any:
    """Return the shortest value that fits a schema."""
    if "$ref" in schema:
        return smallest(known[schema["$ref"].rsplit("/", 1)[-1]], known)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return min(schema["enum"], key=lambda value: len(json.dumps(value)))
    if "anyOf" in schema:
        return min((smallest(each, known) for each in schema["anyOf"]), key=lambda value: len(json.dumps(value)))
    if schema.get("type") == "object":
        return {key: smallest(value, known) for key, value in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [smallest(schema["items"], known)] * schema.get("minItems", 0)
    least = schema.get("minimum", 0)
    simple = {"string": "x" * schema.get("minLength", 0), "integer": least, "number": least, "boolean": True}
    return simple.get(schema["type"])


def counter() -> tuple[str, Callable[[str], int]]:
    """Return how tokens are counted: by tiktoken where its table lies on this machine, else four characters each."""
    cache = os.environ.get("TIKTOKEN_CACHE_DIR")
    if cache and (Path(cache) / TABLE).is_file() and find_spec("tiktoken"):
        import tiktoken

        table = tiktoken.get_encoding("o200k_base")
        return "tiktoken o200k_base", lambda text: len(table.encode(text, disallowed_special=()))
    return "characters / 4", lambda text: -(-len(text) // 4)


if __name__ == "__main__":
    sys.exit(main())

"""The demo as a visitor meets it: two runs, the Prefect UI in a browser, and no word to anybody outside."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.conftest import absent
from tests.engine.watched import AUDIT, CHROMIUM, Watched, foreign, free_port, page

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A demo with its server, from nothing."""
    folder = tmp_path_factory.mktemp("demo")
    watched = Watched(folder / "home", free_port(), folder / "sockets")
    try:
        done = watched.steward("demo", "--port", str(watched.port))
        assert done.returncode == 0, done.stderr + done.stdout
        assert "Brief for Wednesday 25 March 2026" in done.stdout
        assert watched.address in done.stdout
        yield watched
    finally:
        stopped = watched.steward("down")
    assert stopped.returncode == 0, stopped.stderr


@pytest.fixture
def browser() -> None:
    if not Path(CHROMIUM).exists():
        absent("Chromium (Debian's package `chromium`; STEWARD_CHROMIUM names it elsewhere)")


def pictures(name: str) -> str | None:
    """Return where a picture goes, where pictures are wanted."""
    folder = os.environ.get("STEWARD_PICTURES")
    return str(Path(folder) / name) if folder else None


@pytest.mark.row("N9")
def test_a_second_demo_reads_nothing_and_says_the_same(demo: Watched) -> None:
    again = demo.steward("demo")
    assert again.returncode == 0, again.stderr
    assert "nothing new" in again.stdout
    first = demo.steward("brief", "--dry-run").stdout
    assert "Solveig Nyqvist" in first
    assert demo.steward("brief", "--dry-run").stdout == first


@pytest.mark.browser
@pytest.mark.row("D1", "K4")
def test_the_brief_is_started_from_its_form_and_read_in_the_ui(demo: Watched, browser: None) -> None:
    with page(demo) as view:
        view.goto(f"{demo.address}/v2/deployments")
        view.locator("a[href*='/deployments/deployment/']", has_text="brief").first.click()
        view.get_by_role("button", name="Run").first.click()
        view.get_by_text("Custom run").first.click()
        for field in ("day", "as_of", "dry_run", "deliver", "zone"):  # the typed form
            view.get_by_text(f"{field} (Optional)").wait_for()
        if picture := pictures("brief-form.png"):
            view.screenshot(path=picture)
        view.get_by_text("str", exact=True).click()
        view.locator("textarea").fill("Europe/London")
        view.get_by_label("Run Name").fill("from-the-form")
        view.get_by_role("button", name="Submit").click()
        view.get_by_role("link", name="from-the-form").first.click()
        view.get_by_text("Completed").first.wait_for()
        view.get_by_role("tab", name="Artifacts").click()
        view.locator("a[href*='/artifacts/']").first.click()
        view.locator("a[href*='/artifacts/artifact/']").first.click()
        view.get_by_role("heading", name="The day").wait_for()
        text = view.inner_text("body")
        if picture := pictures("brief-ui.png"):
            view.screenshot(path=picture)
    assert "06:00 GMT" in text  # the zone that was typed into the form
    assert "Solveig Nyqvist" in text
    assert re.search(r"steward why \w+", text)


class Listener(HTTPServer):
    """Counts which paths are fetched."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hit)
        self.paths: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Hit(BaseHTTPRequestHandler):
    server: Listener

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


ARTIFACTS = """
import json, sys
from pathlib import Path
from blocks import engine
from context.home import Home
engine.configure(Home.open())
from prefect.artifacts import create_markdown_artifact
from flows.output import Line
from flows.render import markdown
from tests.flows.documents import output
texts = json.loads(Path(sys.argv[1]).read_text())
print(create_markdown_artifact("\\n\\n".join(texts), key="raw"))
print(create_markdown_artifact(markdown.render(output(*(Line(text=text, url=text) for text in texts))), key="rendered"))
"""


@pytest.mark.browser
@pytest.mark.row("T8")
def test_the_ui_fetches_nothing_of_what_is_rendered(
    demo: Watched, browser: None, attacks: Path, tmp_path: Path
) -> None:
    listener = Listener()
    address = f"http://127.0.0.1:{listener.server_port}"
    rows = [json.loads(row)["text"] for row in (attacks / "egress_vectors.jsonl").read_text("utf-8").splitlines()]
    texts = [text.replace("{LISTENER}", address).replace("127.0.0.1:18777", address[7:]) for text in rows]
    (tmp_path / "texts.json").write_text(json.dumps(texts))
    made = demo.python("-c", ARTIFACTS, str(tmp_path / "texts.json"))
    assert made.returncode == 0, made.stderr
    raw, rendered = made.stdout.split()
    fetched: dict[str, set[str]] = {}
    links: list[str] = []
    with page(demo) as view:
        for name, artifact in (("rendered", rendered), ("raw", raw)):
            listener.paths.clear()
            view.goto(f"{demo.address}/v2/artifacts/artifact/{artifact}")
            view.wait_for_timeout(3_000)
            fetched[name] = set(listener.paths)
            if name == "rendered":
                view.get_by_role("heading", name="The day").wait_for()
                links = view.locator("main a").evaluate_all("found => found.map(one => one.href)")
    listener.shutdown()
    print(f"fetched: raw {len(fetched['raw'])}, rendered {len(fetched['rendered'])}")
    assert fetched["rendered"] == set()
    assert len(fetched["raw"]) >= 5, "the control fetched too little: the page did not render it"
    assert [link for link in links if address in link or "evil" in link] == []


def test_the_watch_sees_an_outgoing_connection(tmp_path: Path) -> None:
    log = tmp_path / "sockets"
    environment = {**os.environ, "PYTHONPATH": str(AUDIT), "STEWARD_SOCKETS": str(log)}
    program = (
        "import socket\ns = socket.socket()\ns.settimeout(0.01)\ntry: s.connect(('192.0.2.1', 9))\nexcept OSError: pass"
    )
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    assert foreign(log) == ["192.0.2.1"]


@pytest.mark.row("T10", "T13")
def test_a_whole_demo_speaks_to_nobody_outside(demo: Watched) -> None:
    """Last in this file: the server, its runs and every command above were watched."""
    done = demo.steward("doctor")
    assert done.returncode == 0, done.stdout
    assert "socket.connect" in demo.log.read_text("utf-8")  # the commands and runs did speak to the server
    assert demo.foreign() == []

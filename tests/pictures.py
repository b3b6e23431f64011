"""Take the README's pictures of the terminal and of Slack: `python -m tests.pictures FOLDER`, with STEWARD_HOME a demo.

The Prefect UI's picture is taken by the browser test. Slack itself cannot run here: the npm package slack-blocks-to-jsx
draws the blocks (a folder with it and react is named by STEWARD_NODE_MODULES).
"""

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from blocks.ledger import Ledger
from context.home import Home
from flows import archive
from flows.output import Output
from flows.render import slack, terminal

CHROMIUM = os.environ.get("STEWARD_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
MONO = "body{margin:0;background:#191919;padding:18px}pre{margin:0;font:15px/1.45 'DejaVu Sans Mono',monospace}"
# Pictures of what a command prints: file name → words behind `steward`.
SHOWN = {
    "plan-terminal": "plan",
    "triage-terminal": "triage",
    "review-terminal": "review",
    "prep-terminal": "prep",
    "ask-terminal": "ask How many hours of meetings did I have last week?",
}
SLACK = """
const React = require("react"), fs = require("fs");
const { renderToStaticMarkup } = require("react-dom/server");
import("slack-blocks-to-jsx").then(({ Message }) => {
  const blocks = JSON.parse(fs.readFileSync(0, "utf8"));
  const logo = "data:image/svg+xml," + encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" rx="6" fill="#175cd3"/>' +
    '<path d="M10 24c4 3 16 3 16-3 0-7-14-3-14-9 0-4 8-5 12-2" fill="none" stroke="#fff" stroke-width="3.4"/></svg>');
  const css = fs.readFileSync(require.resolve("slack-blocks-to-jsx/dist/style.css"), "utf8");
  const time = new Date(+process.argv[2]);
  const page = renderToStaticMarkup(React.createElement(Message, { blocks, logo, name: "Steward", time }));
  process.stdout.write(`<meta charset=utf-8><style>${css}
    body{width:780px;margin:16px;font-family:Lato,'DejaVu Sans',sans-serif;font-size:15px}</style>${page}`);
});
"""


def latest(home: Home) -> Output:
    """Return the newest brief of the home. Raises SystemExit where there is none."""
    with Ledger.open(home) as ledger:
        made = ledger.outputs.latest("brief")
    if made is None:
        raise SystemExit("there is no brief in this home: run `steward demo` first")
    return archive.load(home.outputs / made.path).output


def terminal_page(words: str, text: str) -> str:
    """Return a page that shows what a command line printed, with its colours."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=104, file=nowhere)
        console.print(Text(f"$ steward {words}\n", style="bold green"))
        console.print(Text.from_ansi(text))
        body = console.export_html(theme=DIMMED_MONOKAI, inline_styles=True, code_format="<pre>{code}</pre>")
    return f"<!doctype html><meta charset=utf-8><style>{MONO}pre{{color:#d9d9d9}}</style>{body}"


def printed(*words: str) -> str:
    """Return what the command line prints at a terminal of 104 columns."""
    command = [sys.executable, "-m", "deployments.cli", *words]
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 200, 104, 0, 0))
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=subprocess.DEVNULL, close_fds=True) as run:
        os.close(slave)
        parts = []
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            parts.append(part)
        run.wait()
    os.close(master)
    return b"".join(parts).decode("utf-8").replace("\r\n", "\n")


def slack_page(output: Output) -> str:
    modules = Path(os.environ["STEWARD_NODE_MODULES"])
    blocks = json.dumps(slack.render(output)[0].blocks)
    program = modules.parent / "draw-slack.cjs"  # node resolves packages from where the program stands
    program.write_text(SLACK)
    command = ["node", str(program), str(int(output.made.timestamp() * 1000))]
    return subprocess.run(command, input=blocks, capture_output=True, text=True, check=True).stdout


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    output = latest(Home.open())
    pages = {
        "brief-terminal": (terminal_page("brief", terminal.render(output, width=104, color=True)), 1000),
        **{name: (terminal_page(words, printed(*words.split(maxsplit=1))), 1000) for name, words in SHOWN.items()},
        "brief-slack": (slack_page(output), 820),
    }
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, (page, width) in pages.items():
            view = browser.new_page(viewport={"width": width, "height": 200})
            view.set_content(page)
            view.screenshot(path=folder / f"{name}.png", full_page=True)
            print(folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()

"""`steward connect slack`: tried before it is saved, the token nowhere but in its encrypted block."""

import os
import subprocess
import sys

import pytest
from pytest_httpserver import HTTPServer

from context.home import Home
from tests.servers.slack import TOKEN, FakeSlack


def steward(*arguments: str, token: str | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"STEWARD_SLACK_TOKEN": token} if token else {})}
    command = [sys.executable, "-m", "deployments.cli", *arguments]
    return subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, timeout=120)


@pytest.mark.row("D2", "T10")
def test_a_tested_token_is_saved_encrypted(home: Home, httpserver: HTTPServer) -> None:
    fake = FakeSlack(httpserver)
    done = steward("connect", "slack", "--channel", "D1", "--api", fake.url, token=TOKEN)
    assert done.returncode == 0, done.stderr
    assert "Harbour as steward" in done.stdout
    holding = [path for path in home.root.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    assert holding == []
    read = subprocess.run(
        [
            sys.executable,
            "-c",
            "from context.home import Home\nfrom blocks import engine\nhome = Home.open()\nwith engine.session(home):\n"
            "    from blocks.slack import Slack\n    block = Slack.get('slack')\n"
            "    print(block.channel, block.token, block.token.get_secret_value())",
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert read.stdout.split() == ["D1", "**********", TOKEN], read.stderr


@pytest.mark.parametrize(
    ("arguments", "token", "code", "said"),
    [
        ((), TOKEN, 2, "--channel"),
        (("--channel", "D1"), "xoxp-user", 2, "xoxb-"),
        (("--channel", "D1"), "xoxb-wrong", 5, "invalid_auth"),
    ],
)
def test_what_is_wrong_is_one_line(
    home: Home, httpserver: HTTPServer, arguments: tuple[str, ...], token: str, code: int, said: str
) -> None:
    fake = FakeSlack(httpserver)
    done = steward("connect", "slack", *arguments, "--api", fake.url, stdin=token + "\n")
    assert done.returncode == code
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert token not in done.stderr

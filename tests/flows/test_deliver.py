"""Archive and delivery: everything kept, everything sent exactly once."""

import gzip
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from blocks.ledger import Delivery, Ledger
from blocks.slack import Slack, UnsettledError, check
from context.errors import InputError, RefusedError, SourceError
from context.home import Home
from flows import archive
from flows.deliver import Channel, deliver, retry
from flows.output import Footer, Line, Output, Section
from flows.render import slack
from tests.conftest import absent
from tests.flows.documents import MADE, output
from tests.servers.slack import TOKEN, FakeSlack


@pytest.fixture
def server(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> FakeSlack:
    fake = FakeSlack(httpserver)
    block = Slack(token=TOKEN, channel="D1", base_url=fake.url)
    monkeypatch.setattr(Slack, "get", lambda name: block)
    return fake


def archived(home: Home, document: Output) -> None:
    path = archive.save(home, document, pack="the pack", prompt="the prompt", prompt_hash="h1")
    with Ledger.open(home) as ledger:
        relative = str(path.relative_to(home.outputs))
        ledger.outputs.record(document.footer.run, "brief", document.subject, MADE, "v1", relative, dry=False)


def states(home: Home, run: str = "run-1") -> list[str]:
    with Ledger.open(home) as ledger:
        return [item.state for item in ledger.deliveries.of(run)]


@pytest.mark.row("D3", "D5", "T10")
def test_archive_keeps_what_made_the_output(home: Home) -> None:
    document = output(Line(text="Two meetings"))
    path = archive.save(home, document, pack="the pack", prompt="the prompt", prompt_hash="h1")
    saved = archive.load(path)
    assert (saved.output, saved.pack, saved.prompt, saved.prompt_hash) == (document, "the pack", "the prompt", "h1")
    files = sorted(path.parent.iterdir())
    assert [file.suffix for file in files] == [".html", ".json", ".md"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert archive.save(home, document) == path
    assert len(list(path.parent.iterdir())) == 3


def test_archive_names_what_is_wrong(home: Home) -> None:
    with pytest.raises(InputError, match="not in the archive"):
        archive.load(home.outputs / "none.json")
    damaged = home.outputs / "x.json"
    damaged.write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        archive.load(damaged)


@pytest.mark.row("D2", "D4")
def test_slack_is_posted_once_with_unfurling_off(home: Home, server: FakeSlack) -> None:
    document = output(Line(text="Two <b>meetings</b> & more"))
    archived(home, document)
    assert [item.state for item in deliver(home, document, [Channel.SLACK])] == ["sent"]
    assert [item.state for item in deliver(home, document, [Channel.SLACK])] == ["sent"]
    assert len(server.posted) == 1
    post = server.posted[0]
    assert (post["unfurl_links"], post["unfurl_media"]) == (False, False)
    assert post["metadata"] == {
        "event_type": "steward_output",
        "event_payload": {"run": "run-1", "kind": "brief", "part": 0},
    }
    assert "<" not in post["text"]


@pytest.mark.row("D4")
@pytest.mark.parametrize("fault", ["lost", "lost:fatal_error"])
def test_a_post_whose_answer_was_lost_is_not_repeated(home: Home, server: FakeSlack, fault: str) -> None:
    document = output()
    archived(home, document)
    server.faults = [fault]
    assert [item.state for item in deliver(home, document, [Channel.SLACK])] == ["unknown"]
    assert [item.state for item in retry(home)] == ["sent"]
    assert len(server.posted) == 1
    assert retry(home) == []


@pytest.mark.row("D4")
def test_a_refused_post_is_visible_and_retried(home: Home, server: FakeSlack) -> None:
    document = output()
    archived(home, document)
    server.faults = ["channel_not_found"]
    (first,) = deliver(home, document, [Channel.SLACK])
    assert (first.state, server.posted) == ("failed", [])
    assert "channel_not_found" in str(first.error)
    assert [item.state for item in retry(home)] == ["sent"]
    assert len(server.posted) == 1


@pytest.mark.row("D4")
def test_an_output_that_is_gone_does_not_keep_the_others(home: Home, server: FakeSlack) -> None:
    gone, document = output(footer=Footer(run="run-0")), output()
    server.faults = ["channel_not_found", "channel_not_found"]
    for each in (gone, document):
        archived(home, each)
        deliver(home, each, [Channel.SLACK])
    archive.stem(home, gone).with_name(f"{archive.stem(home, gone).name}.json").unlink()
    assert [(item.run, item.state) for item in retry(home)] == [("run-0", "failed"), ("run-1", "sent")]


@pytest.mark.row("D4")
def test_a_thread_that_broke_off_is_continued(home: Home, server: FakeSlack) -> None:
    lines = tuple(Line(text=f"{number} " + "word " * 120) for number in range(120))
    document = output(sections=(Section(title="Long", lines=lines),))
    total = len(slack.render(document))
    assert total > 4
    archived(home, document)
    server.faults = ["", "", "lost"]
    assert [item.state for item in deliver(home, document, [Channel.SLACK])] == ["unknown"]
    assert [item.state for item in retry(home)] == ["sent"]
    parts = [post["metadata"]["event_payload"]["part"] for post in server.posted]
    assert parts == list(range(total))
    root = server.posted[0]["ts"]
    assert {post.get("thread_ts") for post in server.posted} == {None, root}


def test_a_rate_limit_is_waited_for(home: Home, server: FakeSlack) -> None:
    document = output()
    archived(home, document)
    server.faults = ["429", "429"]
    assert [item.state for item in deliver(home, document, [Channel.SLACK])] == ["sent"]
    assert server.calls.count("chat.postMessage") == 3
    assert len(server.posted) == 1


CRASH = """
import os, sys
from context.home import Home
from flows import archive, deliver
from blocks.slack import Slack
block = Slack(token=sys.argv[1], channel="D1", base_url=sys.argv[2])
Slack.get = classmethod(lambda cls, name: block)
post = Slack.post
def die(self, *given, **named):
    if sys.argv[4] == "after":
        post(self, *given, **named)
    os.kill(os.getpid(), 9)
Slack.post = die
from pathlib import Path
deliver.deliver(Home.open(), archive.load(Path(sys.argv[3])).output, [deliver.Channel.SLACK])
"""


@pytest.mark.row("D4")
@pytest.mark.kill
@pytest.mark.parametrize("when", ["before", "after"])
def test_kill_around_the_post_sends_once(
    home: Home, server: FakeSlack, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = output()
    archived(home, document)
    path = next(home.outputs.rglob("*.json"))
    done = subprocess.run(
        [sys.executable, "-c", CRASH, TOKEN, server.url, str(path), when], env={**os.environ}, cwd=Path.cwd()
    )
    assert done.returncode == -9
    assert len(server.posted) == (1 if when == "after" else 0)
    assert states(home) == ["pending"]
    assert [item.state for item in retry(home)] == ["pending"]  # the other process may be alive
    monkeypatch.setattr("flows.deliver.ALIVE", timedelta(0))
    assert [item.state for item in retry(home)] == ["sent"]
    assert len(server.posted) == 1


def test_old_news_is_not_sent_again(home: Home, server: FakeSlack) -> None:
    document = output()
    archived(home, document)
    server.faults = ["channel_not_found"]
    deliver(home, document, [Channel.SLACK])
    assert retry(home, within=timedelta(0)) == []
    assert server.posted == []


def test_a_wrong_token_names_the_way_out(server: FakeSlack) -> None:
    with pytest.raises(SourceError, match="connect slack"):
        Slack(token="xoxb-wrong", channel="D1", base_url=server.url).test()
    assert Slack(token=TOKEN, channel="D1", base_url=server.url).test() == "Harbour as steward"


def test_nobody_there_is_unsettled() -> None:
    block = Slack(token=TOKEN, channel="D1", base_url="http://127.0.0.1:9/api/")
    with pytest.raises(UnsettledError):
        block.post(slack.render(output()), run="r", kind="brief")


@pytest.mark.row("T8")
@pytest.mark.parametrize(
    "block",
    [
        {"type": "image", "image_url": "https://evil.example/x.png", "alt_text": "x"},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<https://evil.example|pay>"}},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]}],
        },
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "link", "url": "https://evil.example/"}]}],
        },
        {"type": "actions", "elements": []},
        {"no": "type"},
    ],
)
def test_the_broker_refuses_what_steward_never_sends(block: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        check(slack.Message(text="x", blocks=[block]), ["https://git.example.com/1"])
    with pytest.raises(RefusedError):
        check(slack.Message(text="<!channel>", blocks=[]), [])


def shapes(sample: Any, answer: Any, path: str = "") -> list[str]:
    """Return where an answer has a field that the sample has not, or another type."""
    if isinstance(answer, dict) and isinstance(sample, dict):
        if not sample:  # an open object: metadata payloads are the sender's own
            return []
        extra = [f"{path}.{key}" for key in answer if key not in sample]
        return extra + [w for key in answer if key in sample for w in shapes(sample[key], answer[key], f"{path}.{key}")]
    if isinstance(answer, list) and isinstance(sample, list):
        return [wrong for item in answer for wrong in shapes(sample[0], item, f"{path}[]")] if sample else []
    return [] if type(answer) is type(sample) else [f"{path}: {type(answer).__name__}"]


def test_the_fake_answers_as_slack_publishes(contracts: Path, server: FakeSlack) -> None:
    block = Slack(token=TOKEN, channel="D1", base_url=server.url)
    block.post(slack.render(output()), run="r", kind="brief")
    client = block.client()
    root = server.posted[0]["ts"]
    answers = {
        "auth.test": client.auth_test().data,
        "chat.postMessage": client.chat_postMessage(
            channel="D1", text="x", metadata={"event_type": "e", "event_payload": {}}
        ).data,
        "conversations.history": client.conversations_history(channel="D1", include_all_metadata=True).data,
        "conversations.replies": client.conversations_replies(channel="D1", ts=root, include_all_metadata=True).data,
    }
    for method, answer in answers.items():
        plain = contracts / "slack" / f"api__{method}.json"
        packed = contracts / "slack" / f"api__{method}.json.gz"
        sample = json.loads(plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes()))
        assert isinstance(answer, dict)
        assert shapes(sample, answer) == [], method


def test_blocks_satisfy_slacks_own_types(tmp_path: Path) -> None:
    """The blocks compile against @slack/types under `tsc --strict`."""
    modules = Path(os.environ.get("STEWARD_NODE_MODULES", ""))
    if not (modules / "@slack/types").is_dir() or not (modules / "typescript").is_dir():
        absent("@slack/types and typescript (npm; a folder named by STEWARD_NODE_MODULES)")
    (tmp_path / "node_modules").symlink_to(modules)
    blocks = [block for message in slack.render(output(Line(text="x", facts=("m1",)))) for block in message.blocks]
    source = 'import type { KnownBlock } from "@slack/types";\nexport const blocks: KnownBlock[] = '
    (tmp_path / "blocks.ts").write_text(source + json.dumps(blocks) + ";\n")
    command = [
        "node",
        str(modules / "typescript/bin/tsc"),
        "--strict",
        "--noEmit",
        "--skipLibCheck",
        "--types",
        "",
        "blocks.ts",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_delivery_is_apart_from_the_run(home: Home, server: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    """One channel that fails does not stop the other, and both are recorded."""
    document = output()
    archived(home, document)
    server.faults = ["channel_not_found"]
    monkeypatch.setattr("flows.deliver._artifact", lambda output: "artifact-1")
    made: list[Delivery] = deliver(home, document, [Channel.SLACK, Channel.ARTIFACT])
    assert [(item.channel, item.state) for item in made] == [("slack", "failed"), ("artifact", "sent")]
    assert made[1].claimed_at <= datetime.now(UTC)

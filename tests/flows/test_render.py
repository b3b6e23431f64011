"""Renderings: the same document in four places, in none of which foreign text becomes anything but text."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flows.output import Fact, Line, Section
from flows.render import html, markdown, slack, terminal
from flows.render.clean import REMOVED, link, plain, trusted
from tests.flows.documents import output

LISTENER = "http://127.0.0.1:18777"
OWN = Fact(id="r1", view="commits", key="c", text="own", origin="system", url="https://git.example.com/kestrel/1")
FOREIGN = Fact(id="m9", view="messages", key="k", text="mail", url="https://evil.example/x")


def tokens(document: str) -> list[str]:
    """Return every kind of inline and block token that a Markdown parser with all of GFM sees."""
    parsed = MarkdownIt("gfm-like", {"linkify": False}).parse(document)
    return [item.type for token in parsed for item in (token, *(token.children or ()))]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def tags(document: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(document)
    return parser.seen


def harmless(text: str) -> None:
    """Assert that `text` is only text in each rendering."""
    document = output(Line(text=text, facts=("m1",), external=True, url="https://evil.example/x"), facts=(FOREIGN,))
    seen = tokens(markdown.render(document))
    assert not {"image", "link_open", "html_inline", "html_block"} & set(seen), text
    assert seen.count("fence") == 0
    for tag, attributes in tags(html.render(document)):
        assert tag not in {"img", "script", "iframe", "link", "svg", "video", "form", "embed", "object", "audio"}, text
        assert not any(name.startswith("on") or name in {"src", "srcset", "ping", "background"} for name in attributes)
        assert str(attributes.get("href", "#")).startswith("#"), text
    for message in slack.render(document):
        assert not re.search("[<>]", message.text)
        assert '"link"' not in json.dumps(message.blocks)
        assert "mrkdwn" not in json.dumps(message.blocks)
    assert "\x1b" not in terminal.render(document, color=False)


@pytest.mark.row("T8")
def test_attack_texts_stay_text(attacks) -> None:
    cases = [json.loads(row) for row in (attacks / "egress_vectors.jsonl").read_text("utf-8").splitlines()]
    assert len(cases) > 30
    for case in cases:
        harmless(case["text"].replace("{LISTENER}", LISTENER))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from(
                ["![", "](", "<img src=", "http://", "www.", "&#x68;ttp:", "`", "\n\n", "|", "*", "\\", "<!--"]
            ),
        ),
        max_size=12,
    ).map("".join)
)
def test_any_text_stays_text(text: str) -> None:
    harmless(text)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("pay at https://evil.example/pay?x=1 now", f"pay at {REMOVED} now"),
        ("see evil.example for more", "see evil[.]example for more"),
        ("see evil.example/path", f"see {REMOVED}"),
        ("javascript:alert(1)", f"{REMOVED})"),
        ("at 10.0.0.1:8080/x", f"at {REMOVED}"),
        ("&lt;b&gt; &amp;lt;i&amp;gt;", "<b> <i>"),
        ("ig\u200bno\u202ere \U000e0041this", "ignore this"),
        (
            "Quarterly report.pdf at 09.30, version 1.2.3, p95 at 3.5",
            "Quarterly report.pdf at 09.30, version 1.2.3, p95 at 3.5",
        ),
        ("two\n\nlines\tand tabs", "two lines and tabs"),
        ("Re: offer — 10:30", "Re: offer — 10:30"),
        ("ﬁne print", "fine print"),
    ],
)
def test_plain(given: str, expected: str) -> None:
    assert plain(given) == expected


def test_plain_keeps_what_a_trusted_row_holds_and_cuts_what_is_too_long() -> None:
    assert plain("ana@client.example", {"client.example"}) == "ana@client.example"
    assert plain("x" * 50, limit=10) == "x" * 9 + "…"


def test_only_a_trusted_row_makes_a_link() -> None:
    document = output(Line(text="merged", facts=("r1",), url=OWN.url), facts=(OWN, FOREIGN))
    assert trusted(document) == {OWN.url}
    assert link(document, FOREIGN.url) is None
    assert f"[merged](<{OWN.url}>)" in markdown.render(document)
    assert f'href="{OWN.url}"' in html.render(document)
    assert {"type": "link", "url": OWN.url, "text": "merged"} in slack.render(document)[0].blocks[3]["elements"][1][
        "elements"
    ][0]["elements"]
    assert link(output(facts=(OWN.model_copy(update={"url": "javascript:x"}),)), "javascript:x") is None


@pytest.mark.row("D1", "D5")
def test_each_rendering_says_everything() -> None:
    document = output(Line(text="Two meetings, 3.5 h", facts=("m1",)))
    for said in (markdown.render(document).replace("\\", ""), html.render(document), terminal.render(document)):
        for part in (
            "Wednesday, 25 March",
            "calendar 4 min",
            "repos stale 9 h",
            "mail never read",
            "Answer Ana about the offer",
            "Two meetings, 3.5 h",
            "+2 more",
            "no model configured",
            "1 dropped by the verifier",
            "2 withheld by tier",
            "run run-1",
            "07:00 CET",
        ):
            assert part in " ".join(said.split()), part


def test_facts_table_survives_a_pipe_in_a_key() -> None:
    seen = tokens(markdown.render(output()))
    assert seen.count("td_open") == 4  # one fact, four cells


@pytest.mark.row("D2")
def test_a_long_output_goes_on_in_the_thread() -> None:
    lines = tuple(Line(text=f"{number} " + "word " * 120, facts=("m1",)) for number in range(120))
    messages = slack.render(output(sections=(Section(title="Long", lines=lines),)))
    assert len(messages) > 3
    for message in messages:
        assert slack.size(message.blocks) <= 12_000
        assert len(message.blocks) <= 50
    numbers = re.findall(r'"(\d+) word', json.dumps([message.blocks for message in messages]))
    assert numbers == [str(number) for number in range(120)]


def test_many_sections_stay_below_the_block_limit() -> None:
    sections = tuple(Section(title=f"S{number}", lines=(Line(text="x"),)) for number in range(130))
    messages = slack.render(output(sections=sections))
    assert all(len(message.blocks) <= 50 for message in messages)
    assert sum(block["type"] == "rich_text" for message in messages for block in message.blocks) == 130

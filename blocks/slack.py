"""Slack: how to post an output to the owner, exactly once, and how to edit one that lasts where it stands.

Only rate limits are retried: the SDK's default handler for broken connections sends a message again that had arrived.
What became of a post that broke is found out by its metadata instead (https://docs.slack.dev/messaging/message-metadata).
"""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol

from pydantic import Field, SecretStr
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.web import SlackResponse

from blocks.handle import Handle
from context.errors import InputError, RefusedError, SourceError

EVENT = "steward_output"
TIMEOUT = 30  # seconds for one call
# What Steward may send. Foreign text stands in plain_text objects and rich-text `text` elements: Slack parses neither.
ALLOWED = {
    "header": {"text"},
    "context": {"elements"},
    "rich_text": {"elements"},
    "rich_text_section": {"elements"},
    "rich_text_list": {"elements", "style"},
    "plain_text": {"text", "emoji"},
    "text": {"text", "style"},
    "link": {"url", "text"},
}
REVOKED = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}

# Slack's own words for these: "It's possible some aspect of the operation succeeded before the error was raised."
GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}
UNSURE = {"no answer", "fatal_error", "internal_error", "request_timeout", "service_unavailable"}


class UnsettledError(SourceError):
    """A request left and no answer came: what it asked for may have happened."""


class GoneError(SourceError):
    """A message can no longer be edited: it was deleted, or the workspace does not allow it."""


class Message(Protocol):
    """A message to post: notification text and blocks."""

    @property
    def text(self) -> str: ...

    @property
    def blocks(self) -> list[dict[str, Any]]: ...


class Slack(Handle):
    """A bot that may post to one channel (scopes: chat:write, and channels:history or im:history to look back)."""

    _block_type_name: ClassVar[str | None] = "Slack"
    _block_type_slug: ClassVar[str | None] = "steward-slack"

    token: SecretStr = Field(description="Bot token, beginning with xoxb-")
    channel: str = Field(description="Id of the channel or direct message, beginning with C or D")
    base_url: str = "https://slack.com/api/"

    def client(self) -> WebClient:
        return WebClient(
            token=self.token.get_secret_value(),
            base_url=self.base_url,
            timeout=TIMEOUT,
            retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=3)],
        )

    def test(self) -> str:
        """Return the workspace and bot name of the token. Raises SourceError where Slack refuses it."""
        answer = self._call("auth.test")
        return f"{answer.get('team')} as {answer.get('user')}"

    def post(
        self,
        messages: Sequence[Message],
        *,
        run: str,
        kind: str,
        links: Collection[str] = (),
        since: datetime | None = None,
        about: str | None = None,
        ref: str | None = None,
    ) -> str:
        """Post the first message and the others into its thread; return the first one's timestamp (its id).

        `run` and `kind` mark each message. `since` says that an earlier attempt began then: whatever of it arrived is
        found by its mark and not posted again. `links` are the addresses that may be linked.

        `about` makes the messages last: they are marked with it, and where such a one stands already (at the timestamp
        `ref`, or found by its mark) it is edited. One that can no longer be edited is posted anew.
        Raises RefusedError for blocks that Steward must not send; SourceError where Slack refuses, and nothing is out;
        UnsettledError where some of it may be out.
        """
        for message in messages:
            check(message, links)
        told = {"kind": kind, "about": about} if about else {"kind": kind, "run": run}
        posted = {0: ref} if ref else self._posted(told, since) if since else {}
        if ref and len(messages) > 1:
            posted |= self._replies(told, ref)
        thread = posted.get(0)
        for part, message in enumerate(messages):
            mark = {"event_type": EVENT, "event_payload": {**told, "run": run, "part": part}}
            try:
                if part in posted and about:
                    self._edit(message, mark, posted[part])
                elif part not in posted:
                    thread = self._post(message, mark, thread)
            except GoneError:
                if part:
                    raise
                return self.post(messages, run=run, kind=kind, links=links, about=about)
            except SourceError as error:
                if thread is None:
                    raise
                raise UnsettledError(error.what, error.mend) from error
        if thread is None:
            raise InputError("an output without a message cannot be posted")
        return thread

    def _post(self, message: Message, mark: dict[str, Any], thread: str | None) -> str:
        answer = self._call(
            "chat.postMessage",
            channel=self.channel,
            text=message.text,
            blocks=message.blocks,
            metadata=mark,
            unfurl_links=False,
            unfurl_media=False,
            **({"thread_ts": thread} if thread else {}),
        )
        return thread or str(answer["ts"])

    def _edit(self, message: Message, mark: dict[str, Any], at: str) -> None:
        """Replace what a message says, and its mark (https://docs.slack.dev/reference/methods/chat.update)."""
        self._call("chat.update", channel=self.channel, ts=at, text=message.text, blocks=message.blocks, metadata=mark)

    def _posted(self, told: dict[str, str], since: datetime) -> dict[int, str]:
        """Return which parts that bear the mark `told` have arrived since then (part → timestamp)."""
        oldest = f"{since.timestamp() - 60:.6f}"  # a minute for clocks that differ
        found = self._marked("conversations.history", told, oldest=oldest)
        return found | self._replies(told, found[0]) if 0 in found else found

    def _replies(self, told: dict[str, str], thread: str) -> dict[int, str]:
        return self._marked("conversations.replies", told, ts=thread)

    def _marked(self, method: str, told: dict[str, str], **where: str) -> dict[int, str]:
        """Return the messages that bear the mark, by part; of two the one that comes first."""
        found: dict[int, str] = {}
        cursor = ""
        while True:
            page = self._call(
                method,
                channel=self.channel,
                limit=200,
                include_all_metadata=True,
                **where,
                **({"cursor": cursor} if cursor else {}),
            )
            for message in page.get("messages", []):
                mark = message.get("metadata") or {}
                payload = mark.get("event_payload") or {}
                if mark.get("event_type") == EVENT and told.items() <= payload.items():
                    found.setdefault(int(payload.get("part", 0)), str(message["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return found

    def _call(self, method: str, **arguments: Any) -> dict[str, Any]:
        try:
            # Only methods that write take JSON; the others want form fields (https://docs.slack.dev/apis/web-api).
            written = method.startswith("chat.")
            answer = self.client().api_call(
                method, json=arguments if written else None, params=None if written else arguments
            )
        except SlackApiError as error:
            code = _code(error)
            if code in UNSURE:
                raise UnsettledError(
                    f"Slack broke off {method}: {code}", "the delivery is tried again later"
                ) from error
            if code in GONE:
                raise GoneError(f"Slack refused {method}: {code}", "see `steward doctor`") from error
            mend = "run `steward connect slack` with a new token" if code in REVOKED else "see `steward doctor`"
            raise SourceError(f"Slack refused {method}: {code}", mend) from error
        except (SlackClientError, OSError) as error:
            raise UnsettledError(f"Slack did not answer {method}", "the delivery is tried again later") from error
        data = answer.data
        return data if isinstance(data, dict) else {}


def _code(error: SlackApiError) -> str:
    """Return Slack's name of the error; what is no such name (a gateway's page) was not said by Slack."""
    answer = error.response
    code = str(answer.get("error")) if isinstance(answer, (dict, SlackResponse)) else ""
    return code if re.fullmatch(r"[a-z][a-z_]*", code) else "no answer"


def check(message: Message, links: Collection[str]) -> None:
    """Raise RefusedError unless the message holds only what Steward may send: no image, no mrkdwn, no foreign link."""
    if any(sign in message.text for sign in "<>"):
        raise RefusedError("a Slack message's text holds an unescaped angle bracket")
    _check(message.blocks, frozenset(links))


def _check(node: Any, links: frozenset[str]) -> None:
    if isinstance(node, list):
        for item in node:
            _check(item, links)
    elif isinstance(node, dict) and "type" in node:
        kind = node["type"]
        if kind not in ALLOWED or not set(node) - {"type"} <= ALLOWED[kind]:
            raise RefusedError(f"a Slack message holds a {kind} element that Steward never sends")
        if kind == "link" and node["url"] not in links:
            raise RefusedError("a Slack message links to an address that no trusted row holds")
        for key in ("text", "elements"):
            if isinstance(node.get(key), (dict, list)):
                _check(node[key], links)
    else:
        raise RefusedError("a Slack message holds an element without a type")

"""Slack: how to post an output to the owner, exactly once.

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
UNSURE = {"no answer", "fatal_error", "internal_error", "request_timeout", "service_unavailable"}


class UnsettledError(SourceError):
    """A request left and no answer came: what it asked for may have happened."""


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
    ) -> str:
        """Post the first message and the others into its thread; return the first one's timestamp (its id).

        `run` and `kind` mark each message. `since` says that an earlier attempt began then: whatever of it arrived is
        found by its mark and not posted again. `links` are the addresses that may be linked.
        Raises RefusedError for blocks that Steward must not send; SourceError where Slack refuses, and nothing is out;
        UnsettledError where some of it may be out.
        """
        for message in messages:
            check(message, links)
        posted = self._posted(run, kind, since) if since else {}
        thread = posted.get(0)
        for part, message in enumerate(messages):
            if part in posted:
                continue
            mark = {"event_type": EVENT, "event_payload": {"run": run, "kind": kind, "part": part}}
            try:
                thread = self._post(message, mark, thread)
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

    def _posted(self, run: str, kind: str, since: datetime) -> dict[int, str]:
        """Return which parts of this run have arrived (part → timestamp)."""
        found: dict[int, str] = {}
        oldest = f"{since.timestamp() - 60:.6f}"  # a minute for clocks that differ

        def collect(method: str, **where: str) -> None:
            cursor = ""
            while True:
                page = self._call(
                    method,
                    channel=self.channel,
                    oldest=oldest,
                    limit=200,
                    include_all_metadata=True,
                    **where,
                    **({"cursor": cursor} if cursor else {}),
                )
                for message in page.get("messages", []):
                    mark = message.get("metadata") or {}
                    told = mark.get("event_payload") or {}
                    if mark.get("event_type") == EVENT and told.get("run") == run and told.get("kind") == kind:
                        found.setdefault(int(told.get("part", 0)), str(message["ts"]))
                cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
                if not cursor:
                    return

        collect("conversations.history")
        if 0 in found:
            collect("conversations.replies", ts=found[0])
        return found

    def _call(self, method: str, **arguments: Any) -> dict[str, Any]:
        try:
            # Only methods that write take JSON; the others want form fields (https://docs.slack.dev/apis/web-api).
            written = method == "chat.postMessage"
            answer = self.client().api_call(
                method, json=arguments if written else None, params=None if written else arguments
            )
        except SlackApiError as error:
            code = _code(error)
            if code in UNSURE:
                raise UnsettledError(
                    f"Slack broke off {method}: {code}", "the delivery is tried again later"
                ) from error
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

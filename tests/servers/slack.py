"""A Slack on loopback: the methods that Steward calls, with metadata, threads, edits, paging, limits and faults.

Its answers hold only fields that Slack's published samples hold, of the same types (test_slack_contract checks it).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

PAGE = 2  # small, so that paging is met
TOKEN = "xoxb-test"


@dataclass
class FakeSlack:
    """What was posted, as it now reads, and which faults the next posts and edits meet.

    A fault is "429", an error's name, "lost" (it arrives, the answer is a broken gateway's page), or "lost:" and an
    error's name (it arrives, the answer says that error).
    """

    server: HTTPServer
    posted: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for method, answer in (
            ("auth.test", self._test),
            ("chat.postMessage", self._post),
            ("chat.update", self._update),
            ("conversations.history", self._history),
            ("conversations.replies", self._replies),
        ):
            self.server.expect_request(f"/api/{method}").respond_with_handler(self._guarded(method, answer))

    @property
    def url(self) -> str:
        return self.server.url_for("/api/")

    def _guarded(self, method: str, answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def handle(request: Request) -> Response:
            self.calls.append(method)
            if request.headers.get("Authorization") != f"Bearer {TOKEN}":
                return _json({"ok": False, "error": "invalid_auth"})
            return answer(request)

        return handle

    def _test(self, request: Request) -> Response:
        return _json(
            {"ok": True, "team": "Harbour", "user": "steward", "team_id": "T1", "user_id": "U1", "bot_id": "B1"}
        )

    def _post(self, request: Request) -> Response:
        def post(body: dict[str, Any]) -> dict[str, Any]:
            self.posted.append({**body, "ts": f"1774418400.{len(self.posted) + 1:06d}"})
            return {
                "ok": True,
                "channel": body["channel"],
                "ts": self.posted[-1]["ts"],
                "message": _message(self.posted[-1]),
            }

        return self._write(request, post)

    def _update(self, request: Request) -> Response:
        def update(body: dict[str, Any]) -> dict[str, Any]:
            found = next((post for post in self.posted if post["ts"] == body["ts"]), None)
            if found is None:
                return {"ok": False, "error": "message_not_found"}
            found |= {name: body[name] for name in ("text", "blocks", "metadata") if name in body}
            found["edits"] = found.get("edits", 0) + 1
            return {**{name: body[name] for name in ("channel", "ts", "text")}, "ok": True, "message": _message(found)}

        return self._write(request, update)

    def _write(self, request: Request, write: Callable[[dict[str, Any]], dict[str, Any]]) -> Response:
        """Write as far as the next fault lets it, and answer."""
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "429":
            return Response("{}", 429, {"Retry-After": "0"}, content_type="application/json")
        if fault and not fault.startswith("lost"):
            return _json({"ok": False, "error": fault})
        answer = write(json.loads(request.get_data()))
        if fault == "lost":
            return Response("<html>Bad gateway</html>", 502, content_type="text/html")
        return _json({"ok": False, "error": fault.removeprefix("lost:")} if fault else answer)

    def _history(self, request: Request) -> Response:
        return self._page(request, [post for post in reversed(self.posted) if "thread_ts" not in post])

    def _replies(self, request: Request) -> Response:
        root = request.values["ts"]
        return self._page(request, [post for post in self.posted if root in (post["ts"], post.get("thread_ts"))])

    def _page(self, request: Request, posts: list[dict[str, Any]]) -> Response:
        start = int(request.values.get("cursor") or 0)
        after = float(request.values.get("oldest", 0))
        seen = [post for post in posts if float(post["ts"]) >= after]
        following = str(start + PAGE) if len(seen) > start + PAGE else ""
        marked = request.values.get("include_all_metadata") in ("1", "true", "True")
        messages = [_message(post, marked) for post in seen[start : start + PAGE]]
        return _json({"ok": True, "messages": messages, "response_metadata": {"next_cursor": following}})


def _message(post: dict[str, Any], marked: bool = True) -> dict[str, Any]:
    told = {"type": "message", "text": post["text"], "ts": post["ts"], "bot_id": "B1"}
    return {**told, "metadata": post["metadata"]} if marked else told


def _json(body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), 200, content_type="application/json")

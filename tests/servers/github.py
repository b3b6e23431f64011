"""A GitHub on loopback: what Steward asks of its REST API, with ETags, pages, renamed repositories, limits and faults.

Not in the real one: the clock is the test's. `github_http` serves it.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from tests.servers import github_json as shapes
from tests.servers.openapi import Contract

TOKEN = "github_pat_planted_7Qk2"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Repo:
    number: int
    name: str
    old: set[str] = field(default_factory=set)
    shown: bool = True
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    count: int = 0


@dataclass
class FakeHub:
    """The world, and how it is asked. `faults` are met by the next requests, one each ("" is none)."""

    login: str = "octocat"
    token: str = TOKEN
    scopes: str | None = "notifications, repo"
    expires: str | None = "2026-12-24 08:00:00 UTC"
    now: datetime = START
    most: int = 3  # on a page, whatever is asked for
    marked: bool = False  # pages have marks, as the real one's long lists do, and no numbers
    repos: dict[int, Repo] = field(default_factory=dict)
    notifications: dict[int, dict[str, Any]] = field(default_factory=dict)
    modified: datetime = START
    notifying: bool = True
    pulls_shown: bool = True
    faults: list[str] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str], int]] = field(default_factory=list)
    agents: list[dict[str, str]] = field(default_factory=list)
    contract: Contract | None = None
    base: str = ""
    ids: int = 1000

    # --- what happens in the world -------------------------------------------------------------------------------

    def tick(self, seconds: float = 1) -> None:
        self.now += timedelta(seconds=seconds)

    def stamp(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def identifier(self) -> int:
        self.ids += 1
        return self.ids

    def add(self, name: str) -> Repo:
        repo = Repo(self.identifier(), name)
        self.repos[repo.number] = repo
        return repo

    def repo(self, name: str) -> Repo:
        return next(repo for repo in self.repos.values() if repo.name == name)

    def open(self, repo: Repo, title: str, *, pull: bool = False, author: str = "ada") -> dict[str, Any]:
        repo.count += 1
        issue = {
            **{"id": self.identifier(), "number": repo.count, "title": title, "body": "", "state": "open"},
            **{"state_reason": None, "author": author, "assignees": [], "labels": [], "milestone": None},
            **{"comments": 0, "created_at": self.stamp(), "updated_at": self.stamp(), "closed_at": None},
            **{"pull": pull, "merged_at": None, "draft": False, "requested": [], "teams": [], "reviews": []},
            **{"branch": f"topic-{repo.count}", "mentioned": []},
        }
        repo.issues[repo.count] = issue
        return issue

    def change(self, issue: dict[str, Any], **values: Any) -> None:
        issue.update(values, updated_at=self.stamp())

    def close(self, issue: dict[str, Any], *, merged: bool = False) -> None:
        reason = None if issue["pull"] else "completed"
        when = self.stamp()
        self.change(issue, state="closed", state_reason=reason, closed_at=when, merged_at=when if merged else None)

    def review(self, issue: dict[str, Any], reviewer: str, state: str = "APPROVED") -> None:
        given = {"id": self.identifier(), "reviewer": reviewer, "state": state, "submitted_at": self.stamp()}
        asked = [login for login in issue["requested"] if login != reviewer]
        self.change(issue, reviews=[*issue["reviews"], given], requested=asked)

    def transfer(self, issue: dict[str, Any], source: Repo, target: Repo) -> None:
        del source.issues[issue["number"]]
        target.count += 1
        target.issues[target.count] = {**issue, "number": target.count, "updated_at": self.stamp()}

    def rename(self, repo: Repo, name: str) -> None:
        repo.old.add(repo.name)
        repo.name = name

    def notify(self, repo: Repo, title: str, number: int | None, reason: str = "mention") -> dict[str, Any]:
        self.modified = max(self.now, self.modified + timedelta(seconds=1))
        thread = {
            **{"id": self.identifier(), "repo": repo, "title": title, "number": number, "reason": reason},
            **{"unread": True, "updated_at": self.stamp(), "last_read_at": None},
        }
        self.notifications[thread["id"]] = thread
        return thread

    # --- how it answers ------------------------------------------------------------------------------------------

    def answer(self, path: str, query: dict[str, str], given: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of a GET."""
        self.asked.append((path, query, 0))
        self.agents.append(given)
        if given.get("authorization") != f"Bearer {self.token}":
            return self._error(401, "Bad credentials")
        if given.get("x-github-api-version") != "2022-11-28":
            return self._error(400, "Unsupported API version")
        for pattern, handler in ROUTES:
            if found := re.fullmatch(pattern, path):
                status, headers, body = handler(self, query, given, *found.groups())
                self.asked[-1] = (path, query, status)
                return status, {**headers, **self._token_headers()}, body
        return self._error(404, "Not Found")

    def _token_headers(self) -> dict[str, str]:
        told = {"github-authentication-token-expiration": self.expires, "x-oauth-scopes": self.scopes}
        return {name: value for name, value in told.items() if value is not None}

    def _error(self, status: int, message: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        body = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
        return status, headers, json.dumps(body).encode()

    def _json(self, found: Any, given: dict[str, str], headers: dict[str, str] | None = None) -> Any:
        body = json.dumps(found, sort_keys=True).encode()
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        if given.get("if-none-match") == etag:
            return 304, {"ETag": etag}, b""
        return 200, {"ETag": etag, **(headers or {})}, body

    def _paged(
        self, path: str, query: dict[str, str], items: list[Any], most: int | None = None
    ) -> tuple[list[Any], dict[str, str]]:
        size = min(int(query.get("per_page", "30")), most or self.most)
        word = "after" if self.marked else "page"
        number, last = int(query.get(word, "1").removeprefix("mark-")), max(1, -(-len(items) // size))
        places = {"next": number + 1, "last": last} if number < last else {}
        if self.marked:
            places.pop("last", None)
        told = {rel: {**query, word: f"mark-{page}" if self.marked else page} for rel, page in places.items()}
        links = [f'<{self.base}{path}?{urlencode(asked)}>; rel="{rel}"' for rel, asked in told.items()]
        return items[(number - 1) * size : number * size], {"Link": ", ".join(links)} if links else {}

    def _user(self, query: dict[str, str], given: dict[str, str]) -> Any:
        return self._json(shapes.owner(self.base, self.login), given)

    def _seen(self, owner: str, name: str) -> Repo | None:
        wanted = f"{owner}/{name}".lower()
        return next((repo for repo in self.repos.values() if repo.shown and repo.name.lower() == wanted), None)

    def _repository(self, query: dict[str, str], given: dict[str, str], owner: str, name: str, rest: str) -> Any:
        repo = self._seen(owner, name)
        if repo is None:
            old = f"{owner}/{name}"
            for moved in self.repos.values():
                if old in moved.old and moved.shown:
                    target = f"{self.base}/repositories/{moved.number}{rest}?{urlencode(query)}"
                    return (
                        301,
                        {"Location": target},
                        json.dumps({"message": "Moved Permanently", "url": target}).encode(),
                    )
            return self._error(404, "Not Found")
        return self._inside(repo, query, given, f"/repos/{owner}/{name}", rest)

    def _numbered(self, query: dict[str, str], given: dict[str, str], number: str, rest: str) -> Any:
        repo = self.repos.get(int(number))
        if repo is None or not repo.shown:
            return self._error(404, "Not Found")
        return self._inside(repo, query, given, f"/repositories/{number}", rest)

    def _inside(self, repo: Repo, query: dict[str, str], given: dict[str, str], at: str, rest: str) -> Any:
        if rest == "":
            return self._json(shapes.full_repository(self.base, repo.number, repo.name), given)
        if rest == "/issues":
            items = self._sorted([(repo, issue) for issue in repo.issues.values()], query)
            found, links = self._paged(at + rest, query, items)
            return self._json([self._issue(*one) for one in found], given, links)
        wanted = re.fullmatch(r"/pulls/(\d+)(/reviews)?", rest)
        issue = repo.issues.get(int(wanted[1])) if wanted else None
        if issue is None or not issue["pull"] or wanted is None:
            return self._error(404, "Not Found")
        if not self.pulls_shown:
            return self._error(403, "Resource not accessible by personal access token")
        if wanted[2]:
            made = [shapes.review(self.base, repo.name, issue, one) for one in issue["reviews"]]
            found, links = self._paged(at + rest, query, made)
            return self._json(found, given, links)
        return self._json(shapes.pull(self.base, repo.number, repo.name, issue), given)

    def _issue(self, repo: Repo, issue: dict[str, Any]) -> dict[str, Any]:
        return shapes.issue(self.base, repo.name, issue)

    def _sorted(
        self, items: list[tuple[Repo, dict[str, Any]]], query: dict[str, str]
    ) -> list[tuple[Repo, dict[str, Any]]]:
        """Return issues as a list query asks; as with GitHub, `since` includes its own moment."""
        since = query.get("since", "")
        state = query.get("state", "open")
        chosen = [one for one in items if one[1]["updated_at"] >= since and state in ("all", one[1]["state"])]
        by = query.get("sort", "created") + "_at"
        return sorted(chosen, key=lambda one: (one[1][by], one[1]["id"]), reverse=query.get("direction") != "asc")

    def _all(self) -> list[tuple[Repo, dict[str, Any]]]:
        return [(repo, issue) for repo in self.repos.values() if repo.shown for issue in repo.issues.values()]

    def _issues(self, query: dict[str, str], given: dict[str, str]) -> Any:
        mine: dict[str, Callable[[dict[str, Any]], bool]] = {
            "assigned": lambda issue: self.login in issue["assignees"],
            "created": lambda issue: issue["author"] == self.login,
            "mentioned": lambda issue: self.login in issue["mentioned"],
        }
        wanted = mine[query.get("filter", "assigned")]
        found, links = self._paged(
            "/issues", query, self._sorted([one for one in self._all() if wanted(one[1])], query)
        )
        return self._json([self._issue(*one) for one in found], given, links)

    def _search(self, query: dict[str, str], given: dict[str, str]) -> Any:
        terms = dict(term.split(":", 1) for term in query["q"].split())
        since = terms.get("updated", ">=").removeprefix(">=")
        chosen = [
            (repo, issue)
            for repo, issue in self._all()
            if issue["pull"] is (terms["is"] == "pull-request")
            and ("review-requested" not in terms or terms["review-requested"] in issue["requested"])
            and ("reviewed-by" not in terms or terms["reviewed-by"] in [one["reviewer"] for one in issue["reviews"]])
            and issue["updated_at"] >= since
        ]
        chosen.sort(key=lambda one: (one[1]["updated_at"], one[1]["id"]), reverse=True)
        found, links = self._paged("/search/issues", query, chosen)
        items = [{**made, "body": made["body"] or "", "score": 1.0} for made in (self._issue(*one) for one in found)]
        answer = {"total_count": len(chosen), "incomplete_results": False, "items": items, "search_type": "lexical"}
        return self._json(answer, given, links)

    def _notifications(self, query: dict[str, str], given: dict[str, str]) -> Any:
        if not self.notifying:
            return self._error(403, "Resource not accessible by personal access token")
        last = self.modified.strftime("%a, %d %b %Y %H:%M:%S GMT")
        if given.get("if-modified-since") == last:  # what was read elsewhere does not count as news
            return 304, {"Last-Modified": last, "X-Poll-Interval": "60"}, b""
        chosen = [
            one
            for one in self.notifications.values()
            if one["updated_at"] >= query.get("since", "") and (query.get("all") == "true" or one["unread"])
        ]
        chosen.sort(key=lambda one: (one["updated_at"], one["id"]), reverse=True)
        found, links = self._paged("/notifications", query, chosen)
        made = [shapes.thread(self.base, one) for one in found]
        return 200, {"Last-Modified": last, "X-Poll-Interval": "60", **links}, json.dumps(made).encode()


ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (r"/user", FakeHub._user),
    (r"/issues", FakeHub._issues),
    (r"/search/issues", FakeHub._search),
    (r"/notifications", FakeHub._notifications),
    (r"/repos/([^/]+)/([^/]+)(|/.*)", FakeHub._repository),
    (r"/repositories/(\d+)(|/.*)", FakeHub._numbered),
]

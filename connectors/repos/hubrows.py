"""GitHub's JSON as rows. Raises KeyError, TypeError or ValueError where something is not as GitHub documents it."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit


def key_of(item: Mapping[str, Any]) -> str:
    """Return the key of an issue or pull request: org/name#12."""
    return f"{repo_of(item)}#{int(item['number'])}"


def repo_of(item: Mapping[str, Any]) -> str:
    """Return org/name of an issue's repository, from the address of its API."""
    owner, name = urlsplit(item["repository_url"]).path.split("/")[-2:]
    if not owner or not name:
        raise ValueError("no repository")
    return f"{owner}/{name}"


def is_pull(item: Mapping[str, Any]) -> bool:
    return item.get("pull_request") is not None


def issue(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of an issue, or what its list says of a pull request."""
    pull = is_pull(item)
    return {
        "key": key_of(item),
        "repo": repo_of(item),
        "number": int(item["number"]),
        "kind": "pull" if pull else "issue",
        "title": item["title"],
        "body": item.get("body") or None,
        "state": item["state"],
        "state_reason": None if pull else item.get("state_reason"),
        "draft": bool(item.get("draft")) if pull else None,
        "author": login(item.get("user")),
        "assignees": sorted(filter(None, (login(user) for user in item.get("assignees") or ()))),
        "labels": [label if isinstance(label, str) else label["name"] for label in item["labels"]],
        "milestone": (item.get("milestone") or {}).get("title"),
        "comments": item.get("comments"),
        "created_at": moment(item["created_at"]),
        "updated_at": moment(item["updated_at"]),
        "closed_at": moment(item.get("closed_at")),
        "merged_at": moment(item["pull_request"].get("merged_at")) if pull else None,
        "url": item["html_url"],
    }


def pull(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what only a pull request itself tells."""
    asked = [login(user) for user in item.get("requested_reviewers") or ()]
    teams = [f"team/{team['slug']}" for team in item.get("requested_teams") or ()]
    return {
        "head": item["head"].get("label") or item["head"]["ref"],
        "base": item["base"]["ref"],
        "requested_reviewers": sorted(filter(None, (*asked, *teams))),
    }


def reviews(of: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a pull request's reviews. `of` is its row."""
    return [
        {
            "key": f"{of['key']}/{int(item['id'])}",
            "repo": of["repo"],
            "number": of["number"],
            "reviewer": login(item.get("user")),
            "state": item["state"].lower(),
            "submitted_at": moment(item.get("submitted_at")),
            "body": item.get("body") or None,
            "url": item["html_url"],
        }
        for item in items
    ]


def notification(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a notification."""
    subject, repo = item["subject"], item["repository"]
    numbered = re.search(r"/(issues|pulls)/(\d+)$", subject.get("url") or "")
    where = f"/{'pull' if numbered[1] == 'pulls' else 'issues'}/{numbered[2]}" if numbered else ""
    return {
        "key": str(item["id"]),
        "repo": repo["full_name"],
        "subject_kind": subject["type"],
        "subject_title": subject["title"],
        "subject_number": int(numbered[2]) if numbered else None,
        "reason": item["reason"],
        "unread": bool(item["unread"]),
        "updated_at": moment(item["updated_at"]),
        "last_read_at": moment(item.get("last_read_at")),
        "url": repo["html_url"] + where,
    }


def login(user: Mapping[str, Any] | None) -> str | None:
    return user["login"] if user else None


def moment(text: str | None) -> datetime | None:
    """Return a time as GitHub writes it (ISO 8601, UTC)."""
    return datetime.fromisoformat(text) if text else None

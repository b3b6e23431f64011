"""GitHub's JSON as its OpenAPI description requires it: every required field, none that is not described."""

from typing import Any

REPOSITORY_URLS = (
    *("archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits", "compare", "contents"),
    *("contributors", "deployments", "downloads", "events", "forks", "git_commits", "git_refs", "git_tags", "hooks"),
    *("issue_comment", "issue_events", "issues", "keys", "labels", "languages", "merges", "milestones"),
    *("notifications", "pulls", "releases", "stargazers", "statuses", "subscribers", "subscription", "tags", "teams"),
    "trees",
)
USER_URLS = (
    *("events", "followers", "following", "gists", "organizations", "received_events", "repos", "starred"),
    "subscriptions",
)


def user(base: str, login: str) -> dict[str, Any]:
    return {
        **{"login": login, "id": sum(login.encode()), "node_id": f"U_{login}", "type": "User", "site_admin": False},
        **{"avatar_url": f"{base}/avatars/{login}", "gravatar_id": "", "url": f"{base}/users/{login}"},
        **{f"{name}_url": f"{base}/users/{login}/{name}" for name in USER_URLS},
        "html_url": f"https://github.example/{login}",
    }


def owner(base: str, login: str) -> dict[str, Any]:
    return {
        **user(base, login),
        **{"name": login.title(), "company": None, "blog": "", "location": None, "email": None, "hireable": None},
        **{"bio": None, "public_repos": 2, "public_gists": 0, "followers": 1, "following": 1},
        **{"created_at": "2020-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "private_gists": 0},
        **{"total_private_repos": 1, "owned_private_repos": 1, "disk_usage": 1, "collaborators": 0},
        **{"two_factor_authentication": True, "user_view_type": "private"},
    }


def repository(base: str, number: int, name: str) -> dict[str, Any]:
    return {
        **{"id": number, "node_id": f"R_{number}", "name": name.split("/")[1], "full_name": name, "private": True},
        **{"owner": user(base, name.split("/")[0]), "description": None, "fork": False},
        **{"html_url": f"https://github.example/{name}", "url": f"{base}/repos/{name}"},
        **{f"{one}_url": f"{base}/repos/{name}/{one}" for one in REPOSITORY_URLS},
    }


def full_repository(base: str, number: int, name: str) -> dict[str, Any]:
    counts = ("forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers")
    more = ("watchers_count", "network_count", "subscribers_count")
    address = f"https://github.example/{name}"
    return {
        **repository(base, number, name),
        **dict.fromkeys((*counts, *more), 0),
        **{f"has_{one}": True for one in ("issues", "projects", "wiki", "pages", "discussions", "downloads")},
        **{"clone_url": f"{address}.git", "git_url": f"{address}.git", "ssh_url": f"{address}.git", "svn_url": address},
        **{"default_branch": "main", "homepage": None, "language": None, "archived": False, "disabled": False},
        **{"mirror_url": "https://github.example/mirror", "license": None, "pushed_at": "2026-01-01T00:00:00Z"},
        **{"created_at": "2020-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"},
    }


def label(base: str, repo: str, name: str) -> dict[str, Any]:
    return {
        **{"id": sum(name.encode()), "node_id": f"L_{name}", "url": f"{base}/repos/{repo}/labels/{name}"},
        **{"name": name, "description": None, "color": "f29513", "default": False},
    }


def milestone(base: str, repo: str, title: str) -> dict[str, Any]:
    return {
        **{"url": f"{base}/m/1", "html_url": f"https://github.example/{repo}/m/1", "labels_url": f"{base}/m/1/labels"},
        **{"id": 1, "node_id": "M_1", "number": 1, "state": "open", "title": title, "description": None},
        **{"creator": user(base, "ada"), "open_issues": 1, "closed_issues": 0, "created_at": "2020-01-01T00:00:00Z"},
        **{"updated_at": "2020-01-01T00:00:00Z", "closed_at": None, "due_on": None},
    }


def issue(base: str, repo: str, it: dict[str, Any]) -> dict[str, Any]:
    at = f"{base}/repos/{repo}/issues/{it['number']}"
    page = f"https://github.example/{repo}/{'pull' if it['pull'] else 'issues'}/{it['number']}"
    made = {
        **_shared(base, repo, it),
        **{"url": at, "repository_url": f"{base}/repos/{repo}", "html_url": page, "comments": it["comments"]},
        **{f"{one}_url": f"{at}/{one}" for one in ("labels", "comments", "events", "timeline")},
        **{"state_reason": it["state_reason"], "closed_by": None, "performed_via_github_app": None},
    }
    if it["pull"]:
        api = f"{base}/repos/{repo}/pulls/{it['number']}"
        links = {"url": api, "html_url": page, "diff_url": f"{page}.diff", "patch_url": f"{page}.patch"}
        made |= {"draft": it["draft"], "pull_request": {**links, "merged_at": it["merged_at"]}}
    return made


def _shared(base: str, repo: str, it: dict[str, Any]) -> dict[str, Any]:
    return {
        **{"id": it["id"], "node_id": f"I_{it['id']}", "number": it["number"], "title": it["title"]},
        **{"user": user(base, it["author"]), "labels": [label(base, repo, one) for one in it["labels"]]},
        **{"state": it["state"], "locked": False, "active_lock_reason": None, "body": it["body"] or None},
        **{"assignees": [user(base, one) for one in it["assignees"]], "author_association": "NONE"},
        "assignee": user(base, it["assignees"][0]) if it["assignees"] else None,
        "milestone": milestone(base, repo, it["milestone"]) if it["milestone"] else None,
        **{one: it[one] for one in ("created_at", "updated_at", "closed_at")},
    }


def pull(base: str, number: int, repo: str, it: dict[str, Any]) -> dict[str, Any]:
    api, at = f"{base}/repos/{repo}/pulls/{it['number']}", f"{base}/repos/{repo}/issues/{it['number']}"
    page = f"https://github.example/{repo}/pull/{it['number']}"
    sides = {"head": it["branch"], "base": "main"}
    account = repo.split("/")[0]
    urls = {"self": api, "html": page, "issue": at, "comments": f"{at}/comments", "commits": f"{api}/commits"}
    more = {"review_comments": f"{api}/comments", "review_comment": f"{api}/comment", "statuses": f"{api}/statuses"}
    return {
        **_shared(base, repo, it),
        **{"url": api, "html_url": page, "diff_url": f"{page}.diff", "patch_url": f"{page}.patch", "issue_url": at},
        **{f"{one}_url": url for one, url in {**urls, **more}.items() if one not in ("self", "html", "issue")},
        **{"merged_at": it["merged_at"], "merge_commit_sha": None, "draft": it["draft"], "auto_merge": None},
        **{"requested_reviewers": [user(base, one) for one in it["requested"]], "requested_teams": _teams(base, it)},
        **{
            side: {
                **{"label": f"{account}:{ref}", "ref": ref, "sha": "0" * 40, "user": user(base, account)},
                "repo": full_repository(base, number, repo),
            }
            for side, ref in sides.items()
        },
        "_links": {name: {"href": url} for name, url in {**urls, **more}.items()},
        **{"merged": it["merged_at"] is not None, "mergeable": None, "mergeable_state": "unknown", "merged_by": None},
        **dict.fromkeys(("comments", "review_comments", "commits", "additions", "deletions", "changed_files"), 0),
        "maintainer_can_modify": False,
    }


def _teams(base: str, it: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            **{"id": 1, "node_id": "T_1", "url": f"{base}/teams/1", "name": slug.title(), "slug": slug},
            **{"members_url": f"{base}/teams/1/members", "repositories_url": f"{base}/teams/1/repos"},
            **{"description": None, "permission": "pull", "html_url": "https://github.example/t", "parent": None},
            **{"type": "organization", "organization_id": 1},
        }
        for slug in it["teams"]
    ]


def review(base: str, repo: str, it: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    page, api = f"https://github.example/{repo}/pull/{it['number']}", f"{base}/repos/{repo}/pulls/{it['number']}"
    return {
        **{"id": given["id"], "node_id": f"PRR_{given['id']}", "user": user(base, given["reviewer"]), "body": ""},
        **{"state": given["state"], "html_url": f"{page}#review-{given['id']}", "pull_request_url": api},
        **{"_links": {"html": {"href": page}, "pull_request": {"href": api}}, "author_association": "NONE"},
        **{"submitted_at": given["submitted_at"], "commit_id": "0" * 40},
    }


def thread(base: str, it: dict[str, Any]) -> dict[str, Any]:
    repo = it["repo"]
    issue = repo.issues.get(it["number"])
    kind, part = ("PullRequest", "pulls") if issue and issue["pull"] else ("Issue", "issues")
    if it["number"] is None:
        kind, part = "Release", "releases"
    at = f"{base}/repos/{repo.name}/{part}/{it['number'] or 1}"
    return {
        **{"id": str(it["id"]), "repository": repository(base, repo.number, repo.name), "reason": it["reason"]},
        "subject": {
            **{"title": it["title"], "url": at, "latest_comment_url": at, "type": kind},
        },
        **{"unread": it["unread"], "updated_at": it["updated_at"], "last_read_at": it["last_read_at"]},
        **{"url": f"{base}/notifications/threads/{it['id']}", "subscription_url": f"{base}/s/{it['id']}"},
    }

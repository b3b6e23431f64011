"""Which lists of GitHub's hold the issues and pull requests to be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SECONDS = "%Y-%m-%dT%H:%M:%SZ"  # how GitHub writes a time
NEWEST_FIRST = {"state": "all", "sort": "updated", "direction": "desc"}


@dataclass(frozen=True)
class Stream:
    """One list: its path and parameters, and how `since` is said in them.

    A search has no such parameter but a word of its query; its index lags, so its overlap is longer.
    """

    name: str
    path: str
    params: Mapping[str, Any]
    overlap: timedelta = timedelta(minutes=5)
    searched: bool = False

    def asked(self, since: str | None) -> dict[str, Any]:
        found = dict(self.params)
        if since is not None:
            stamp = (datetime.fromisoformat(since) - self.overlap).strftime(SECONDS)
            if self.searched:
                found["q"] += f" updated:>={stamp}"
            else:
                found["since"] = stamp
        return found


def of_repository(name: str) -> list[Stream]:
    """Return the list of all issues and pull requests of a repository."""
    return [Stream("all", f"/repos/{name}/issues", NEWEST_FIRST)]


def concerning(login: str) -> list[Stream]:
    """Return the lists of what concerns an account. A search shows its newest 1,000 finds at most."""
    own = [Stream(one, "/issues", {"filter": one, **NEWEST_FIRST}) for one in ("assigned", "created", "mentioned")]
    found = [
        Stream(one, "/search/issues", _search(f"{one}:{login}"), timedelta(hours=1), searched=True)
        for one in ("review-requested", "reviewed-by")
    ]
    return [*own, *found]


def _search(term: str) -> dict[str, Any]:
    return {"q": f"is:pull-request {term}", "sort": "updated", "order": "desc"}

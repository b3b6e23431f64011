"""What is said of a GitHub account before anything is read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from connectors.repos.hub import PER_PAGE, Hub, LostError
from connectors.repos.lists import Stream, concerning, of_repository
from connectors.shape import Preview
from context.errors import InputError

CLASSIC = "GitHub shows them to classic tokens with the scope notifications only"


def preview(handle: Any) -> Preview:
    """Try the token, and count. Raises GrantError for a bad one, InputError for a repository it does not show."""
    with Hub(handle, datetime.now(UTC)) as hub:
        login, scopes = hub.user()
        if login.lower() != handle.login.lower():
            raise InputError(f"this token is {login}'s, not {handle.login}'s", "run `steward connect github`")
        kind = f"classic, with the scopes {scopes}" if scopes else "fine-grained, or classic without a scope"
        notes = [f"the token is {login}'s ({kind})"]
        if hub.grant is not None and hub.grant.until is not None:
            notes.append(f"it ends on {hub.grant.until:%Y-%m-%d}")
        repos = list(getattr(handle, "repos", None) or ())
        counts = dict(_repositories(hub, repos) if repos else _concerning(hub, login))
        notes += [f"{what}: {number:,}{' or more' if number == PER_PAGE else ''}" for what, number in counts.items()]
        notes.append(_notifications(hub))
    if not repos:
        notes.append("what is in several of these lists is read once")
    return Preview({"issues and pull requests": sum(counts.values())}, notes=notes)


def _repositories(hub: Hub, repos: list[str]) -> Iterator[tuple[str, int]]:
    for repo in repos:
        try:
            [stream] = of_repository(repo)
            yield repo, _count(hub, stream)
        except LostError as error:
            raise InputError(
                f"GitHub shows no issues of {repo} to this token ({error.status})",
                "check its name, and that the token may read its issues, then run `steward connect github`",
            ) from None


def _concerning(hub: Hub, login: str) -> Iterator[tuple[str, int]]:
    for stream in concerning(login):
        yield stream.name, _count(hub, stream)


def _count(hub: Hub, stream: Stream) -> int:
    """Return how many a list holds: with one on a page, the number of its last page. Of a list whose pages bear no
    numbers, as GitHub's longest do, the first page is counted.
    """
    page = hub.page(stream.path, {**stream.params, "per_page": 1})
    if page.total is not None:
        return page.total
    if page.next is None or page.last > 1:
        return page.last if page.items else 0
    return len(hub.page(stream.path, {**stream.params, "per_page": PER_PAGE}).items)


def _notifications(hub: Hub) -> str:
    try:
        hub.page("/notifications", {"per_page": 1})
    except LostError as error:
        return f"notifications are not read ({error.status}): {CLASSIC}"
    return "notifications of the last 30 days"

"""GitHub, against a stand-in whose answers are held against GitHub's published description where that is at hand."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blocks.github import GitHub
from connectors.repos import github, hub
from connectors.shape import Grant
from context.errors import InputError
from tests.conftest import absent
from tests.connectors.repos.hubs import DOCS, KESTREL, Reader
from tests.connectors.repos.hubs import hurry as hurry
from tests.connectors.repos.hubs import world as world
from tests.servers.github import FakeHub

pytestmark = pytest.mark.row("N4")


def test_issues_pulls_reviews_and_notifications_are_read(world: FakeHub) -> None:
    reader = Reader(world, KESTREL)
    reader.sync()
    first, pull = reader.store.rows("issues")
    assert (first["key"], first["repo"], first["number"], first["kind"]) == (f"{KESTREL}#1", KESTREL, 1, "issue")
    assert (first["milestone"], json.loads(first["labels"]), json.loads(first["assignees"])) == (
        "Cut over",
        ["bug", "billing"],
        ["octocat"],
    )
    assert (pull["kind"], pull["head"], pull["base"], pull["draft"]) == ("pull", "harbour:topic-2", "main", False)
    assert json.loads(pull["requested_reviewers"]) == ["octocat", "team/core"]
    assert (first["draft"], first["head"], first["requested_reviewers"]) == (None, None, None)
    [review] = reader.store.rows("reviews")
    assert (review["reviewer"], review["state"], review["number"]) == ("grace", "changes_requested", 2)
    told, other = reader.store.rows("notifications")
    assert (told["subject_kind"], told["subject_number"], told["reason"], told["unread"]) == (
        *("PullRequest", 2, "review_requested", True),
    )
    assert told["url"] == f"https://github.example/{KESTREL}/pull/2"
    assert (other["subject_kind"], other["subject_number"]) == ("Release", None)
    assert reader.store.grant == Grant(datetime(2026, 12, 24, 8, tzinfo=UTC))
    sent = world.agents[-1]
    assert sent["authorization"] == f"Bearer {world.token}"


def test_without_repositories_all_that_concerns_the_owner_is_read(world: FakeHub) -> None:
    kestrel = world.repo(KESTREL)
    world.open(kestrel, "Nothing to do with it")
    world.change(world.open(kestrel, "Named in it"), mentioned=["octocat"])
    reviewed = world.open(kestrel, "Reviewed", pull=True)
    world.review(reviewed, "octocat")
    reader = Reader(world)
    reader.sync()
    assert reader.issues("title") == {
        f"{DOCS}#1": "Describe the cut-over",
        f"{KESTREL}#1": "Invoices are rounded twice",
        f"{KESTREL}#2": "Round once",
        f"{KESTREL}#4": "Named in it",
        f"{KESTREL}#5": "Reviewed",
    }
    world.change(kestrel.issues[1], assignees=[])
    reader.sync(after=25 * 3600)
    assert f"{KESTREL}#1" not in reader.issues("title"), "it concerns others now"


@pytest.mark.row("N8")
def test_a_second_reading_costs_no_quota(world: FakeHub) -> None:
    reader = Reader(world, KESTREL, DOCS)
    reader.sync()
    reader.sync()  # the first questions with a time in them: their marks are not known yet
    before = json.dumps(reader.store.cursors["repo harbour/docs"])
    asked = reader.sync(after=600)
    assert asked == ["/notifications 304", f"/repos/{KESTREL}/issues 304", f"/repos/{DOCS}/issues 304"]
    assert json.dumps(reader.store.cursors["repo harbour/docs"]) == before


def test_only_what_changed_is_asked_for_in_detail(world: FakeHub) -> None:
    kestrel = world.repo(KESTREL)
    for number in range(4):
        world.open(kestrel, f"Pull {number}", pull=True)
    world.tick(7200)
    reader = Reader(world, KESTREL)
    assert sum("/pulls/" in path for path in reader.sync()) == 10
    world.review(kestrel.issues[4], "ada", "APPROVED")
    asked = reader.sync()
    assert [path for path in asked if "/pulls/" in path] == [
        *(f"/repos/{KESTREL}/pulls/4", f"/repos/{KESTREL}/pulls/4/reviews"),
    ]
    world.change(kestrel.issues[4], reviews=[])
    reader.sync()
    assert [row["number"] for row in reader.store.rows("reviews")] == [2], "a review that was withdrawn goes"


def test_what_changed_in_the_second_of_reading_is_read_again(world: FakeHub) -> None:
    kestrel = world.repo(KESTREL)
    reader = Reader(world, KESTREL)
    pull = kestrel.issues[2]
    world.tick(3600)
    world.review(pull, "ada")
    reader.sync(after=0)
    world.review(pull, "octocat")  # the same second: the list looks as before
    reader.sync(after=300)
    assert {row["reviewer"] for row in reader.store.rows("reviews")} == {"grace", "ada", "octocat"}
    assert not any("/pulls/" in path for path in reader.sync(after=300)), "once is enough"


@pytest.mark.row("N8")
def test_deletions_and_transfers_show_when_the_lists_are_read_whole(world: FakeHub) -> None:
    kestrel, docs = world.repo(KESTREL), world.repo(DOCS)
    reader = Reader(world, KESTREL, DOCS)
    reader.sync()
    del kestrel.issues[2]
    world.transfer(kestrel.issues[1], kestrel, docs)
    reader.sync()
    assert set(reader.issues("title")) == {f"{KESTREL}#1", f"{KESTREL}#2", f"{DOCS}#1", f"{DOCS}#2"}
    reader.sync(after=7 * 86400)
    assert set(reader.issues("title")) == {f"{DOCS}#1", f"{DOCS}#2"}
    assert reader.store.rows("reviews") == []
    del docs.issues[1]
    reader.sync(full=True)
    assert set(reader.issues("title")) == {f"{DOCS}#2"}


def test_a_renamed_repository_is_followed(world: FakeHub) -> None:
    reader = Reader(world, KESTREL)
    reader.sync()
    world.rename(world.repo(KESTREL), "harbour/billing")
    reader.sync()
    assert set(reader.issues("repo").values()) == {"harbour/billing"}
    assert {row["key"].split("#")[0] for row in reader.store.rows("reviews")} == {"harbour/billing"}
    assert f"/repos/{KESTREL}/issues" not in str(reader.sync()), "it is asked for by its new name"


def test_a_repository_that_is_no_longer_chosen_goes(world: FakeHub) -> None:
    reader = Reader(world, KESTREL, DOCS)
    reader.sync()
    reader.handle.repos = [DOCS]
    reader.sync()
    assert set(reader.issues("repo").values()) == {DOCS}


def test_notifications_follow_what_is_read_elsewhere(world: FakeHub) -> None:
    reader = Reader(world, DOCS)
    reader.sync(after=0)
    next(iter(world.notifications.values()))["unread"] = False
    reader.sync(after=10)
    assert "/notifications" not in str(world.asked), "the server asks for a minute between two polls"
    assert "/notifications 304" in reader.sync(after=600)
    reader.sync()
    assert [row["unread"] for row in reader.store.rows("notifications")] == [False, True]
    reader.sync(after=40 * 86400)
    assert reader.store.rows("notifications") == [], "older than 30 days"


def test_the_preview_names_what_it_cannot_see(world: FakeHub) -> None:
    with pytest.raises(InputError, match="shows no issues of harbour/none"):
        github.preview(Reader(world, KESTREL, "harbour/none").handle)
    found = github.preview(Reader(world, KESTREL, DOCS).handle)
    assert found.counts == {"issues and pull requests": 3}
    assert any("2026-12-24" in note for note in found.notes)
    assert github.preview(Reader(world).handle).counts == {"issues and pull requests": 3}
    world.contract, world.marked, world.most = None, True, 100
    for number in range(120):
        world.open(world.repo(DOCS), f"Issue {number}")
    assert f"{DOCS}: 100 or more" in github.preview(Reader(world, DOCS).handle).notes
    other = Reader(world)
    other.handle.login = "ada"
    with pytest.raises(InputError, match="this token is octocat's"):
        github.preview(other.handle)


@pytest.mark.parametrize(
    "settings",
    [
        {"api": "http://example.org"},
        {"repos": ["kestrel"]},
        {"repos": ["a/.."]},
        {"repos": ["a/b/c"]},
        {"repos": ["a/b?c"]},
        {"token": "two words"},
        {"token": " "},
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        GitHub(**{"token": "ghp_x", "login": "octocat", **settings})


def test_every_request_and_answer_is_as_github_describes_it(world: FakeHub) -> None:
    if world.contract is None:
        absent("GitHub's description of its API (npm package @octokit/openapi under STEWARD_NODE_MODULES)")
    assert world.contract is not None
    for repos in ((KESTREL,), ()):
        reader = Reader(world, *repos)
        github.preview(reader.handle)
        reader.sync()
        world.open(world.repo(KESTREL), "News", pull=True)
        reader.sync()
    assert world.contract.answered >= {
        *("/user", "/issues", "/search/issues", "/notifications", "/repos/{owner}/{repo}/issues"),
        *("/repos/{owner}/{repo}/pulls/{pull_number}", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"),
    }
    world.contract.check("/issues", {"filter": "everything", "colour": "red"}, 200, b'[{"number": "one"}]')
    said = " ".join(world.contract.problems)
    world.contract.problems.clear()
    assert all(part in said for part in ("filter=everything", "no parameter colour", "'one' is not of type"))


def test_times_of_the_end_of_a_token_are_read() -> None:
    assert hub._expiry("2026-05-12 08:32:44 UTC") == datetime(2026, 5, 12, 8, 32, 44, tzinfo=UTC)
    assert hub._expiry("2026-05-12 08:32:44 -0400") == datetime(2026, 5, 12, 12, 32, 44, tzinfo=UTC)
    assert hub._expiry("") is None
    assert timedelta(days=7) == github.REPOSITORY_EVERY

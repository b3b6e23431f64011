"""GitHub, against a stand-in whose answers are held against GitHub's published description where that is at hand."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from blocks.github import GitHub
from connectors import web
from connectors.repos import github, hub, listing
from connectors.shape import Grant
from context.errors import InputError, SourceError, StewardError
from tests.conftest import absent
from tests.connectors.store import Store
from tests.servers import openapi
from tests.servers.github import FakeHub
from tests.servers.github_http import serving, small

pytestmark = pytest.mark.row("N4")
KESTREL, DOCS = "harbour/kestrel", "harbour/docs"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Do not really wait; return the pauses asked for."""
    pauses: list[float] = []
    monkeypatch.setattr(web.time, "sleep", pauses.append)
    return pauses


@pytest.fixture
def world() -> Iterator[FakeHub]:
    contract = openapi.contract()
    if contract is not None:
        contract.problems.clear()
    with serving(small(FakeHub(contract=contract))) as made:
        yield made
    assert contract is None or contract.problems == []


class Reader:
    """A store, and readings into it."""

    def __init__(self, world: FakeHub, *repos: str) -> None:
        self.world, self.store = world, Store(github.TABLES)
        self.handle = SimpleNamespace(
            token=SecretStr(world.token), login=world.login, api=world.base, repos=list(repos) or None, account="me"
        )

    def sync(self, after: float = 3600, full: bool = False) -> list[str]:
        """Read after some seconds; return what was asked for, with the status where that is not 200."""
        self.world.tick(after)
        self.world.asked.clear()
        self.store.sync(github, self.handle, self.world.now, full=full)
        assert self.world.token not in repr(vars(self.store))
        return [path + (f" {status}" if status != 200 else "") for path, _, status in self.world.asked]

    def fails(self, after: float = 3600) -> StewardError:
        with pytest.raises(StewardError) as caught:
            self.sync(after)
        assert self.world.token not in repr(vars(self.store)) + str(caught.value) + caught.value.mend
        return caught.value

    def issues(self, *columns: str) -> dict[str, Any]:
        rows = {row["key"]: [row[name] for name in columns] for row in self.store.rows("issues")}
        return {key: values[0] if len(columns) == 1 else values for key, values in rows.items()}


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


@pytest.mark.row("N12")
def test_a_lost_repository_costs_itself_alone_and_is_seen(world: FakeHub) -> None:
    reader = Reader(world, KESTREL, DOCS)
    reader.sync()
    world.repo(KESTREL).shown = False
    world.open(world.repo(DOCS), "News")
    reader.sync()
    assert f"{DOCS}#2" in reader.issues("title")
    assert f"{KESTREL}#1" in reader.issues("title"), "what was read stays"
    [reject] = reader.store.rejects.values()
    assert (reject["position"], reject["reason"]) == ("access", "no-access")
    assert "404" in reject["error"]
    reader.sync()
    world.repo(KESTREL).shown = True
    world.open(world.repo(KESTREL), "Back again")
    reader.sync()
    assert reader.store.rejects == {}
    assert reader.issues("title")[f"{KESTREL}#3"] == "Back again"
    for repo in world.repos.values():
        repo.shown = False
    assert getattr(reader.fails(), "reauth", False) is True


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


@pytest.mark.row("N12")
def test_a_token_that_may_not_read_notifications_reads_the_rest(world: FakeHub) -> None:
    world.notifying, world.scopes, world.expires = False, None, None
    reader = Reader(world, KESTREL)
    notes = " ".join(github.preview(reader.handle).notes)
    assert "notifications are not read (403)" in notes
    assert "fine-grained" in notes
    reader.sync()
    assert len(reader.store.rows("issues")) == 2
    assert [reject["position"] for reject in reader.store.rejects.values()] == ["access"]
    assert reader.store.grant == Grant(None)
    world.notifying = True
    reader.sync()
    assert reader.store.rejects == {}
    assert len(reader.store.rows("notifications")) == 2


def test_a_token_that_may_not_read_pull_requests_reads_what_their_list_says(world: FakeHub) -> None:
    world.pulls_shown = False
    reader = Reader(world, KESTREL)
    reader.sync()
    assert reader.issues("title", "head")[f"{KESTREL}#2"] == ["Round once", None]
    assert [reject["position"] for reject in reader.store.rejects.values()] == [listing.PULLS]
    world.pulls_shown = True
    reader.sync(after=8 * 86400)
    assert reader.issues("head")[f"{KESTREL}#2"] == "harbour:topic-2"
    assert reader.store.rejects == {}


@pytest.mark.row("N10")
def test_a_strange_item_is_set_aside_and_leaves_quarantine_when_it_is_well(
    world: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.contract = None
    kestrel = world.repo(KESTREL)
    kestrel.issues[1]["title"] = None
    real = listing.hubrows.issue
    monkeypatch.setattr(
        listing.hubrows, "issue", lambda item: real(item) if item["title"] else real({**item, "number": {}})
    )
    reader = Reader(world, KESTREL)
    reader.sync()
    assert set(reader.issues("title")) == {f"{KESTREL}#2"}
    assert [(one["position"], one["reason"]) for one in reader.store.rejects.values()] == [(f"{KESTREL}#1", "bad-item")]
    world.change(kestrel.issues[1], title="Well again")
    reader.sync()
    assert reader.store.rejects == {}
    assert len(reader.issues("title")) == 2


@pytest.mark.row("N12")
def test_a_revoked_token_is_said_so(world: FakeHub) -> None:
    reader = Reader(world, KESTREL)
    reader.sync()
    reader.handle.token = SecretStr("ghp_other")
    error = reader.fails()
    assert getattr(error, "reauth", False) is True
    assert f"steward connect github --repo {KESTREL}" in error.mend
    with pytest.raises(SourceError, match="no longer lets us read"):
        github.preview(reader.handle)


LIMITS = {"primary": 1200, "429-after": 900, "secondary": 120, "429": 60, "secondary-silent": 60}


@pytest.mark.row("T3")
@pytest.mark.parametrize(("fault", "seconds"), LIMITS.items())
def test_a_limit_is_remembered(world: FakeHub, fault: str, seconds: int) -> None:
    reader = Reader(world, KESTREL)
    world.faults[:] = ["", fault]
    assert isinstance(reader.fails(), web.WaitError)
    assert reader.fails(after=seconds - 30).passing is True  # type: ignore[attr-defined]
    assert world.asked == [], "until then the server is not even asked"
    reader.sync(after=60)
    assert len(reader.store.rows("issues")) == 2
    assert "not_before" not in reader.store.cursors["account"]


FAULTS = (
    *("primary", "429-after", "429-soon", "secondary", "500", "unicorn", "html", "cut", "reset", "404", "403"),
    "401",
)


@pytest.mark.row("T3")
def test_every_fault_at_every_request_ends_in_the_same_rows(world: FakeHub, hurry: list[float]) -> None:
    world.contract = None
    wanted = Reader(world, KESTREL, DOCS)
    requests = len(wanted.sync())
    for position in range(requests):
        for kind in FAULTS:
            reader = Reader(world, KESTREL, DOCS)
            world.faults[:] = [""] * position + [kind]
            with suppress(web.WaitError, web.PassingError, SourceError):
                reader.sync(after=0)
            assert world.faults == []
            reader.sync(after=7 * 86400)
            wanted.sync(after=0)
            assert reader.store.differences(wanted.store) == {}, (position, kind)
    assert max(hurry) <= hub.LONGEST_PAUSE


def test_a_fault_in_one_repository_leaves_the_others(world: FakeHub) -> None:
    reader = Reader(world, DOCS, KESTREL)
    world.faults[:] = ["", *["500"] * web.TRIES]
    error = reader.fails()
    assert "answered 500" in str(error)
    assert getattr(error, "passing", False) is True
    assert set(reader.issues("repo").values()) == {KESTREL}


def test_a_long_first_reading_goes_on_where_it_stopped(world: FakeHub) -> None:
    kestrel = world.repo(KESTREL)
    for number in range(10):
        world.tick(600)
        world.open(kestrel, f"Issue {number}")
    world.tick(600)
    reader = Reader(world, KESTREL)
    world.faults[:] = ["", "", "", "primary"]
    reader.fails()
    assert sorted(reader.issues("number").values()) == [7, 8, 9, 10, 11, 12], "the newest are there already"
    world.open(kestrel, "Meanwhile")
    reader.sync()
    pages = [query.get("page") for path, query, _ in world.asked if path.endswith("/issues")]
    assert pages == [None, "3", "4", "5"], "first what is new, then on from the third page"
    assert sorted(reader.issues("number").values()) == list(range(1, 14))
    assert reader.store.cursors[f"repo {KESTREL}"]["streams"]["all"].keys() == {"since"}


def test_the_preview_names_what_it_cannot_see(world: FakeHub) -> None:
    with pytest.raises(InputError, match="shows no issues of harbour/none"):
        github.preview(Reader(world, KESTREL, "harbour/none").handle)
    found = github.preview(Reader(world, KESTREL, DOCS).handle)
    assert found.counts == {"issues and pull requests": 3}
    assert any("2026-12-24" in note for note in found.notes)
    assert github.preview(Reader(world).handle).counts == {"issues and pull requests": 3}
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

"""GitHub with limits, faults, revoked tokens and lost repositories: all end in the rows of an undisturbed reading."""

from contextlib import suppress

import pytest
from pydantic import SecretStr

from connectors import web
from connectors.repos import github, hub, listing
from connectors.shape import Grant
from context.errors import SourceError
from tests.connectors.repos.hubs import DOCS, KESTREL, Reader
from tests.connectors.repos.hubs import hurry as hurry
from tests.connectors.repos.hubs import world as world
from tests.servers.github import FakeHub

pytestmark = pytest.mark.row("N4")


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
    assert f"steward connect github --api {world.base} --repo {KESTREL}" in error.mend
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


@pytest.mark.parametrize("marked", [False, True])
def test_a_long_first_reading_goes_on_where_it_stopped(world: FakeHub, marked: bool) -> None:
    world.marked = marked
    if marked:
        world.contract = None  # the description does not know of marks
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
    word, before = ("after", "mark-") if marked else ("page", "")
    pages = [query.get(word) for path, query, _ in world.asked if path.endswith("/issues")]
    assert pages == [None, *(f"{before}{page}" for page in (3, 4, 5))], "first what is new, then on from the third page"
    assert sorted(reader.issues("number").values()) == list(range(1, 14))
    assert reader.store.cursors[f"repo {KESTREL}"]["streams"]["all"].keys() == {"since"}


def test_a_reading_broken_off_after_a_loss_does_not_forget_it(world: FakeHub) -> None:
    reader = Reader(world)
    world.faults[:] = ["", "404"]
    assert getattr(reader.fails(), "reauth", False) is True
    world.faults[:] = ["", "", "primary"]
    reader.fails()
    reader.sync()
    assert reader.store.rejects == {}, "it is shown again"


def test_what_goes_while_a_first_reading_is_broken_off_goes_here_too(world: FakeHub) -> None:
    reader = Reader(world)
    world.faults[:] = ["", "", "500", "500", "500"]
    reader.fails()
    assert set(reader.issues("title")) == {f"{KESTREL}#1"}
    world.change(world.repo(KESTREL).issues[1], assignees=[])
    reader.sync(after=86400 + 1)
    assert set(reader.issues("title")) == {f"{KESTREL}#2", f"{DOCS}#1"}

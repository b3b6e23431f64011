"""Access to Google's interfaces: tokens, grants, quotas, and the contract that the fake is held to."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.google.api import AnswerError, Api, patient
from connectors.shape import Cursor, Grant, Known
from connectors.web import GrantError, PassingError, WaitError
from context.errors import SourceError, StewardError
from tests.connectors.google.conftest import NOW, SCOPES
from tests.servers.google import contract
from tests.servers.google.calendar import Calendars
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import handle as made
from tests.servers.google.fixture import robot

pytestmark = pytest.mark.row("N12", "T3")
LIST = "calendar.calendarList.list"
MEND = "run `steward connect google --name google`"


def names(handle: Any) -> list[str]:
    """The calendars, page by page, as a connector asks for them."""
    with Api(handle, "calendar", NOW) as api:
        return [entry["id"] for page in api.pages("users/me/calendarList") for entry in page["items"]]


@pytest.fixture
def many(calendars: Calendars) -> list[str]:
    """Three pages of calendars."""
    for n in range(6):
        calendars.add(f"c{n}@group.calendar.google.com")
    return list(calendars.calendars)


def test_a_token_serves_until_it_runs_out(google: FakeGoogle, handle: SimpleNamespace, many: list[str]) -> None:
    assert names(handle) == many
    assert len(google.asked("token")) == 1, "one token for all pages"


def test_a_token_that_ran_out_between_two_pages_is_renewed(
    google: FakeGoogle, handle: SimpleNamespace, many: list[str]
) -> None:
    google.fail(401, reason="authError", method=LIST, after=1, then=google.grants.expire)
    assert names(handle) == many
    assert len(google.asked("token")) == 2


def test_a_grant_revoked_between_two_pages_needs_a_new_one(
    google: FakeGoogle, handle: SimpleNamespace, many: list[str]
) -> None:
    google.fail(401, reason="authError", method=LIST, after=1, then=google.grants.revoke)
    with pytest.raises(GrantError) as raised:
        names(handle)
    assert raised.value.reauth
    assert raised.value.mend == MEND
    assert len(google.asked(LIST)) == 2
    assert len(google.asked("token")) == 2, "not a loop"


def test_a_token_that_is_never_good_is_not_asked_for_for_ever(google: FakeGoogle, handle: SimpleNamespace) -> None:
    google.fail(401, reason="authError", method=LIST, times=99)
    with pytest.raises(GrantError):
        names(handle)
    assert len(google.asked("token")) == 2


@pytest.mark.parametrize("how", ["client", "secret"])
def test_an_unknown_client_is_told_from_a_revoked_grant(google: FakeGoogle, handle: SimpleNamespace, how: str) -> None:
    handle.client_id = "other" if how == "client" else handle.client_id
    handle.client_secret = SecretStr("other") if how == "secret" else handle.client_secret
    with pytest.raises(GrantError, match="does not know the OAuth client"):
        names(handle)


def test_a_scope_that_was_not_granted(google: FakeGoogle) -> None:
    with pytest.raises(GrantError, match="does not cover calendar") as raised:
        names(made(google, "gmail.readonly"))
    assert raised.value.mend == MEND


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"])
@pytest.mark.parametrize("status", [403, 429])
def test_a_quota_is_a_matter_of_seconds(
    google: FakeGoogle, handle: SimpleNamespace, many: list[str], pauses: list[float], status: int, reason: str
) -> None:
    google.fail(status, reason=reason, method=LIST, after=2)
    google.fail(status, reason=reason, method=LIST, headers={"Retry-After": "7"})
    assert names(handle) == many
    assert pauses == [7.0, 1.0], "as long as it asks for, or a little"


def test_a_long_wait_is_remembered_and_kept_to(google: FakeGoogle, handle: SimpleNamespace) -> None:
    google.fail(429, reason="rateLimitExceeded", method=LIST, headers={"Retry-After": "900"})

    def reading() -> Any:
        names(handle)
        yield

    given: list[Any] = []
    with pytest.raises(WaitError):
        given.extend(patient(handle, Known({}, NOW), reading()))
    items = list(_until_error(patient(handle, Known({}, NOW), _failing(900))))
    assert items == [Grant(None), Cursor("wait", {"until": "2026-03-25T07:15:00+00:00"}, whole=False)]
    known = Known({"wait": items[1].value}, NOW)
    asked = len(google.calls)
    with pytest.raises(PassingError, match="asked to wait until"):
        list(patient(handle, known, reading()))
    assert len(google.calls) == asked
    later = Known(known.cursors, datetime(2026, 3, 25, 7, 16, tzinfo=UTC))
    assert list(patient(handle, later, reading())) == [Grant(None), None]


def _failing(seconds: float) -> Any:
    raise WaitError("wait", "later", seconds)
    yield


def _until_error(items: Any) -> Any:
    try:
        yield from items
    except StewardError:
        return


def test_the_quota_of_the_day_is_asked_for_hourly(google: FakeGoogle, handle: SimpleNamespace) -> None:
    google.fail(403, reason="dailyLimitExceeded", method=LIST)
    with pytest.raises(WaitError) as raised:
        names(handle)
    assert raised.value.seconds == 3600
    assert len(google.asked(LIST)) == 1


def test_an_interface_that_is_not_enabled(google: FakeGoogle, handle: SimpleNamespace) -> None:
    google.fail(403, reason="accessNotConfigured", method=LIST)
    with pytest.raises(SourceError, match="the calendar interface is not enabled") as raised:
        names(handle)
    assert "Library" in str(raised.value.mend)
    assert not getattr(raised.value, "reauth", False), "a new grant would not help"


@pytest.mark.parametrize("what", [500, 503, "reset", "cut", "truncated", "empty"])
@pytest.mark.parametrize("method", ["token", LIST])
def test_what_may_pass_is_tried_again(
    google: FakeGoogle, handle: SimpleNamespace, many: list[str], what: int | str, method: str
) -> None:
    google.fail(what, method=method)
    if what in ("truncated", "empty"):  # the answer arrived: the next sync asks anew
        with pytest.raises(PassingError):
            names(handle)
    assert names(handle) == many


@pytest.mark.parametrize("method", ["token", LIST])
def test_a_network_that_wants_a_log_in(google: FakeGoogle, handle: SimpleNamespace, method: str) -> None:
    google.fail("html", method=method)
    with pytest.raises(SourceError, match="web page"):
        names(handle)


def test_a_token_endpoint_that_redirects_gets_no_secret(
    google: FakeGoogle, handle: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = FakeGoogle()
    monkeypatch.setattr(google.grants, "token", lambda query, sent: (307, None, {"Location": f"{elsewhere.url}/token"}))
    with pytest.raises(SourceError, match="answers with a redirect"):
        names(handle)
    assert elsewhere.calls == []
    elsewhere.close()


def test_two_accounts_have_a_token_each(google: FakeGoogle, handle: SimpleNamespace) -> None:
    other = made(google, *SCOPES, address="bo@example.org")
    assert names(handle) == ["ana@example.org"]
    assert names(other) == ["bo@example.org"]
    google.grants.revoke("bo@example.org")
    assert names(handle) == ["ana@example.org"]
    with pytest.raises(GrantError):
        names(other)


def test_a_service_account_reads_for_a_person(google: FakeGoogle, handle: SimpleNamespace) -> None:
    key, certificate = robot()
    google.grants.certificates["robot"] = certificate
    google.account("ana@example.org")
    person = SimpleNamespace(**{**vars(handle), "subject": "ana@example.org"})
    person.service_account = SecretStr(json.dumps({**key, "token_uri": f"{google.url}/token"}))
    assert names(person) == ["ana@example.org"]
    person.subject = "nobody@example.org"
    with pytest.raises(GrantError) as raised:
        names(person)
    assert raised.value.mend == ("run `steward connect google --name google --service-account FILE --subject ADDRESS`")
    person.service_account = SecretStr(json.dumps({"client_email": "x", "private_key": "x", "token_uri": "x"}))
    with pytest.raises(GrantError, match="key cannot be read"):
        names(person)


def test_no_error_tells_a_secret(google: FakeGoogle, handle: SimpleNamespace) -> None:
    for what in (400, 401, 403, 404, 410, 500, "html", "truncated", "reset"):
        for method in ("token", LIST):
            google.faults.clear()
            google.fail(what, method=method, times=9)
            with pytest.raises(StewardError) as raised:
                names(handle)
            told = repr(raised.value) + str(raised.value) + repr(raised.value.__cause__)
            assert "planted" not in told
            assert "ana@" not in told


def test_what_is_not_there_is_told_by_its_status(google: FakeGoogle, handle: SimpleNamespace) -> None:
    with Api(handle, "calendar", NOW) as api, pytest.raises(AnswerError) as raised:
        api.get("calendars/nobody%40example.org/events")
    assert raised.value.status == 404


def test_a_request_that_google_does_not_know_fails_the_test(google: FakeGoogle, handle: SimpleNamespace) -> None:
    with Api(handle, "calendar", NOW) as api:
        for path, params in (
            ("calendars/a/events", {"maxResult": 3}),
            ("calendars/a/events", {"orderBy": "end"}),
            ("calendars/a/events", {"maxResults": 0}),
            ("calendars/a/events", {"timeMin": "2026-03-25"}),
            ("calendars/a/events", {"showDeleted": "yes"}),
            ("calendars/a/event", {}),
        ):
            with pytest.raises(AnswerError):
                api.get(path, params)
    assert len(google.violations) == 6
    google.violations.clear()


def test_an_answer_that_google_would_not_give_fails_the_test() -> None:
    found = contract.find("GET", "/calendar/v3/calendars/ana%40example.org/events")
    assert found is not None
    method, path = found
    assert path == {"calendarId": "ana@example.org"}
    good = {"id": "1", "start": {"date": "2026-03-25"}, "updated": "2026-03-25T07:00:00.000Z", "sequence": 1}
    assert contract.answer_faults(method, {"items": [good]}) == []
    for wrong in (
        {"title": "x"},
        {"start": {"date": "25.3.2026"}},
        {"updated": "2026-03-25T07:00:00"},
        {"sequence": "1"},
        {"attendees": {}},
        {"locked": 1},
    ):
        assert len(contract.answer_faults(method, {"items": [{**good, **wrong}]})) == 1, wrong

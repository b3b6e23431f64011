"""What the connectors rely on of Gmail, Drive, Tasks and People, as questions that only read: to the fake, or to a real
account with the scopes gmail.readonly, drive.readonly, tasks.readonly and contacts.readonly.

    STEWARD_GOOGLE_QUESTIONS=FILE .venv/bin/pytest -s tests/contract/test_google_questions.py

FILE is a credentials file, as for the probe (google_probe.py). What an account lacks (a file, a task) is not asked.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from connectors.docs import drive
from connectors.docs.remote import FIELDS, FORMS, OFFICE, file_of
from connectors.google.api import AnswerError, Api
from connectors.people import google as people
from connectors.tasks import google as tasks

Question = Callable[[Api], None]
QUESTIONS: list[tuple[str, Question]] = []


def of(service: str) -> Callable[[Question], Question]:
    """Mark a question to an interface."""

    def marked(question: Question) -> Question:
        QUESTIONS.append((service, question))
        return question

    return marked


def ask(handle: Any, service: str, question: Question) -> None:
    with Api(handle, service, datetime.now(UTC)) as api:
        question(api)


def refused(api: Api, path: str, **params: Any) -> int:
    """Return the status of an answer that is a refusal."""
    try:
        api.get(path, params)
    except AnswerError as error:
        return error.status
    raise AssertionError(f"{path} was not refused")


def newest(api: Api) -> list[str]:
    page = api.get("users/me/messages", {"maxResults": 5, "includeSpamTrash": False})
    return [message["id"] for message in page.get("messages", ())]


@of("gmail")
def the_profile_is_a_point_of_the_history(api: Api) -> None:
    point = api.get("users/me/profile")["historyId"]
    assert int(api.get("users/me/history", {"startHistoryId": point, "maxResults": 500})["historyId"]) >= int(point)


@of("gmail")
def a_point_long_ago_is_not_found(api: Api) -> None:
    assert refused(api, "users/me/history", startHistoryId="1", maxResults=500) == 404


@of("gmail")
def a_mail_that_is_not_there_is_not_found(api: Api) -> None:
    assert refused(api, "users/me/messages/1000000000000001", format="raw") == 404


@of("gmail")
def ids_are_long_numbers_that_grow(api: Api) -> None:
    assert all(re.fullmatch(r"[0-9a-f]{14,16}", name) for name in newest(api))


@of("gmail")
def a_mail_comes_raw_with_its_labels_and_lies_under_each(api: Api) -> None:
    for name in newest(api)[:1]:
        message = api.get(f"users/me/messages/{name}", {"format": "raw"})
        assert {"id", "threadId", "internalDate"} <= message.keys()
        base64.b64decode(message["raw"] + "=" * (-len(message["raw"]) % 4), altchars=b"-_", validate=True)
        known = {label["id"] for label in api.get("users/me/labels")["labels"]}
        for label in message.get("labelIds", ()):
            assert label in known
            page = api.get("users/me/messages", {"labelIds": label, "maxResults": 500, "includeSpamTrash": False})
            assert name in [found["id"] for found in page["messages"]]


@of("gmail")
def spam_and_bin_are_not_listed(api: Api) -> None:
    for name in newest(api):
        labels = api.get(f"users/me/messages/{name}", {"format": "minimal"}).get("labelIds", ())
        assert not {"SPAM", "TRASH"} & set(labels)


@of("drive")
def a_start_is_followed_by_a_start(api: Api) -> None:
    token = api.get("changes/startPageToken")["startPageToken"]
    fields = f"nextPageToken,newStartPageToken,changes(fileId,removed,file({FIELDS}))"
    assert "newStartPageToken" in api.get("changes", {"pageToken": token, "fields": fields, "pageSize": drive.PAGE})


@of("drive")
def a_start_that_is_none_is_refused(api: Api) -> None:
    assert refused(api, "changes", pageToken="none", fields="newStartPageToken") in drive.LAPSED


@of("drive")
def files_and_folders_are_told_apart_and_name_their_parents(api: Api) -> None:
    root = api.get("files/root", {"fields": "id"})["id"]
    folders = api.get("files", {**drive.NEWEST, "pageSize": 50, "q": drive.FOLDER_Q}).get("files", ())
    files = api.get("files", {**drive.NEWEST, "pageSize": 50, "q": drive.DOCUMENT_Q}).get("files", ())
    assert {file["mimeType"] for file in folders} <= {drive.FOLDER}
    assert drive.FOLDER not in {file["mimeType"] for file in files}
    assert not any(file["trashed"] for file in (*folders, *files))
    assert root not in {file["id"] for file in folders}


@of("drive")
def a_file_is_the_bytes_that_its_digest_says(api: Api) -> None:
    for told in api.get("files", {**drive.NEWEST, "pageSize": 50, "q": drive.DOCUMENT_Q}).get("files", ()):
        if "md5Checksum" in told and int(told["size"]) < 1 << 20:
            body = api.reply(f"files/{told['id']}", {"alt": "media"}).body
            assert hashlib.md5(body).hexdigest() == told["md5Checksum"] == file_of(told).mark
            return


@of("drive")
def a_document_is_exported_in_the_forms_that_we_ask_for(api: Api) -> None:
    for told in api.get("files", {**drive.NEWEST, "pageSize": 50, "q": drive.DOCUMENT_Q}).get("files", ()):
        for form, _ in FORMS.get(told["mimeType"], ()):
            reply = api.reply(f"files/{told['id']}/export", {"mimeType": form})
            assert reply.headers["Content-Type"].startswith(form)
            assert form.startswith(("text/", OFFICE))


@of("tasks")
def a_lower_bound_is_a_part_of_what_it_bounds(api: Api) -> None:
    all_of = {"showDeleted": True, "showHidden": True, "showCompleted": True, "maxResults": tasks.PAGE}
    for listed in api.get("users/@me/lists").get("items", ()):
        items = api.get(f"lists/{listed['id']}/tasks", all_of).get("items", ())
        times = [task["updated"] for task in items]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment) for moment in times)
        if times:
            bounded = api.get(f"lists/{listed['id']}/tasks", {**all_of, "updatedMin": max(times)})["items"]
            assert max(times) in [task["updated"] for task in bounded]


@of("tasks")
def a_due_day_has_no_time(api: Api) -> None:
    for listed in api.get("users/@me/lists").get("items", ()):
        for task in api.get(f"lists/{listed['id']}/tasks", {"maxResults": tasks.PAGE}).get("items", ()):
            assert task.get("due", "T00:00:00.000Z").endswith("T00:00:00.000Z")


@of("people")
def a_token_is_followed_by_a_token(api: Api) -> None:
    asked = {**people.ASKED, "requestSyncToken": True}
    pages = list(api.pages(people.PATH, asked))
    token = pages[-1]["nextSyncToken"]
    assert not any("nextSyncToken" in page for page in pages[:-1])
    assert "nextSyncToken" in list(api.pages(people.PATH, {**asked, "syncToken": token}))[-1]


@of("people")
def a_token_that_is_none_is_refused(api: Api) -> None:
    assert refused(api, people.PATH, **people.ASKED, requestSyncToken=True, syncToken="none") in people.EXPIRED

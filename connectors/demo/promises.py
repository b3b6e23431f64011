"""The known answers about commitments, and the labels of mail: as a careful reader of the quarter would give them."""

from datetime import date
from typing import Any

from connectors.demo.cast import people
from connectors.demo.post import Mail
from connectors.demo.quarter import NOW, mails
from connectors.demo.script import Promise

TODAY: date = NOW.date()


def one(mail: Mail, promise: Promise, by_key: dict[str, Mail]) -> dict[str, Any]:
    evidence = by_key.get(f"{mail.thread}/{promise.evidence}") if promise.evidence else None
    return {
        "message_id": mail.message_id,
        "owes": people()[promise.owes].address,
        "to": people()[promise.to].address,
        "quote": " ".join(promise.quote.split()),
        "made": mail.sent.date().isoformat(),
        "due": promise.due.isoformat() if promise.due else None,
        "due_is": "none" if promise.due is None else "stated" if promise.stated else "inferred",
        "state": promise.state,
        "closed_by": evidence.message_id if evidence else None,
    }


def commitments() -> list[dict[str, Any]]:
    by_key = {mail.key: mail for mail in mails()}
    return [one(mail, promise, by_key) for mail in mails() for promise in mail.promises]


def polite() -> list[dict[str, Any]]:
    return [
        {"message_id": mail.message_id, "quote": " ".join(phrase.split())} for mail in mails() for phrase in mail.polite
    ]


def answers() -> dict[str, Any]:
    """Return what is open at the quarter's present: the owner's and the others', with what is overdue."""
    mine = people()["me"].address
    opened = [each for each in commitments() if each["state"] == "open"]

    def listed(own: bool, late: bool) -> list[list[str | None]]:
        found = [
            each
            for each in opened
            if (each["owes"] == mine) == own and (not late or (each["due"] and each["due"] < TODAY.isoformat()))
        ]
        return sorted(([each["due"], each["to"] if own else each["owes"], each["quote"]] for each in found), key=str)

    return {
        "mine_open": listed(True, False),
        "mine_overdue": listed(True, True),
        "theirs_open": listed(False, False),
        "theirs_overdue": listed(False, True),
    }


def labels() -> dict[str, Any]:
    """Return the labelled mails, commitments and merely polite phrases.

    A label says what a mail asks of the owner when it arrives; `open` says whether that still stands at the present.
    """
    last = {mail.thread: mail.key for mail in mails()}
    marked = [
        {
            "message_id": mail.message_id,
            "account": mail.account,
            "folder": mail.folder,
            "label": mail.label,
            "open": mail.label in ("reply", "decide") and last[mail.thread] == mail.key,
            "kind": mail.kind,
        }
        for mail in mails()
        if mail.label and mail.message_id
    ]
    return {"mails": marked, "commitments": commitments(), "polite": polite()}

"""One mail, judged by the rules, without a warehouse."""

from typing import Any

from blocks.ledger.verdicts import Verdict
from flows.common.labels import label
from flows.common.sorting import Judgement, Mail, Owner, mail

ANA = Owner(frozenset({"ana"}), frozenset({"fern.example"}))


def row(body: str = "Could you send the plan?", **given: Any) -> dict[str, Any]:
    """Return a row of `mails.sql`: from a client of tier 2, to Ana alone."""
    base: dict[str, Any] = {
        "message_key": "m1", "thread_id": "t1", "source": "mail", "account": "work", "folder": "INBOX",
        "subject": "The plan", "body": body, "from_address": "bo@client.example", "from_name": "Bo Lind", "to_me": True,
        "to_addresses": '[{"name": "Ana", "address": "ana@fern.example"}]', "list_id": None, "list_unsubscribe": None,
        "automated": False, "seen": False, "answered": None, "attachments": None, "asked_at": None, "answered_at": None,
        "mine": None, "person_id": "pe_bo", "person": "Bo Lind", "tier_rank": 2, "relation": "client",
        "stranger": False, "wrote": 5, "namesake": False,
    }  # fmt: skip
    return base | given


def given(body: str = "Could you send the plan?", **more: Any) -> Mail:
    return mail(row(body, **more), ANA)


def judged(body: str = "Could you send the plan?", verdicts: tuple[Verdict, ...] = (), **more: Any) -> Judgement:
    return label(given(body, **more), verdicts)

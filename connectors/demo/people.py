"""The known answers about people: when the owner last had to do with each, and who has been silent for too long."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.demo.cast import ME, people
from connectors.demo.quarter import NOW, mails
from connectors.demo.sums import instances
from connectors.demo.world import ZONE

CADENCES = {  # as the profile says
    **{"henrike": 7, "solveig": 14, "erik": 7, "camille": 14, "benoit": 21, "haruka": 14, "yusuf": 30, "grace": 21},
    **{"tomasz": 7, "aylin": 7, "jonas": 7, "priya": 7, "mateus": 14, "dana": 7},
    **{"margit": 7, "nils": 14, "beate": 21},
}
TOO_LONG = 1.5  # times the cadence that the owner stated


def contacts(who: str) -> dict[str, list[datetime]]:
    """Return the moments of contact: mails between the two directly, and meetings that were held."""
    address = people()[who].address
    letters = [
        mail.sent.astimezone(UTC)
        for mail in mails()
        if mail.kind in ("story", "routine")
        and (mail.sender[1] == address or (mail.from_me and address in [to for _, to in (*mail.to, *mail.cc)]))
    ]
    meetings = [
        one.begins
        for name in ("work", "private")
        for one in instances(name, date(2025, 12, 25), NOW.date() + timedelta(days=1))
        if one.busy and one.ends <= NOW and who in {person.id for person in (one.event.organizer, *one.event.others)}
    ]
    return {"mails": letters, "meetings": meetings}


def answers() -> dict[str, Any]:
    found = {}
    for who, person in people().items():
        moments = contacts(who)
        every = moments["mails"] + moments["meetings"]
        if who == ME or not every:
            continue
        last = max(every)
        silence = (NOW.date() - last.astimezone(ZONE).date()).days
        cadence = CADENCES.get(who)
        found[person.address] = {
            "name": person.name,
            "last_contact": last.isoformat(),
            "last_mail": max(moments["mails"]).isoformat() if moments["mails"] else None,
            "last_meeting": max(moments["meetings"]).isoformat() if moments["meetings"] else None,
            "contact_days": len({each.astimezone(ZONE).date() for each in every}),
            "silent_days": silence,
            "cadence_days": cadence,
            "overdue": cadence is not None and silence > TOO_LONG * cadence,
        }
    return {
        "contacts": dict(sorted(found.items())),
        "overdue": sorted(address for address, each in found.items() if each["overdue"]),
        "homonyms": {"Felix Harms": ["f.harms@harms-partner.example", "felix.harms@fernhafen.example"]},
    }

"""Mail that comes of the other stories: invitations and answers of the calendars, and absence notices."""

from datetime import datetime, timedelta

from connectors.demo.agenda import address_in, events
from connectors.demo.cast import ME, people
from connectors.demo.ical import Event, calendar, event_lines
from connectors.demo.mime import DAYS, MONTHS
from connectors.demo.post import Mail, folder, message_id, name_of, unread
from connectors.demo.world import NOW, Dice, at

SEASON = at("2026-01-02 00:00")
ABSENCES = {
    "mateus": ("2026-02-19", "2026-02-20", "I am at a conference and read mail in the evening only."),
    "ruth": ("2026-01-12", "2026-01-16", "Ich bin bis 16. Januar im Urlaub. I am on leave until 16 January."),
    "sven": ("2026-02-17", "2026-02-19", "Ich bin bis 19. Februar nicht im Büro und lese keine E-Mails."),
    "haruka": (
        "2026-03-06",
        "2026-03-08",
        "本日は休業日です。月曜日にご連絡いたします。 The office is closed until Monday.",
    ),
    "dana": ("2026-02-27", "2026-03-02", "I'm off today. For customers in North America: support@fernhafen.example"),
    "carola": ("2026-03-09", "2026-03-09", "I am at a fair all day and answer tomorrow."),
    "jonas": ("2026-01-27", "2026-01-27", "Heute frei nach der Rufbereitschaft."),
    "erik": ("2026-02-23", "2026-02-27", "Jag är på sportlov. I am out of the office this week."),
    "benoit": ("2026-03-02", "2026-03-06", "Je suis absent jusqu'au 6 mars, avec un accès limité à mes mails."),
    "piet": ("2026-03-02", "2026-03-06", "I am travelling and answer with delay."),
}


def spoken(moment: datetime) -> str:
    month, day = MONTHS[moment.month - 1], DAYS[moment.weekday()]
    return f"{day} {moment.day} {month} {moment.year} {moment:%H:%M} ({moment.tzinfo})"


def notice(event: Event, number: int, word: str, method: str, sent: datetime) -> Mail:
    """Return the mail that carries an invitation, its change or its end (iMIP, RFC 6047)."""
    account = "private" if event.calendar == "private" else "work"
    me, host = people()[ME], event.organizer
    key = f"invite-{event.id.replace('/', '-').replace(' ', '-').replace(':', '')}/{number}"
    when = spoken(event.start) if isinstance(event.start, datetime) else str(event.start)
    zones = [] if event.all_day else [event.written]
    body = calendar("", zones, [event_lines(event, me, address_in(event.calendar))], method)
    lines = [f"{word}: {event.summary}", f"When: {when}"]
    lines += [f"Where: {place}" for place in (event.room, event.url) if place]
    if event.text:
        lines += ["", event.text]
    seen = not unread(sent)
    return Mail(
        key=key,
        account=account,
        folder=folder(account, sent, False, seen),
        sent=sent,
        sender=name_of(host, account),
        to=(name_of(me, account),),
        subject=f"{word}: {event.summary} @ {when}",
        text="\n".join(lines),
        invitation=(method, body),
        message_id=message_id(key, "calendar.fernhafen.example"),
        headers=(("X-Calendar", "fernhafen"),),
        seen=seen,
        label="calendar",
        kind="calendar",
    )


def invitations() -> list[Mail]:
    """Return a mail for each meeting that somebody else called, and for its change or cancellation."""
    found: list[Mail] = []
    for event in events():
        theirs = event.organizer.id != ME and event.others and event.calendar != "dana"
        if not theirs or (event.organizer.id == "dana" and event.rule):
            continue
        changed = event.updated > event.created or event.replaces is not None
        mine = event.mine == "DECLINED" and event.replaces is not None  # the owner's own answer sends no invitation
        if event.replaces is None and SEASON < event.created < NOW:
            found.append(notice(event, 1, "Invitation", "REQUEST", event.created))
        if changed and not mine and event.updated < NOW and event.id != HAND_WRITTEN:
            cancelled = event.status == "CANCELLED"
            word, method = ("Cancelled", "CANCEL") if cancelled else ("Updated invitation", "REQUEST")
            found.append(notice(event, 2, word, method, event.updated))
    return found


def answers() -> list[Mail]:
    """Return the acceptances that calendars send by themselves for meetings that the owner called."""
    found: list[Mail] = []
    for event in events():
        mine = event.organizer.id == ME and event.calendar == "work" and isinstance(event.start, datetime)
        if not mine or event.rule or event.replaces or event.created >= NOW or event.created < SEASON:
            continue
        dice = Dice("answer", event.id)
        for person in event.others:
            if not dice.chance(0.2):
                continue
            sent = event.created + timedelta(minutes=dice.between(4, 300))
            key = f"answer-{event.id}-{person.id}/1"
            body = calendar("", [event.written], [event_lines(event, people()[ME], person.address)], "REPLY")
            found.append(
                Mail(
                    key=key,
                    account="work",
                    folder=folder("work", sent, False, True),
                    sent=sent.astimezone(person.zoneinfo),
                    sender=name_of(person, "work"),
                    to=(name_of(people()[ME], "work"),),
                    subject=f"Accepted: {event.summary}",
                    text=f"{person.name} has accepted this invitation.",
                    invitation=("REPLY", body),
                    message_id=message_id(key, person.address.partition("@")[2]),
                    headers=(("Auto-Submitted", "auto-generated"),),
                    label="calendar",
                    kind="calendar",
                )
            )
    return [mail for mail in found if mail.sent < NOW]


HAND_WRITTEN = "2026-03-25-tidemark-go-no-go"  # its change is told in a mail of the story


def absences(mails: list[Mail]) -> list[Mail]:
    """Return the automatic answer that the owner got, once, from each person who was away when written to."""
    found: list[Mail] = []
    for who, (first, last, text) in ABSENCES.items():
        person = people()[who]
        since, until = at(f"{first} 00:00"), at(f"{last} 23:59")
        written = (
            mail
            for mail in sorted(mails, key=lambda each: each.sent)
            if mail.from_me
            and since <= mail.sent <= until
            and person.address in [address for _, address in mail.to + mail.cc]
        )
        if (asked := next(written, None)) is None:
            continue
        sent = asked.sent + timedelta(minutes=1, seconds=Dice("absence", who).below(50))
        key = f"{asked.thread}/absence-{who}"
        found.append(
            Mail(
                key=key,
                account=asked.account,
                folder=folder(asked.account, sent, False, True),
                sent=sent.astimezone(person.zoneinfo),
                sender=name_of(person, asked.account),
                to=(asked.sender,),
                subject="Automatic reply: " + asked.subject,
                text=text,
                message_id=message_id(key, person.address.partition("@")[2]),
                references=(*asked.references, asked.message_id)[-10:],
                headers=(
                    ("Auto-Submitted", "auto-replied"),
                    ("X-Auto-Response-Suppress", "All"),
                    ("Precedence", "auto_reply"),
                ),
                label="noise",
                kind="auto-reply",
            )
        )
    return found

"""What machines and lists send: the senders of `story/bulk.toml`."""

import html
import re
import tomllib
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from connectors.demo.cast import ME, owner_address, people
from connectors.demo.mime import Address, Attachment
from connectors.demo.pdf import pdf
from connectors.demo.post import Mail, folder, message_id, unread
from connectors.demo.world import NOW, STORY, Dice, at, days, local, working

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


def moments(sender: dict[str, Any]) -> list[datetime]:
    """Return when a sender writes, in order, up to the quarter's present."""
    if "on" in sender:
        return [at(stamp) for stamp in sender["on"]]
    dice = Dice("bulk", sender["id"], "moments")
    span = days(date(2026, 1, 2), NOW.date())
    if every := sender.get("every"):
        rhythm, *rest = every.split()
        hour, minute = map(int, rest[-1].split(":"))
        chosen = [
            day
            for day in span
            if (rhythm == "workdays" and working(day))
            or (rhythm == "month" and day.day == int(rest[0]))
            or (rhythm in WEEKDAYS and day.weekday() == WEEKDAYS.index(rhythm))
        ]
        return [moment for day in chosen if (moment := local(day, hour, minute)) < NOW]
    found = []
    step = len(span) / sender["times"]
    for turn in range(sender["times"]):
        day = span[int(turn * step + step * dice.below(1000) / 1000)]
        moment = local(day, dice.between(6, 21), dice.below(60)) + timedelta(seconds=dice.below(60))
        found.append(moment if moment < NOW else local(NOW.date() - timedelta(days=1), 19, turn % 60))
    return sorted(found)


def filled(text: str, dice: Dice, facts: dict[str, str]) -> str:
    text = re.sub(r"«([^«»]*)»", lambda found: dice.pick(found[1].split("|")), text)
    return re.sub(r"\$(n|sum|code)\b", lambda found: facts[found[1]], text)


def newsletter(paragraphs: list[str], sender: dict[str, Any], code: str) -> str:
    """Return an HTML page as such senders make it: a table, a link, and a picture that reports the opening."""
    domain = sender["address"].partition("@")[2]
    rows = "\n".join(f'<tr><td style="padding:8px">{html.escape(part)}</td></tr>' for part in paragraphs)
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><style>td{font-family:sans-serif}</style></head>\n'
        f'<body><table width="600">\n{rows}\n<tr><td><a href="https://{domain}/read/{code}">Online</a></td></tr>\n'
        f'</table><img src="https://track.{domain}/open.gif?u={code}" width="1" height="1" alt=""></body></html>\n'
    )


def letters(sender: dict[str, Any]) -> list[Mail]:
    """Return every mail of one sender."""
    account = sender.get("account", "work")
    me: Address = (people()[ME].name, owner_address(account))
    mails: list[Mail] = []
    counter = 1000 + Dice("bulk", sender["id"], "counter").below(8000)
    for turn, sent in enumerate(moments(sender), 1):
        dice = Dice("bulk", sender["id"], turn)
        counter += dice.between(1, 9)
        code = f"{sender['id'][:2].upper()}-{dice.between(10000, 99999)}"
        facts = {"n": str(counter), "code": code, "sum": f"{dice.between(4, 240)},{dice.between(0, 99):02}"}
        key = f"{sender['id']}-{turn}/1"
        paragraphs = [filled(part, dice, facts) for part in sender["body"]]
        address = filled(sender["address"], dice, facts)
        text = "\n\n".join(paragraphs)
        seen = dice.chance(sender["seen"]) and not unread(sent)
        headers = tuple(
            (name, filled(value, dice, facts).encode("ascii", "replace").decode())
            for name, value in sender.get("headers", {}).items()
        )
        attachment = Attachment(f"{code}.pdf", "application/pdf", pdf(f"{sender['name']} {code}", paragraphs))
        mails.append(
            Mail(
                key=key,
                account=account,
                folder=sender.get("folder") or folder(account, sent, False, seen),
                sent=sent,
                sender=(sender["name"], address),
                to=((sender["name"], address),) if sender["kind"] == "list" else (me,),
                subject=filled(sender["subject"][0], dice, facts),
                text=text if sender["mode"] != "html" else None,
                html=newsletter(paragraphs, sender, code) if sender["mode"] != "text" else None,
                message_id=message_id(key, address.partition("@")[2]),
                headers=headers,
                attachments=(attachment,) if "attach" in sender else (),
                seen=seen,
                label=sender["label"],
                kind=sender["kind"],
            )
        )
    return discussed(mails, sender) if "authors" in sender else mails


def discussed(mails: list[Mail], sender: dict[str, Any]) -> list[Mail]:
    """Return a list's mails by its authors, most of them answers to an earlier one."""
    done: list[Mail] = []
    for turn, mail in enumerate(mails):
        dice = Dice("bulk", sender["id"], "discussion", turn)
        name, address = dice.pick(sender["authors"])
        mail = replace(mail, sender=(name, address), text=f"{mail.text}\n\n-- \n{name}")
        if done and dice.chance(0.65):
            before = done[-1 - dice.below(min(4, len(done)))]
            taken = sum(1 for each in done if each.thread == before.thread)
            mail = replace(
                mail,
                key=f"{before.thread}/{taken + 1}",
                subject="Re: " + before.subject.removeprefix("Re: "),
                references=(*before.references, before.message_id)[-10:],
                text=f"> {(before.text or '').splitlines()[0]}\n\n{mail.text}",
            )
        done.append(mail)
    return done


@cache
def mails() -> tuple[Mail, ...]:
    senders = tomllib.loads((STORY / "bulk.toml").read_text("utf-8"))["sender"]
    return tuple(mail for sender in senders for mail in letters(sender))

"""Closing commitments by evidence, and what state the others are in on a day.

A commitment is kept where a later mail of the debtor's in the thread hands the thing over, the creditor says that they
have it, a mail elsewhere brings it by name, or a task, meeting, commit or document shows it. It is dropped where one of
them gives it up. Where the debtor says the same again, it is renewed and fares as the newer one does. What has no
evidence is open until its day, late after it, and stale three weeks later.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flows.common.promises import closing, text
from flows.common.promises.model import Commitment, Evidence, State
from flows.facts import Row

STALE = 21  # days without evidence after which the owner is asked, once
CALLED = timedelta(days=7)  # a call may come so long after its day and still be the one
ME = "the owner"
AGAIN = 2  # words in common that tell that two texts outside one thread are of one thing


@dataclass(frozen=True)
class Trace:
    """A row outside mail that may show that something was done: by whom (addresses), about what, when."""

    view: str
    key: str
    seen_at: datetime
    about: str
    who: frozenset[str] = frozenset()
    words: frozenset[str] = field(default_factory=frozenset)


def settled(
    made: Iterable[Commitment], rows: Iterable[Row], today: date, zone: ZoneInfo, traces: Iterable[Trace] = ()
) -> list[Commitment]:
    """Return the commitments with their states on `today`, in the same order; `rows` are the mails they stand in.

    The day on which something was kept counts in `zone`.
    """
    commitments, mails = list(made), list(rows)
    people = _People(mails)
    plain = [replace(one, who_owes=people.of(one.who_owes), to_whom=people.of(one.to_whom)) for one in commitments]
    ordered = sorted(map(people.plain, mails), key=lambda row: (row["sent_at"], row["message_key"]))
    walk = _Walk(zone)
    walk.threads(plain, ordered)
    bringing = _bringing(ordered)
    known = _Traces(
        replace(trace, words=text.things(trace.about), who=frozenset(map(people.of, trace.who))) for trace in traces
    )
    result: dict[str, Commitment] = {}
    for one, given in reversed(list(zip(plain, commitments, strict=True))):  # the newer first: it decides
        newer = result.get(walk.renewed.get(one.key, ""))
        closed = walk.closed.get(one.key) or _elsewhere(one, bringing, zone) or _traced(one, known, zone)
        end = newer or closed
        state = end.state if end else standing(one, today)
        result[one.key] = replace(
            given, state=state, closed_by=end.closed_by if end else None, renewed=newer is not None
        )
    return [result[one.key] for one in commitments]


class _People:
    """Who is who by address: all addresses of the owner's are one, and so are those of each person that is known."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._known = {row["from_address"]: ME if row["from_me"] else row.get("person_id") for row in rows}

    def of(self, address: str) -> str:
        return self._known.get(address) or address

    def plain(self, row: Row) -> Row:
        """Return a mail with its people in place of their addresses."""
        people = [*json.loads(row["to_addresses"] or "[]"), *json.loads(row["cc_addresses"] or "[]")]
        to = frozenset(self.of(str(one.get("address") or "").lower()) for one in people)
        return {**row, "from_address": self.of(row["from_address"]), "to": to | ({ME} if row["to_me"] else set())}


def standing(one: Commitment, today: date) -> State:
    """Return the state of a commitment without evidence."""
    reference = one.due or one.made
    if (today - reference).days > STALE:
        return "stale"
    return "late" if one.due is not None and one.due < today else "open"


@dataclass
class _Walk:
    """A walk through every thread in order of time: what its later mails close, and which promise renews which."""

    zone: ZoneInfo
    closed: dict[str, Commitment] = field(default_factory=dict)
    renewed: dict[str, str] = field(default_factory=dict)

    def threads(self, commitments: Sequence[Commitment], ordered: Sequence[Row]) -> None:
        opened: dict[str, list[Commitment]] = {}  # by mail
        for one in commitments:
            opened.setdefault(one.message_key, []).append(one)
        pending: dict[tuple[str, str], list[Commitment]] = {}
        last: dict[tuple[str, str], Row] = {}
        for row in ordered:
            thread = (row["account"], row["thread_id"])
            waiting, fresh = pending.setdefault(thread, []), opened.get(row["message_key"], [])
            for one in list(waiting):
                alone = sum(other.who_owes == one.who_owes for other in waiting) == 1
                if self._met(one, row, last[thread], fresh, alone):
                    waiting.remove(one)
            waiting += fresh
            last[thread] = row

    def _met(self, one: Commitment, row: Row, before: Row, fresh: Sequence[Commitment], alone: bool) -> bool:
        """Whether a later mail of its thread ends a commitment's waiting."""
        done = _by_mail(one, row, fresh, alone, self.zone) or _by_thanks(one, row, before, alone, self.zone)
        if done is not None:
            self.closed[one.key] = done
            return True
        again = next((other for other in fresh if other.who_owes == one.who_owes and _same(one, other)), None)
        if again is not None:
            self.renewed[one.key] = again.key
        return again is not None


def _by_mail(one: Commitment, row: Row, fresh: Sequence[Commitment], alone: bool, zone: ZoneInfo) -> Commitment | None:
    """Return a commitment as a later mail of its thread closes it; None where it does not."""
    if row["from_address"] == one.who_owes:
        how = closing.handed(row, one, alone)
        if how is None and not fresh and one.act == "answer" and closing.answered(row):
            how = "answered"
        if how is None and not fresh and alone and closing.named(row, one):
            how = "told of"
        if how is not None:
            return _closed(one, "kept", row, how, zone)
    elif row["from_address"] == one.to_whom and closing.thanked(row, one, alone):
        return _closed(one, "kept", row, "received", zone)
    if row["from_address"] in (one.who_owes, one.to_whom) and closing.released(row, one, alone):
        return _closed(one, "dropped", row, "given up", zone)
    return None


def _by_thanks(one: Commitment, row: Row, before: Row, alone: bool, zone: ZoneInfo) -> Commitment | None:
    """Return a commitment as kept where the creditor is content with what the debtor wrote after it."""
    brought = before["from_address"] == one.who_owes and before["sent_at"] > one.made_at and closing.answered(before)
    if alone and brought and row["from_address"] == one.to_whom and closing.grateful(row):
        return _closed(one, "kept", before, "accepted", zone)
    return None


def _same(old: Commitment, new: Commitment) -> bool:
    """Whether a later promise of the same person's in a thread is about the same thing."""
    return bool(text.things(old.quote) & text.things(new.quote)) or not text.things(new.what)


def _closed(one: Commitment, state: State, row: Row, how: str, zone: ZoneInfo) -> Commitment:
    day = row["sent_at"].astimezone(zone).date()
    return replace(one, state=state, closed_by=Evidence("messages", row["message_key"], row["sent_at"], day, how))


def _bringing(ordered: Sequence[Row]) -> dict[str, list[tuple[Row, frozenset[str]]]]:
    """Return, by sender, the mails that hand something over, with the words that name it."""
    result: dict[str, list[tuple[Row, frozenset[str]]]] = {}
    for row in ordered:
        names = closing.attached(row)
        body = row["body"] or ""
        if not names and not closing.HANDED.search(body[: text.LONGEST]):
            continue
        told = [s for s in text.sentences(body) if closing.HANDED.search(s) and not closing.NOT_YET.search(s)]
        if names or told:
            words = text.things(" ".join([row["subject"] or "", *names, *told]))
            result.setdefault(row["from_address"], []).append((row, words))
    return result


def _elsewhere(
    one: Commitment, bringing: dict[str, list[tuple[Row, frozenset[str]]]], zone: ZoneInfo
) -> Commitment | None:
    """Return a commitment as a mail outside its thread closes it: by its debtor to its creditor, naming the thing."""
    wanted = text.things(f"{one.quote} {one.subject}") - text.things(one.to_name) - text.things(one.owes_name)
    for row, words in bringing.get(one.who_owes, []):
        other = row["thread_id"] != one.thread_id or row["account"] != one.account
        if other and row["sent_at"] > one.made_at and len(wanted & words) >= AGAIN and one.to_whom in row["to"]:
            return _closed(one, "kept", row, "sent elsewhere", zone)
    return None


class _Traces:
    """What stands outside mails, by what it may close: there are too many to hold each commitment against all."""

    def __init__(self, traces: Iterable[Trace]) -> None:
        self._held: dict[tuple[str, str], list[tuple[int, Trace]]] = {}
        for place, trace in enumerate(traces):
            for who in trace.who if trace.view == "commits" else ("",):
                self._held.setdefault((trace.view, who), []).append((place, trace))

    def of(self, one: Commitment) -> list[Trace]:
        """Return those that are of a kind which closes a commitment like this one, in the order given."""
        kinds = [("event_instances", "")] if one.act == "meet" else []
        kinds += [("commits", one.who_owes)] if one.act == "do" else []
        kinds += [("tasks", "")] if one.mine else []  # these and documents are the owner's own
        kinds += [("documents", "")] if one.mine and one.act in ("do", "send") else []
        found = [each for kind in kinds for each in self._held.get(kind, ())]
        return [trace for _, trace in sorted(found, key=lambda each: each[0])]


def _traced(one: Commitment, traces: _Traces, zone: ZoneInfo) -> Commitment | None:
    """Return a commitment as a task, meeting, commit or document closes it."""
    wanted = text.things(one.quote)
    others = {one.who_owes, one.to_whom} - {ME}
    for trace in traces.of(one):
        if trace.seen_at <= one.made_at:
            continue
        if trace.view == "event_instances":
            until = (one.due or one.made) + timedelta(days=CALLED.days if one.due else 14)
            fits = others <= trace.who and trace.seen_at.date() <= until
        else:
            common = len(wanted & trace.words)
            fits = common >= AGAIN or (common == len(trace.words) == 1)
        if fits:
            how = {"event_instances": "met", "tasks": "task done", "commits": "committed"}.get(trace.view, "written")
            day = trace.seen_at.astimezone(zone).date()
            return replace(one, state="kept", closed_by=Evidence(trace.view, trace.key, trace.seen_at, day, how))
    return None

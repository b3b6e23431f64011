"""The shape that every capability has: facts → narrate → verify → output → archive → deliver.

A capability brings its folder (SQL files and prompt) and one function that composes an output from rows, without a
model. Everything that is the same for all of them is here, once: what day and from when, whose profile at which tier,
how fresh the sources are, what was told before, the version, the archive, dry runs, quiet hours and delivery.

A run's id is made of its content: the same inputs again are the same run. So nothing is told or sent twice, and a
delivery that failed is taken up where it stood.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from blocks.ledger import Delivery, Ledger, Verdict
from blocks.model.prompt import canonical
from blocks.warehouse import Warehouse
from context import sight, store
from context.home import Home
from context.profile import Profile
from flows import archive, health, quiet
from flows.deliver import Channel, deliver
from flows.facts import Moment
from flows.output import Footer, Output, Source
from flows.rules import suggested
from flows.shape import Ask, Capability, Draft, Gathered, View, given, prompt

if TYPE_CHECKING:
    from blocks.model.endpoint import Endpoint
    from flows.consult import Consult

SHARED = {"drafts": ("triage",)}  # a mail that the owner says needs no reply is not drafted either
LONGEST = timedelta(days=7)  # "since the last one" reaches back no further
ASKED = "asked"  # the digest of a suggested rule: it is asked about once


@dataclass(frozen=True)
class Result:
    output: Output
    path: Path
    deliveries: tuple[Delivery, ...] = ()
    quiet: str | None = None
    unchanged: bool = False


def run(
    home: Home,
    capability: Capability,
    ask: Ask | None = None,
    channels: Iterable[Channel] = (),
    endpoint: "Endpoint | None" = None,
) -> Result:
    """Make one output and deliver it.

    Raises StewardError where the profile is invalid, nothing was ever published, or the disk refuses. A model, a
    source or a channel that fails costs its own part only.
    """
    gathered = gather(home, capability, ask or Ask(), endpoint)
    output = narrated(home, capability, gathered, endpoint)
    path = keep(home, capability, gathered, output)
    deliveries = send(home, gathered, output, channels)
    return Result(output, path, deliveries, gathered.quiet, gathered.seen)


def gather(home: Home, capability: Capability, ask: Ask, endpoint: "Endpoint | None" = None) -> Gathered:
    """Read what the capability reads and compose its output by template."""
    profile = _budgeted(store.load(home), capability)
    shown = sight.seen(profile, profile.policies.tier(capability.name))
    now = home.now()
    zone = ask.place(profile)
    asked = ask.moment(zone)
    as_of = asked or now
    day = ask.day or as_of.astimezone(zone).date()
    with Ledger.open(home) as ledger:
        moment = Moment(day, as_of, zone, _since(ledger, capability.name, day, as_of, zone))
        sources = ledger.sources.all()

        def before(key: str) -> str | None:
            last = ledger.shown.last(capability.name, key, before=moment.begins)
            return last[0] if last else None

        def newest(subject: str) -> Output | None:
            row = ledger.outputs.latest(capability.name, subject, before=asked)
            path = home.outputs / row.path if row else None
            return archive.load(path).output if path and path.is_file() else None

        with Warehouse(home).read() as con:
            con.execute("SET TimeZone = 'UTC'")
            consult = _consult(home, ledger, capability, shown.profile, zone, now, endpoint)
            view = View(
                con,
                capability.folder,
                shown.profile,
                moment,
                health.families(sources, as_of),
                before,
                about=ask.about,
                verdicts=_verdicts(ledger, capability.name, asked),
                consult=consult,
                last=newest,
                hidden=_hidden(profile, shown.profile),
            )
            draft = capability.compose(view)
            _suggest(capability, view)
        version = _version(capability, draft, view, endpoint)
        run = f"{version[:10]}{'-dry' if ask.dry_run else ''}"
        footer = Footer(run=run, withheld=shown.withheld, notes=(*ask.notes, *view.notes))
        if consult is not None and consult.asked:
            footer = _consulted(footer, consult)
        last = ledger.outputs.latest(capability.name, draft.subject)
        seen = not ask.dry_run and last is not None and last.run == run
    output = _output(capability, draft, view, footer, version, health.header(sources, as_of))
    silent = quiet.reason(shown.profile, moment, as_of) if ask.scheduled else None
    if ask.scheduled and silent is None and draft.empty:
        silent = "nothing new to say"
    return Gathered(output, shown.profile, moment, now, tuple(view.told), silent, ask.dry_run, seen)


def narrated(home: Home, capability: Capability, gathered: Gathered, endpoint: "Endpoint | None") -> Output:
    """Return the output in a model's words where there is one, each line verified; else as it is."""
    if gathered.seen:  # the same inputs: what was said stands, under a fresh header
        with Ledger.open(home) as ledger:
            path = home.outputs / ledger.outputs.get(gathered.output.footer.run).path
        if path.is_file():
            return archive.load(path).output.model_copy(update={"sources": gathered.output.sources})
    if endpoint is None:
        return gathered.output
    from flows.narrate import narrate  # openai, only where a model is configured

    return narrate(home, capability, gathered, endpoint)


def keep(home: Home, capability: Capability, gathered: Gathered, output: Output) -> Path:
    """Archive the output and write down what it told; return its path. Dry or kept quiet, it tells nobody anything."""
    untold = gathered.dry or gathered.quiet is not None
    path = archive.save(home, output, **_made_of(home, capability, gathered, output))
    with Ledger.open(home) as ledger:
        place = str(path.relative_to(home.outputs))
        ledger.outputs.record(
            output.footer.run, output.capability, output.subject, output.made, output.version, place, untold
        )
        if not untold:
            for item in gathered.told:
                ledger.shown.record(output.capability, item.key, item.digest, output.made, output.footer.run)
    return path


def send(home: Home, gathered: Gathered, output: Output, channels: Iterable[Channel]) -> tuple[Delivery, ...]:
    """Deliver an archived output, unless it is a dry run or the owner wants quiet."""
    wanted = list(dict.fromkeys(channels))
    if gathered.dry or gathered.quiet or not wanted:
        return ()
    return tuple(deliver(home, output, wanted))


def _made_of(home: Home, capability: Capability, gathered: Gathered, output: Output) -> dict[str, str | None]:
    """Return the pack and prompt that a model was given for this output; nothing where none was asked."""
    if output.footer.pack is None:
        return {}
    earlier = archive.stem(home, output).with_name(f"{archive.stem(home, output).name}.json")
    if gathered.seen and earlier.is_file():  # what made it then, though the profile may have been edited since
        kept = archive.load(earlier)
        return {"pack": kept.pack, "prompt": kept.prompt, "prompt_hash": kept.prompt_hash}
    text = prompt(capability)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"pack": given(capability, gathered).text, "prompt": text, "prompt_hash": digest}


def _hidden(profile: Profile, shown: Profile) -> frozenset[str]:
    """Return the addresses of those people whom `shown` leaves out."""
    seen = {person.id for person in shown.people}
    return frozenset(email.lower() for person in profile.people if person.id not in seen for email in person.emails)


def _budgeted(profile: Profile, capability: Capability) -> Profile:
    """Return the profile with the cap that the capability sets itself, where that is lower than the owner's."""
    own: float | None = getattr(capability, "budget_usd", None)
    given = profile.policies.budget(capability.name)
    if own is None or (given is not None and given <= own):
        return profile
    budgets = {**profile.policies.budgets, f"{capability.name}_usd": own}
    return profile.model_copy(update={"policies": profile.policies.model_copy(update={"budgets": budgets})})


def _verdicts(ledger: Ledger, name: str, as_of: datetime | None) -> tuple[Verdict, ...]:
    """Return the owner's verdicts on a capability's outputs, and on those whose choices it shares."""
    return tuple(each for of in (name, *SHARED.get(name, ())) for each in ledger.verdicts.all(of, as_of))


def _consult(
    home: Home,
    ledger: Ledger,
    capability: Capability,
    profile: Profile,
    zone: ZoneInfo,
    now: datetime,
    endpoint: "Endpoint | None",
) -> "Consult | None":
    """Return the way to the model for a capability's choices; None where none is configured."""
    if endpoint is None:
        return None
    from flows.consult import Consult, caps  # openai, only where a model is configured

    return Consult.of(home, ledger, endpoint, capability.name, caps(profile, capability.name, zone, now, now))


def _consulted(footer: Footer, consult: "Consult") -> Footer:
    """Return the footer with what composing has asked of the model."""
    asker = consult.asker
    return footer.model_copy(
        update={
            "model": consult.model,
            "tokens_in": asker.tokens_in,
            "tokens_out": asker.tokens_out,
            "cost_usd": asker.cost_usd,
            "notes": (*footer.notes, *consult.settle(footer.run)),
        }
    )


def _since(ledger: Ledger, name: str, day: date, as_of: datetime, zone: ZoneInfo) -> datetime:
    """Return when the owner was last told, on an earlier day; without that, the day before `as_of`."""
    begins = Moment(day, as_of, zone, as_of).begins
    last = ledger.outputs.latest(name, before=min(begins, as_of))
    return max(last.made, as_of - LONGEST) if last else as_of - timedelta(days=1)


def _suggest(capability: Capability, view: View) -> None:
    """Ask, once, whether the owner's verdicts that are alike should become a rule."""
    own = [each for each in view.verdicts if each.capability == capability.name]
    for rule in suggested(own, view.con) if own else ():
        if view.news(rule.key, ASKED):
            view.notes.append(rule.question)
            view.tell(rule.key, ASKED)


def _version(capability: Capability, draft: Draft, view: View, endpoint: "Endpoint | None") -> str:
    """Return the digest of everything that the output is made of, but for the clock."""
    parts: list[object] = [
        capability.name,
        draft.title,
        draft.subject,
        [section.model_dump(mode="json") for section in draft.sections],
        [fact.model_dump(mode="json") for fact in view.book.facts],
        *view.notes,
    ]
    if endpoint is not None:
        parts += [endpoint.base_url, endpoint.model, endpoint.parameters(endpoint.max_tokens), prompt(capability)]
    return hashlib.sha256(canonical(parts).encode("utf-8")).hexdigest()


def _output(
    capability: Capability,
    draft: Draft,
    view: View,
    footer: Footer,
    version: str,
    sources: tuple[Source, ...],
) -> Output:
    cited = {fact for section in draft.sections for line in section.lines for fact in line.facts}
    return Output(
        capability=capability.name,
        title=draft.title,
        made=view.moment.as_of,
        zone=view.moment.zone.key,
        subject=draft.subject,
        sources=sources,
        sections=draft.sections,
        facts=view.book.only(cited),
        footer=footer,
        lasting=draft.lasting,
        version=version,
    )

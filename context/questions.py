"""The fifteen questions of the interview, as data: what is asked, how the answer is read, and where it goes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from context import answers
from context.profile import Profile
from context.words import zone_name


@dataclass(frozen=True)
class Question:
    """One question. `place` is where its answer goes: a file and the key in it (None: an entry of the file's list).

    `many` lets it be answered more than once; `prefix` begins the id made for an entry; `known` returns what the
    profile already holds, in comparable form, so that nothing is asked twice and nothing of the owner's is replaced.
    """

    key: str
    option: str
    ask: str
    example: str
    place: tuple[str, tuple[str, ...] | None]
    read: Callable[[str], Any]
    known: Callable[[Profile], tuple[str, ...]]
    many: bool = False
    prefix: str = ""


def _given(value: object, default: str = "") -> tuple[str, ...]:
    """A value that is the template's own was not given by the owner."""
    return () if value is None or str(value) == default else (str(value),)


ME = "profile.yaml"
QUESTIONS: tuple[Question, ...] = (
    Question(
        "name",
        "--name",
        "What is your name?",
        "Dana Moreau",
        (ME, ("identity", "name")),
        answers.words,
        lambda p: _given(p.identity.name),
    ),
    Question(
        "emails",
        "--email",
        "Which mail addresses are yours? All of them: by them your own mails are known.",
        "dana@example.org, dana@work.example",
        (ME, ("identity", "emails")),
        answers.emails,
        lambda p: p.identity.emails,
        many=True,
    ),
    Question(
        "timezone",
        "--timezone",
        "Which time zone do you live in?",
        "Europe/Berlin",
        (ME, ("identity", "timezone")),
        zone_name,
        lambda p: _given(p.identity.timezone, "UTC"),
    ),
    Question(
        "languages",
        "--language",
        "Which languages do you write in? The preferred one first.",
        "en, fr",
        (ME, ("identity", "languages")),
        answers.languages,
        lambda p: p.identity.languages,
        many=True,
    ),
    Question(
        "role",
        "--role",
        "What do you do, and where?",
        "Engineering lead at Exemplar",
        (ME, ("roles",)),
        answers.role,
        lambda p: tuple(role.title for role in p.roles),
        many=True,
        prefix="r_",
    ),
    Question(
        "hours",
        "--hours",
        "When do you work?",
        "MON-THU 09:30-18:00; FRI 09:30-16:00",
        (ME, ("working_hours",)),
        answers.working_hours,
        lambda p: tuple(p.working_hours),
    ),
    Question(
        "limits",
        "--limit",
        "When are you never available, whatever comes? The reason stays private.",
        "MON,WED 16:15-18:00 fetch the children",
        (ME, ("constraints",)),
        answers.limit,
        lambda p: tuple(item.rule for item in p.constraints),
        many=True,
        prefix="c_",
    ),
    Question(
        "focus",
        "--focus",
        "Which time do you keep for your own work?",
        "TUE,THU 09:30-12:00 deep work",
        (ME, ("routines",)),
        answers.focus,
        lambda p: tuple(item.name for item in p.routines),
        many=True,
        prefix="rt_",
    ),
    Question(
        "goals",
        "--goal",
        "What do you want to reach this quarter?",
        "Checkout p95 under 400 ms by 2026-12-31",
        ("goals.yaml", None),
        answers.goal,
        lambda p: tuple(item.statement for item in p.goals),
        many=True,
        prefix="g_",
    ),
    Question(
        "projects",
        "--project",
        "What are you working on, and what is the next step?",
        "Kestrel: cut over invoices",
        ("projects.yaml", None),
        answers.project,
        lambda p: tuple(item.name for item in p.projects),
        many=True,
        prefix="pr_",
    ),
    Question(
        "people",
        "--person",
        "Whose mails must never wait?",
        "Ana Brandt <ana@client.example>, client",
        ("people.yaml", None),
        answers.person,
        lambda p: tuple(item.name for item in p.people),
        many=True,
        prefix="pe_",
    ),
    Question(
        "preferences",
        "--preference",
        "What should be done your way, or never?",
        "Never offer Friday afternoons for calls",
        ("preferences.yaml", None),
        answers.preference,
        lambda p: tuple(item.rule for item in p.preferences),
        many=True,
        prefix="pf_",
    ),
    Question(
        "words",
        "--word",
        "Which words of your world would nobody else understand?",
        "Kestrel = the billing rewrite",
        (ME, ("glossary",)),
        answers.term,
        lambda p: tuple(item.term for item in p.glossary),
        many=True,
    ),
    Question(
        "budget",
        "--day-usd",
        "How many US dollars a day may a language model cost at most, if you connect one?",
        "1.50",
        ("policies.yaml", ("budgets", "day_usd")),
        answers.dollars,
        lambda p: _given(p.policies.budget("day"), "1.5"),
    ),
    Question(
        "tools",
        "--tools",
        "How much of you may other AI tools see: public, work or private?",
        "work",
        ("policies.yaml", ("tiers", "mcp_default")),
        answers.tier,
        lambda p: _given(p.policies.tier("mcp_default"), "work"),
    ),
)

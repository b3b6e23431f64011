"""The profile: who the owner is, as typed entries. Parsed once, when the files are read; frozen from then on.

Each entry carries a tier (who may be shown it) and the date on which its owner last looked at it. An id is the owner's
word for an entry: it survives edits, is unique in the whole tree, and is what other entries and outputs refer to.
"""

from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    PlainSerializer,
    StringConstraints,
    field_validator,
    model_validator,
)

from context.tier import Tier
from context.windows import Windows, hours, parse
from context.words import language, near, zone_name


def _schedule(value: Any) -> Any:
    return parse(value) if isinstance(value, str) else value


def _month(value: Any) -> Any:
    """YAML reads 2023-04-01 as a date and 2023 as a number; the owner meant how it is written."""
    return value.isoformat() if isinstance(value, date) else str(value) if type(value) is int else value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$")
]
Month = Annotated[str, BeforeValidator(_month), StringConstraints(pattern=r"^\d{4}(-\d\d){0,2}$")]
Weight = Annotated[float, Field(ge=0, le=1)]
Schedule = Annotated[InstanceOf[Windows], BeforeValidator(_schedule), PlainSerializer(str, return_type=str)]
Zone = Annotated[str, AfterValidator(zone_name)]
Language = Annotated[str, AfterValidator(language)]
Status = Literal["active", "paused", "done", "dropped"]
# What serves or spends: Steward's own doors and capabilities. The owner's capabilities may add further names.
DOORS = (
    *("mcp_default", "export", "brief", "prep", "triage", "draft", "drafts", "commitments", "review"),
    *("people", "plan", "digest", "ask", "learn", "act", "day"),
)
Served = Literal["public", "work", "private"]  # what is secret is served nowhere, so no door can be given that tier


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_unsaid(cls, value: Any) -> Any:
        """A known key with nothing after it (`emails:`) is as good as absent; an unknown one is still refused."""
        if not isinstance(value, dict):
            return value
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {key: item for key, item in value.items() if item is not None or key not in known}


class Entry(Part):
    """What every entry may say of itself: where it comes from, and when its owner last looked at it."""

    origin: Literal["owner", "observed", "inferred"] = "owner"
    reviewed: date | None = None


class Identity(Entry):
    id: Id = "p_owner"
    name: Text | None = None
    pronouns: Text | None = None
    emails: tuple[Email, ...] = ()
    handles: dict[str, Text] = Field(default_factory=dict)
    languages: tuple[Language, ...] = ()
    timezone: Zone = "UTC"


class Role(Entry):
    id: Id
    title: Text
    org: Text | None = None
    from_: Month | None = Field(default=None, alias="from")
    to: Month | None = None
    weight: Weight | None = None
    audience: Tier = "work"

    @property
    def tier(self) -> Tier:
        return self.audience


class Constraint(Entry):
    """A limit. A hard one is kept by every plan and shown (opaque, if need be) to every reader."""

    id: Id
    rule: Text
    hard: bool = False
    when: Schedule | None = None
    tier: Tier = "private"


class Routine(Entry):
    id: Id
    name: Text
    when: Schedule
    protect: bool = False
    goal: Id | None = None
    tier: Tier = "work"


class Term(Entry):
    term: Text
    means: Text
    project: Id | None = None
    tier: Tier = "work"


class Goal(Entry):
    id: Id
    statement: Text
    measure: Text | None = None
    now: float | None = None
    target: float | None = None
    by: date | None = None
    weight: Weight | None = None
    hours_per_week: Annotated[float, Field(ge=0, le=168)] | None = None
    status: Status = "active"
    tier: Tier = "work"


class Match(Part):
    """Words by which mail, events and documents are recognised as a project's."""

    title: tuple[Text, ...] = ()
    label: tuple[Text, ...] = ()
    domain: tuple[Text, ...] = ()


class Project(Entry):
    id: Id
    name: Text
    aliases: tuple[Text, ...] = ()
    status: Status = "active"
    goal: Id | None = None
    people: tuple[Id, ...] = ()
    repos: tuple[Text, ...] = ()
    match: Match = Field(default_factory=Match)
    next: Text | None = None
    tier: Tier = "work"


class Person(Entry):
    """Somebody the owner knows. `tier` is their rank (1 nearest); `sensitivity` is who may be shown them.

    Notes are private whatever the sensitivity says.
    """

    id: Id
    name: Text
    emails: tuple[Email, ...] = ()
    handles: dict[str, Text] = Field(default_factory=dict)
    relation: Text | None = None
    tier: Annotated[int, Field(ge=1, le=3)] = 3
    cadence_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    org: Text | None = None
    voice: Text | None = None
    notes: Text | None = None
    sensitivity: Tier = "work"


class Scope(Part):
    """What a preference is about: a kind of work, or one entry by its id; "*" is all of the kind."""

    kind: Literal["all", "scheduling", "writing", "brief", "person", "project", "goal", "capability"] = "all"
    value: Text = "*"


class Preference(Entry):
    id: Id
    rule: Text
    strength: Literal["always", "prefer", "avoid", "never"] = "prefer"
    scope: Scope = Field(default_factory=Scope)
    observed: date | None = None
    status: Literal["active", "proposed", "retired"] = "active"
    tier: Tier = "work"


class Policies(Part):
    """What may be done, shown and spent. What is not named asks, shows up to `work`, and has no cap of its own."""

    actions: dict[str, Literal["auto", "ask", "never"]] = Field(default_factory=dict)
    tiers: dict[str, Served] = Field(default_factory=dict)
    budgets: dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*_usd$")], Annotated[float, Field(ge=0)]
    ] = Field(default_factory=dict)

    @field_validator("tiers", "budgets")
    @classmethod
    def _no_slip(cls, value: dict[str, Any]) -> dict[str, Any]:
        """A door or cap that is nearly a known one is a typing error, which would leave the real one open."""
        for key in value:
            word = key.removesuffix("_usd")
            if word not in DOORS and (meant := near(word, DOORS, 0.8)):
                raise ValueError(f"{key} is unknown; did you mean {key.replace(word, meant)}?")
        return value

    def action(self, name: str) -> Literal["auto", "ask", "never"]:
        return self.actions.get(name, "ask")

    def tier(self, door: str) -> Served:
        """Return the highest tier served at a door: a capability's name, "export" or "mcp_default"."""
        return self.tiers.get(door, "work")

    def budget(self, name: str) -> float | None:
        """Return the cap in US dollars for "day" or a capability; None where the owner set none."""
        return self.budgets.get(f"{name}_usd")


class Me(Part):
    """What stands in profile.yaml."""

    schema_: Literal["steward/profile@1"] = Field(default="steward/profile@1", alias="schema")
    identity: Identity = Field(default_factory=Identity)
    roles: tuple[Role, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    routines: tuple[Routine, ...] = ()
    working_hours: dict[str, str] = Field(default_factory=dict)
    glossary: tuple[Term, ...] = ()

    @field_validator("working_hours")
    @classmethod
    def _readable(cls, value: dict[str, str]) -> dict[str, str]:
        if value:
            hours(value)
        return value


class Profile(Me):
    """Everything the owner said, from all files of the tree."""

    goals: tuple[Goal, ...] = ()
    projects: tuple[Project, ...] = ()
    people: tuple[Person, ...] = ()
    preferences: tuple[Preference, ...] = ()
    policies: Policies = Field(default_factory=Policies)
    voices: dict[str, str] = Field(default_factory=dict)  # voice/<audience>.md → its text

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.identity.timezone)

    @property
    def hours(self) -> Windows | None:
        """The working hours of a week; None where the owner gave none."""
        return hours(self.working_hours) if self.working_hours else None

    def limits(self) -> tuple[Constraint, ...]:
        """Return the hard constraints, of whatever tier."""
        return tuple(constraint for constraint in self.constraints if constraint.hard)

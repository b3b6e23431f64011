"""The columns of the profile's tables, as data: name → DuckDB type and what it means."""

from collections.abc import Mapping

Columns = Mapping[str, tuple[str, str]]

TIER = {"tier": ("VARCHAR", "Who may be shown this row: public, work or private")}
REVIEWED = {"reviewed": ("DATE", "When the owner last looked at this entry; null if never")}
LAST = TIER | REVIEWED
ADDRESS = {
    "address": ("VARCHAR", "The address or handle; mail addresses are in lower case"),
    "kind": ("VARCHAR", "What it is an address of: email, slack, github …"),
} | TIER
STRETCH = {
    "starts": ("VARCHAR", "Wall-clock time it starts, HH:MM in the owner's zone"),
    "ends": ("VARCHAR", "Wall-clock time it ends, HH:MM; not after starts means the next day, 24:00 is midnight"),
    "minutes": ("INTEGER", "Its length in minutes on an ordinary day"),
}
WEEKDAY = {"weekday": ("INTEGER", "ISO weekday it starts on, 1 = Monday … 7 = Sunday")}

TABLES: dict[str, tuple[str, Columns]] = {
    "context_identity": (
        "The owner: exactly one row",
        {
            "person_id": ("VARCHAR", "The owner's id, p_owner unless they chose another"),
            "name": ("VARCHAR", "The owner's name; null if not stated"),
            "pronouns": ("VARCHAR", "The owner's pronouns; null if not stated"),
            "languages": ("VARCHAR[]", "Language tags, the preferred one first"),
            "timezone": ("VARCHAR", "IANA name of the owner's time zone"),
        }
        | LAST,
    ),
    "context_addresses": (
        "The owner's own addresses and handles, one row each",
        {"person_id": ("VARCHAR", "The owner's id")} | ADDRESS,
    ),
    "context_roles": (
        "What the owner is responsible for",
        {
            "role_id": ("VARCHAR", "Id of the role"),
            "title": ("VARCHAR", "What the role is called"),
            "org": ("VARCHAR", "The organisation it belongs to"),
            "since": ("VARCHAR", "Year, month or date it began (2023-04)"),
            "until": ("VARCHAR", "Year, month or date it ended; null while it lasts"),
            "weight": ("DOUBLE", "Share of the owner's attention, 0 to 1"),
        }
        | LAST,
    ),
    "context_goals": (
        "What the owner wants to reach",
        {
            "goal_id": ("VARCHAR", "Id of the goal"),
            "statement": ("VARCHAR", "The goal in the owner's words"),
            "measure": ("VARCHAR", "What is measured"),
            "current": ("DOUBLE", "The measure's value when last stated"),
            "target": ("DOUBLE", "The value to reach"),
            "due": ("DATE", "The day by which it is to be reached"),
            "weight": ("DOUBLE", "How much it matters, 0 to 1"),
            "hours_per_week": ("DOUBLE", "Hours a week that the owner means to give it"),
            "status": ("VARCHAR", "active, paused, done or dropped"),
        }
        | LAST,
    ),
    "context_projects": (
        "What the owner works on, and the words by which it is recognised",
        {
            "project_id": ("VARCHAR", "Id of the project"),
            "name": ("VARCHAR", "Its name"),
            "aliases": ("VARCHAR[]", "Other names for it"),
            "status": ("VARCHAR", "active, paused, done or dropped"),
            "goal_id": ("VARCHAR", "The goal it serves (context_goals.goal_id)"),
            "people": ("VARCHAR[]", "Who takes part (context_people.person_id)"),
            "repos": ("VARCHAR[]", "Repositories that belong to it"),
            "match_title": ("VARCHAR[]", "Words in titles and subjects that mean this project"),
            "match_label": ("VARCHAR[]", "Labels, tags or list names that mean this project"),
            "match_domain": ("VARCHAR[]", "Mail domains that mean this project"),
            "next_step": ("VARCHAR", "The next step, as the owner put it"),
        }
        | LAST,
    ),
    "context_people": (
        "People the owner described; everybody else is in `people`",
        {
            "person_id": ("VARCHAR", "Id of the person"),
            "name": ("VARCHAR", "Their name"),
            "relation": ("VARCHAR", "What they are to the owner: client, manager, friend …"),
            "tier_rank": ("INTEGER", "How near: 1 nearest, 3 farthest"),
            "cadence_days": ("INTEGER", "The owner means to be in touch at least this often"),
            "org": ("VARCHAR", "Their organisation"),
            "voice": ("VARCHAR", "The writing style used towards them"),
            "notes": ("VARCHAR", "The owner's notes; only where private rows are shown"),
        }
        | LAST,
    ),
    "context_people_addresses": (
        "Addresses and handles of the people in context_people, one row each",
        {"person_id": ("VARCHAR", "Id of the person (context_people.person_id)")} | ADDRESS,
    ),
    "context_preferences": (
        "How the owner wants things done",
        {
            "preference_id": ("VARCHAR", "Id of the preference"),
            "rule": ("VARCHAR", "The preference in the owner's words"),
            "strength": ("VARCHAR", "always, prefer, avoid or never"),
            "scope_kind": ("VARCHAR", "What it is about: all, scheduling, writing, brief, person, project, goal …"),
            "scope_value": ("VARCHAR", "Which one of these, by id or name; * for all"),
            "origin": ("VARCHAR", "owner, observed or inferred"),
            "observed": ("DATE", "When it was stated or seen"),
            "status": ("VARCHAR", "active, proposed or retired"),
        }
        | LAST,
    ),
    "context_constraints": (
        "Limits on the owner's time and choices; a hard one whose reason is withheld reads 'unavailable …'",
        {
            "constraint_id": ("VARCHAR", "Id of the constraint; withheld_N where its reason is withheld"),
            "rule": ("VARCHAR", "The limit in the owner's words, or 'unavailable …'"),
            "hard": ("BOOLEAN", "True: it is kept by every plan"),
            "schedule": ("VARCHAR", "When it holds, like MON,WED 16:15-18:00; null for always"),
        }
        | LAST,
    ),
    "context_routines": (
        "What the owner does regularly",
        {
            "routine_id": ("VARCHAR", "Id of the routine; withheld_routine_N where it is withheld"),
            "name": ("VARCHAR", "What it is"),
            "schedule": ("VARCHAR", "When, like TUE,THU 09:30-12:00"),
            "protect": ("BOOLEAN", "True: nothing else is to be planned there"),
            "goal_id": ("VARCHAR", "The goal it serves (context_goals.goal_id)"),
        }
        | LAST,
    ),
    "context_working_hours": ("The owner's working week, one row for each stretch", WEEKDAY | STRETCH | TIER),
    "context_windows": (
        "Every recurring stretch of the profile: constraints, routines and working hours, one row each",
        {
            "kind": ("VARCHAR", "constraint, routine or working_hours"),
            "entry_id": ("VARCHAR", "Id of the constraint or routine; null for working hours"),
        }
        | WEEKDAY
        | {
            "first_date": ("DATE", "First day, for a stretch given by dates (weekday is then null)"),
            "last_date": ("DATE", "Last day, inclusive"),
        }
        | STRETCH
        | TIER,
    ),
    "context_glossary": (
        "Words of the owner's world",
        {
            "term": ("VARCHAR", "The word"),
            "means": ("VARCHAR", "What it means"),
            "project_id": ("VARCHAR", "The project it belongs to (context_projects.project_id)"),
        }
        | LAST,
    ),
}

"""A realistic profile, as an owner might have written it by hand, for the tests of this folder."""

from pathlib import Path

PROFILE = """\
# Who I am. Reviewed on the train, July 2026.
schema: steward/profile@1

identity:
  id: p_owner
  name: Dana Moreau          # as on the badge
  pronouns: she/her
  emails: [dana@example.org, Dana.Moreau@work.example]
  handles: {slack: U024BE7LH, github: dmoreau}
  languages: [en, fr]
  timezone: Europe/Berlin

roles:
  - {id: r_eng, title: Engineering lead, org: Exemplar, from: 2023-04, weight: 0.7, audience: work,
     reviewed: 2026-07-01}
  - {id: r_board, title: School board, weight: 0.1, audience: private, reviewed: 2026-07-01}

constraints:
  # the kindergarten closes at half past four
  - {id: c_pickup, rule: "Leave by 16:15 Mon/Wed to fetch Noor", hard: true, when: "MON,WED 16:15-18:00",
     tier: private, reviewed: 2026-07-01}
  - {id: c_therapy, rule: "Physiotherapy", hard: true, when: "TUE 08:00-09:00", tier: secret, reviewed: 2026-07-01}
  - id: c_quiet
    rule: No calls before ten
    tier: work
    reviewed: 2026-07-01

routines:
  - {id: rt_focus, name: Deep work, when: "TUE,THU 09:30-12:00", protect: true, goal: g_latency, reviewed: 2026-07-01}
working_hours: {MON-THU: "09:30-18:00", FRI: "09:30-16:00"}
glossary:
  - {term: Kestrel, means: "the billing rewrite", project: pr_kestrel, reviewed: 2026-07-01}
"""
GOALS = """\
- {id: g_latency, statement: "Checkout p95 under 400 ms", measure: p95_ms, now: 610, target: 400, by: 2026-12-31,
   weight: 0.4, hours_per_week: 8, tier: work, reviewed: 2026-07-01}
- {id: g_marathon, statement: "Run a marathon", weight: 0.2, tier: private, reviewed: 2026-07-01}
"""
PROJECTS = """\
- {id: pr_kestrel, name: Kestrel, aliases: [BRW], status: active, goal: g_latency, people: [pe_ana, pe_noor],
   repos: [exemplar/kestrel], match: {title: [kestrel], label: [brw], domain: []}, next: "cut over invoices",
   reviewed: 2026-07-01}
"""
PEOPLE = """\
- {id: pe_ana, name: Ana Brandt, emails: [ana@client.example], relation: client, tier: 1, cadence_days: 14,
   org: Client, notes: "is moving to Porto", reviewed: 2026-07-01}
- {id: pe_noor, name: Noor Moreau, relation: child, tier: 1, sensitivity: private, reviewed: 2026-07-01}
"""
PREFERENCES = """\
- {id: pf_nofri, rule: "Never offer Friday afternoons for calls", strength: never,
   scope: {kind: scheduling, value: "*"}, origin: owner, observed: 2026-05-11, status: active, reviewed: 2026-07-01}
- {id: pf_ana, rule: "Write to Ana in French", strength: prefer, scope: {kind: person, value: pe_ana},
   reviewed: 2026-07-01}
"""
POLICIES = """\
actions: {gmail.draft.create: ask, gmail.send: never}
tiers:   {mcp_default: work, brief: private, draft: work}
budgets: {day_usd: 1.50, brief_usd: 0.10}
"""
FILES = {
    "profile.yaml": PROFILE,
    "goals.yaml": GOALS,
    "projects.yaml": PROJECTS,
    "people.yaml": PEOPLE,
    "preferences.yaml": PREFERENCES,
    "policies.yaml": POLICIES,
}


def lay(folder: Path, **changed: str) -> None:
    """Write the tree into `folder`; a keyword like goals="…" replaces goals.yaml."""
    for name, text in FILES.items():
        (folder / name).write_text(changed.get(name.removesuffix(".yaml"), text), "utf-8")

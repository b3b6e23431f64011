"""Making briefs of small worlds, and reading them."""

from datetime import timedelta

from flows import capability, shape
from flows.brief import compose
from flows.capability import Result
from flows.output import Output
from flows.shape import Ask
from tests.flows.world import ME, World, at


def brief(world: World, **ask: object) -> Output:
    return result(world, **ask).output


def result(world: World, **ask: object) -> Result:
    return capability.run(world.home, compose, Ask(**ask))  # type: ignore[arg-type]


def lines(output: Output, title: str) -> list[str]:
    return [line.text for section in output.sections if section.title == title for line in section.lines]


def text(output: Output) -> str:
    return "\n".join(f"{s.title}: {line.text}" for s in output.sections for line in s.lines)


def words(output: Output) -> int:
    return shape.words(output.title, output.sections)


def full(world: World) -> World:
    """A day with something of everything, and more of it than a brief has room for."""
    world.event("Stand-up", "2026-03-25 09:30", "2026-03-25 10:00", 3)
    world.event("Kestrel cut-over", "2026-03-25 09:45", "2026-03-25 10:30", 2)
    world.event("Focus", "2026-03-25 11:00", "2026-03-25 12:00", 0, my_status="none")
    world.event("Late review", "2026-03-25 16:00", "2026-03-25 17:00", 2, description=None)
    world.event("Declined", "2026-03-25 13:00", "2026-03-25 15:00", 2, my_status="declined")
    world.event("Cancelled", "2026-03-25 13:00", "2026-03-25 15:00", 2, cancelled=True)
    world.event("Lunch", "2026-03-25 13:00", "2026-03-25 14:00", 0, transparent=True)
    world.whole("Cy on leave", "2026-03-24", "2026-03-27")
    world.event("Planning", "2026-03-27 10:00", "2026-03-27 11:00", 4, updated_at=at("2026-03-24 18:00"))
    world.mail("t1", "2026-03-22 10:00", "Cut-over date", "Hi Ana, can you confirm by Wednesday?")
    for n in range(8):
        world.mail(f"q{n}", f"2026-03-0{n + 1} 10:00", f"Question {n}", "What do you think?", sender="cy@fern.example")
        world.task(f"Task number {n}", f"2026-03-2{n + 1}")
        when = at("2026-03-24 15:00") + timedelta(minutes=n)
        world.put("documents", document_key=f"d{n}", source="docs", title=f"Plan {n}", path=f"{n}.md", modified_at=when)
    world.mail("t3", "2026-03-20 10:00", "Numbers", "Could you send the numbers?", sender=ME)
    world.put(
        "commits", commit_key="c1", repo="kestrel", author_name="Cy Okafor", author_address="cy@fern.example",
        subject="Fix rounding", committed_at=at("2026-03-24 15:00"), reachable=True,
    )  # fmt: skip
    return world.publish()

"""The two repositories of the quarter, from `story/commits.txt`."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from connectors.demo.cast import ME, people
from connectors.demo.gitstore import Identity, Repository
from connectors.demo.world import STORY, at

MAILMAP = "Ilka Brandvold <ilka.brandvold@fernhafen.example> <i.brandvold@fernhafen.example>\n"


@dataclass(frozen=True)
class Made:
    name: str
    repository: Repository
    branch: str
    last: datetime
    commits: int


def identity(who: str) -> Identity:
    """Return an author; `ilka-old` is the owner under an address that .mailmap retires."""
    me = people()[ME]
    if who == "ilka-old":
        return Identity("ilka", me.also[1])
    person = me if who == "ilka" else people()[who]
    return Identity(person.name, person.address)


def grown(path: str, before: bytes, subject: str) -> bytes:
    """Return a file after a commit: one more note, function or test, and every third time one line less."""
    lines = before.decode().splitlines()
    slug = re.sub(r"[^a-z0-9]+", "_", subject.lower().replace("ö", "oe")).strip("_")
    if path.endswith(".py"):
        head = f"test_{slug}" if "/test_" in path else slug
        if not lines:
            lines = [f'"""{path.rpartition("/")[2].removesuffix(".py").replace("_", " ").capitalize()}."""']
        elif len(lines) % 3 == 0:
            lines.pop()
        lines += ["", "", f"def {head}(lines: list[int]) -> int:", f'    """{subject}."""', "    return sum(lines)"]
    else:
        lines = lines or [f"# {path.rpartition('/')[2].removesuffix('.md').replace('-', ' ').capitalize()}", ""]
        lines.append(f"- {subject}.")
    return ("\n".join(lines) + "\n").encode()


def history(name: str, script: str) -> Made:
    """Play one repository's script."""
    repository, branch, last, count = Repository(), "main", at("2025-01-01 00:00"), 0
    for line in filter(None, script.splitlines()):
        if line.startswith("@ "):
            new = line[2:]
            if repository.branches:
                repository.branches.setdefault(new, repository.branches[branch])
            branch = new
            continue
        if line.startswith("tag "):
            repository.tags[line[4:]] = repository.branches[branch]
            continue
        head, who, subject, *rest = line.split(" | ") if not line.startswith("merge ") else line.split(" | ")[1:]
        when = at(head)
        parents = [repository.branches[branch]] if repository.branches else []
        files = dict(repository.trees[parents[0]]) if parents else {".mailmap": MAILMAP.encode()}
        if line.startswith("merge "):
            other = repository.branches[line.split(" | ")[0].removeprefix("merge ")]
            base, theirs = dict(files), repository.trees[other]
            files |= {path: content for path, content in theirs.items() if len(content) > len(base.get(path, b""))}
            parents.append(other)
        for path in rest[0].split() if rest else []:
            files[path] = grown(path, files.get(path, b""), subject)
        message = subject + (f"\n\n{rest[1]}" if len(rest) > 1 else "")
        repository.branches[branch] = repository.commit(files, parents, identity(who), when, message)
        last, count = max(last, when), count + 1
    return Made(name, repository, "main", last, count)


@cache
def repositories() -> tuple[Made, ...]:
    text = (STORY / "commits.txt").read_text("utf-8")
    blocks = re.split(r"^# ", text, flags=re.MULTILINE)[1:]
    return tuple(history(name.strip(), script) for name, _, script in (block.partition("\n") for block in blocks))

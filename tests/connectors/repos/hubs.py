"""The fake GitHub, and readings of it into a store."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from connectors import web
from connectors.repos import github
from context.errors import StewardError
from tests.connectors.store import Store
from tests.servers import openapi
from tests.servers.github import FakeHub
from tests.servers.github_http import serving, small

KESTREL, DOCS = "harbour/kestrel", "harbour/docs"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Do not really wait; return the pauses asked for."""
    pauses: list[float] = []
    monkeypatch.setattr(web.time, "sleep", pauses.append)
    return pauses


@pytest.fixture
def world() -> Iterator[FakeHub]:
    contract = openapi.contract()
    if contract is not None:
        contract.problems.clear()
    with serving(small(FakeHub(contract=contract))) as made:
        yield made
    assert contract is None or contract.problems == []


class Reader:
    """A store, and readings into it."""

    def __init__(self, world: FakeHub, *repos: str) -> None:
        self.world, self.store = world, Store(github.TABLES)
        self.handle = SimpleNamespace(
            token=SecretStr(world.token), login=world.login, api=world.base, repos=list(repos) or None, account="me"
        )

    def sync(self, after: float = 3600, full: bool = False) -> list[str]:
        """Read after some seconds; return what was asked for, with the status where that is not 200."""
        self.world.tick(after)
        self.world.asked.clear()
        self.store.sync(github, self.handle, self.world.now, full=full)
        assert self.world.token not in repr(vars(self.store))
        return [path + (f" {status}" if status != 200 else "") for path, _, status in self.world.asked]

    def fails(self, after: float = 3600) -> StewardError:
        with pytest.raises(StewardError) as caught:
            self.sync(after)
        assert self.world.token not in repr(vars(self.store)) + str(caught.value) + caught.value.mend
        return caught.value

    def issues(self, *columns: str) -> dict[str, Any]:
        rows = {row["key"]: [row[name] for name in columns] for row in self.store.rows("issues")}
        return {key: values[0] if len(columns) == 1 else values for key, values in rows.items()}

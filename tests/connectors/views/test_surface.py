"""The whole surface, over an empty home: what every view promises."""

import pytest

from blocks.ledger import Ledger
from blocks.warehouse import Documented, Warehouse
from connectors.views import prepare
from connectors.views.page import pages
from context.home import Home

RESERVED = {"at", "when", "end", "by", "to", "from", "window", "offset", "order", "references", "check"}


@pytest.fixture
def schema(home: Home) -> list[Documented]:
    Ledger.open(home).close()
    warehouse = Warehouse(home)
    with warehouse.writing():
        warehouse.publish(prepare(home))
    return warehouse.schema()


@pytest.mark.row("N7", "C11")
def test_everything_is_there_and_documented(schema: list[Documented]) -> None:
    names = {table.name for table in schema}
    assert names >= {view.name for view in pages()}
    assert names >= {"context_people", "context_goals", "context_constraints", "ledger_calls", "publication"}
    assert names >= {"events", "event_instances", "messages", "threads", "documents", "passages", "commits", "tasks"}
    assert names >= {"people", "addresses", "contacts", "branches", "source_health", "rejects", "changes"}
    for table in schema:
        assert table.comment, table.name
        for column in table.columns:
            assert column.comment, f"{table.name}.{column.name}"
            assert column.name not in RESERVED
            assert not column.name.startswith("_")


def test_every_view_can_be_asked_in_both_schemas(home: Home, schema: list[Documented]) -> None:
    warehouse = Warehouse(home)
    for owner in (True, False):
        for table in warehouse.schema(owner=owner):
            assert warehouse.query(f"SELECT * FROM {table.name}", owner=owner).columns == [
                column.name for column in table.columns
            ]
    warehouse.close()

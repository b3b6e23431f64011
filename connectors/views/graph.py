"""In which order views are made, and which differ between what tools may see and what only the owner sees."""

import json
from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

import duckdb

from connectors.views.page import View


def uses(con: duckdb.DuckDBPyConnection, view: View, views: Collection[str] = ()) -> set[str]:
    """Return the names without a schema that a view's body reads, other than its own CTEs.

    Raises ValueError where the body is not one SELECT, or a CTE is called like one of `views`.
    """
    text = view.body.replace("'", "''")
    found = con.execute(f"SELECT json_serialize_sql('{text}')").fetchone()
    tree = json.loads(found[0]) if found else {}
    if tree.get("error") or len(tree.get("statements", ())) != 1:
        raise ValueError(f"{view.name}.sql is not one SELECT: {tree.get('error_message', 'empty')}")
    own = {key.lower() for key in _ctes(tree)}
    if own & set(views):
        raise ValueError(f"{view.name}.sql: a CTE is called like a view: {', '.join(sorted(own & set(views)))}")
    return {node["table_name"].lower() for node in _tables(tree) if not node["schema_name"]} - own


def order(needs: Mapping[str, set[str]]) -> list[str]:
    """Return the views so that each comes after those it uses. Raises ValueError for a circle."""
    try:
        known = {name: needs[name] & needs.keys() for name in sorted(needs)}
        return list(TopologicalSorter(known).static_order())
    except CycleError as error:
        raise ValueError(f"views use each other in a circle: {' → '.join(error.args[1])}") from error


def personal(needs: Mapping[str, set[str]], context: set[str]) -> set[str]:
    """Return the views that read the profile, themselves or through other views."""
    found: set[str] = set()
    for name in order(needs):
        if needs[name] & (context | found):
            found.add(name)
    return found


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
    for child in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _nodes(child)


def _tables(tree: Any) -> Iterator[dict[str, Any]]:
    return (node for node in _nodes(tree) if node.get("type") == "BASE_TABLE")


def _ctes(tree: Any) -> Iterator[str]:
    return (
        entry["key"]
        for node in _nodes(tree)
        if isinstance(node.get("cte_map"), dict)
        for entry in node["cte_map"]["map"]
    )

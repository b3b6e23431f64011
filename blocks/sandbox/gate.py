"""The gate: what a query may be, decided on DuckDB's own syntax tree before anything is bound or run.

Everything is a list of what is allowed: kinds of node, functions, names. A name without a schema must be a CTE that is
in scope at that place, or a published view; else DuckDB would go on looking, in its catalog and then on the disk.
"""

import difflib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from blocks.sandbox.functions import FUNCTIONS, TABLE_FUNCTIONS

LONGEST = 20_000  # characters of a query
_EXPRESSIONS = """
BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA LAMBDA_REF OPERATOR
POSITIONAL_REFERENCE STAR SUBQUERY WINDOW
"""
EXPRESSIONS = frozenset(_EXPRESSIONS.split())
QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"})
SOURCES = frozenset({"BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "PIVOT", "SUBQUERY", "TABLE_FUNCTION"})
ENDINGS = ("_MODIFIER", "_TYPE_INFO")  # ORDER BY, LIMIT, DISTINCT; the shapes of types
NAMED_TYPES = frozenset({"json"})
ORDERS = frozenset({"ORDER_DEFAULT", "ASCENDING", "DESCENDING"})


class NotAllowedError(Exception):
    """The query is not let through; the text says why."""


class NotValidError(Exception):
    """The query is not valid SQL."""


@dataclass(frozen=True)
class Names:
    """The published tables and views by schema; `path` is where names without a schema are looked for."""

    tables: Mapping[str, Collection[str]]

    def knows(self, schema: str, name: str) -> bool:
        return any(name in names for found, names in self.tables.items() if schema in ("", found))

    def like(self, name: str) -> str:
        near = difflib.get_close_matches(name, {known for names in self.tables.values() for known in names}, 1)
        return f"; did you mean {near[0]}?" if near else ""


def check(parse: Callable[[str], str], sql: str, names: Names) -> None:
    """Let a query pass or raise NotAllowedError or NotValidError.

    `parse` runs an SQL statement of ours and returns its one text. The query goes in as a literal: a bound parameter
    would make the client import pandas where it is installed (1.5 s).
    """
    if len(sql) > LONGEST:
        raise NotAllowedError(f"the query is longer than {LONGEST:,} characters")
    if "\0" in sql:
        raise NotAllowedError("the query holds a NUL character")
    try:
        tree = json.loads(parse("SELECT json_serialize_sql('" + sql.replace("'", "''") + "')"))
        if tree.get("error"):
            raise _unparsed(str(tree.get("error_message", "")))
        if len(tree["statements"]) != 1:
            raise NotAllowedError("only one statement can be run")
        _Walk(names).visit(tree["statements"][0], frozenset())
    except RecursionError as error:
        raise NotAllowedError("the query is nested too deeply") from error


def _unparsed(message: str) -> Exception:
    if "Only SELECT" in message or "CTE needs a SELECT" in message or "not supported" in message:
        return NotAllowedError("only a SELECT can be run here")
    return NotValidError(message.splitlines()[0] if message else "nothing to run")


Scope = frozenset[str]  # the CTE names that can be seen at a place


class _Walk:
    def __init__(self, names: Names) -> None:
        self.names = names

    def visit(self, node: Any, scope: Scope) -> None:
        if isinstance(node, list):
            for child in node:
                self.visit(child, scope)
        elif isinstance(node, dict):
            self.one(node, scope)

    def one(self, node: dict[str, Any], scope: Scope) -> None:
        kind = node.get("type")
        if "class" in node:
            if node["class"] not in EXPRESSIONS:
                raise NotAllowedError(f"{str(node['class']).lower()} expressions cannot be used")
        elif isinstance(kind, str):
            self.source(kind, node, scope)
        if "function_name" in node:
            self.function(node)
        if isinstance(node.get("cte_map"), dict):
            scope = self.ctes(node["cte_map"], scope)
        if kind == "RECURSIVE_CTE_NODE":
            # Only the second part sees the table that is being made; in the first the name is somebody else's.
            self.visit(node.get("left"), scope - {self.recursive(node)})
        for name, child in node.items():
            if name != "cte_map" and not (name == "left" and kind == "RECURSIVE_CTE_NODE"):
                self.visit(child, scope)

    def source(self, kind: str, node: dict[str, Any], scope: Scope) -> None:
        """Check what is no expression: query nodes, what stands in FROM, modifiers."""
        if kind == "BASE_TABLE":
            self.table(node, scope)
        elif kind == "SHOW_REF":
            raise NotAllowedError("DESCRIBE, SHOW and SUMMARIZE cannot be used; the schema is printed by --schema")
        elif kind == "TABLE_FUNCTION":
            function = node.get("function") or {}
            name = str(function.get("function_name", "")).lower()
            if function.get("class") != "FUNCTION" or name not in TABLE_FUNCTIONS:
                raise NotAllowedError(f"{name or 'this'}() cannot be used in FROM")
        elif kind == "PIVOT":
            if any(pivot.get("pivot_enum") for pivot in node.get("pivots", ())):
                raise NotAllowedError("PIVOT needs its values: ON column IN ('a', 'b')")
        elif kind == "UNBOUND_TYPE_INFO":
            # A type that the parser does not know is looked up in the catalog (an enum, REGCLASS).
            if node.get("schema") or node.get("catalog") or str(node.get("name", "")).lower() not in NAMED_TYPES:
                raise NotAllowedError(f"the type {node.get('name')} cannot be used")
        elif kind not in QUERIES | SOURCES | ORDERS and not kind.endswith(ENDINGS):
            raise NotAllowedError(f"{kind.lower().replace('_', ' ')} cannot be used")

    def table(self, node: dict[str, Any], scope: Scope) -> None:
        schema, name = str(node.get("schema_name") or "").lower(), str(node.get("table_name") or "").lower()
        if node.get("catalog_name"):
            raise NotAllowedError("names cannot be qualified with a database")
        if node.get("at_clause"):
            raise NotAllowedError("AT cannot be used")
        if not schema and name in scope:
            return
        if schema and schema not in self.names.tables:
            raise NotAllowedError(f"there is no schema {schema} here")
        if not self.names.knows(schema, name):
            raise NotAllowedError(f"there is no view {name}{self.names.like(name)}")

    def function(self, node: dict[str, Any]) -> None:
        name = str(node["function_name"]).lower()
        # The parser itself writes main or pg_catalog before what stands for its own syntax (AT TIME ZONE).
        if node.get("catalog") or node.get("schema") not in (None, "", "main", "pg_catalog"):
            raise NotAllowedError(f"write {name}(…) without anything before it")
        if name not in FUNCTIONS | TABLE_FUNCTIONS:
            raise NotAllowedError(f"the function {name} cannot be used")

    def ctes(self, found: dict[str, Any], scope: Scope) -> Scope:
        """Check the CTEs in their order: each sees those before it, and itself only where it is recursive."""
        for entry in found.get("map", ()):
            name = str(entry.get("key", "")).lower()
            body = ((entry.get("value") or {}).get("query") or {}).get("node") or {}
            itself = {name} if body.get("type") == "RECURSIVE_CTE_NODE" else set()
            self.visit(entry.get("value"), scope | itself)
            scope |= {name}
        return scope

    @staticmethod
    def recursive(node: dict[str, Any]) -> str:
        return str(node.get("cte_name") or "").lower()

"""Requests and answers held against an OpenAPI 3.0 description, as GitHub publishes one (npm: @octokit/openapi)."""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

DESCRIPTION = "@octokit/openapi/generated/api.github.com.json"


def path() -> Path | None:
    """Return where the description lies, or None where it is not installed."""
    found = Path(os.environ.get("STEWARD_NODE_MODULES", "/nonexistent")) / DESCRIPTION
    return found if found.is_file() else None


class Contract:
    """What one description allows. Problems are collected in `problems`: a server's thread cannot fail a test."""

    def __init__(self, file: Path) -> None:
        self.document = json.loads(file.read_bytes())
        self.problems: list[str] = []
        self.answered: set[str] = set()
        self._paths = [
            (re.compile(re.sub(r"\{[^/{}]+\}", "[^/]+", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))), path)
            for path in sorted(self.document["paths"], key=lambda one: one.count("{"))
        ]
        self._converted: dict[str, Any] = {}
        self._validators: dict[tuple[str, int], Draft202012Validator | None] = {}

    def check(self, path: str, query: dict[str, str], status: int, body: bytes) -> None:
        """Compare a GET and its answer with the description."""
        template = next((template for pattern, template in self._paths if pattern.fullmatch(path)), None)
        if template is None:
            self.problems.append(f"GET {path} is not described")
            return
        operation = self.document["paths"][template]["get"]
        self._request(template, operation, query)
        if status == 304:
            return
        self.answered.add(template)
        validator = self._validator(template, operation, status)
        if validator is None:
            return
        for error in validator.iter_errors(json.loads(body)):
            where = "/".join(str(part) for part in error.absolute_path)
            self.problems.append(f"GET {template} {status} at {where}: {error.message[:300]}")

    def _request(self, template: str, operation: dict[str, Any], query: dict[str, str]) -> None:
        known = {one["name"]: one["schema"] for one in map(self._found, operation.get("parameters", []))
                 if one["in"] == "query"}  # fmt: skip
        for name, text in query.items():
            if name not in known:
                self.problems.append(f"GET {template}: there is no parameter {name}")
                continue
            kind = known[name].get("type")
            value = int(text) if kind == "integer" else text == "true" if kind == "boolean" else text
            checked = Draft202012Validator(self._converted_schema(known[name]), format_checker=FormatChecker())
            for error in checked.iter_errors(value):
                self.problems.append(f"GET {template}?{name}={text}: {error.message[:200]}")

    def _validator(self, template: str, operation: dict[str, Any], status: int) -> Draft202012Validator | None:
        place = (template, status)
        if place not in self._validators:
            answer = self._found(operation["responses"].get(str(status), {}))
            schema = answer.get("content", {}).get("application/json", {}).get("schema")
            made = self._converted_schema(schema) if schema else None
            self._validators[place] = (
                Draft202012Validator({**made, "$defs": self._converted}) if made is not None else None
            )
        return self._validators[place]

    def _found(self, entry: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in entry:
            found: Any = self.document
            for part in entry["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            entry = found
        return entry

    def _converted_schema(self, schema: Any) -> Any:
        """Return an OpenAPI 3.0 schema as JSON Schema: `nullable` becomes a type, components become $defs."""
        if isinstance(schema, list):
            return [self._converted_schema(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/components/schemas/")
            if name not in self._converted:
                self._converted[name] = {}  # it may hold itself
                self._converted[name].update(self._converted_schema(self._found(schema)))
            return {"$ref": f"#/$defs/{name}"}
        skipped = ("nullable", "example", "examples", "discriminator", "description", "title", "default")
        named = schema.get("properties") if isinstance(schema.get("properties"), dict) else None
        made = {key: self._converted_schema(value) for key, value in schema.items()
                if key not in (*skipped, "properties")}  # fmt: skip
        if named is not None:
            made["properties"] = {key: self._converted_schema(value) for key, value in named.items()}
        return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made


@cache
def contract() -> Contract | None:
    """Return GitHub's description where it is installed; reading it takes a second."""
    found = path()
    return Contract(found) if found else None

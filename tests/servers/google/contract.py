"""Google's discovery documents as a contract: which method a request means, and whether it and its answer are allowed.

The documents lie in the wheel of google-api-python-client (a development dependency).
https://developers.google.com/discovery/v1/reference/apis
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

DOCUMENTS = ("calendar.v3", "gmail.v1", "drive.v3", "tasks.v1", "people.v1")
TYPES = {"string": str, "boolean": bool, "integer": int, "number": (int, float), "object": dict, "array": list}
INTEGERS = {"int64": r"-?\d+", "uint64": r"\d+"}


@dataclass(frozen=True)
class Method:
    """A method of an interface, as its document describes it."""

    document: str
    described: Mapping[str, Any]
    path: re.Pattern[str]

    @property
    def id(self) -> str:
        return str(self.described["id"])

    @property
    def scopes(self) -> set[str]:
        return set(self.described.get("scopes", ()))


@lru_cache
def document(name: str) -> dict[str, Any]:
    """Return a discovery document."""
    found = files("googleapiclient.discovery_cache.documents") / f"{name}.json"
    parsed: dict[str, Any] = json.loads(found.read_text("utf-8"))
    return parsed


@lru_cache
def methods() -> list[Method]:
    """Return every method; literal paths before those with parameters."""
    found = []
    for name in DOCUMENTS:
        base = "/" + document(name)["servicePath"]
        for described in _walk(document(name)):
            found.append(Method(name, described, _pattern(base + described["path"], described)))
    return sorted(found, key=lambda method: method.path.groups)


def find(verb: str, path: str) -> tuple[Method, dict[str, str]] | None:
    """Return the method that a request means, and the parameters in its path."""
    for method in methods():
        if method.described["httpMethod"] == verb and (match := method.path.match(path)):
            return method, {name: unquote(value) for name, value in match.groupdict().items()}
    return None


def request_faults(
    method: Method, path: Mapping[str, str], query: Mapping[str, list[str]], body: Any | None
) -> list[str]:
    """Return what is wrong with a request."""
    return list(_request(method, path, query, body))


def answer_faults(method: Method, body: Any) -> list[str]:
    """Return what is wrong with an answer of status 200."""
    if "response" not in method.described:
        return []
    return list(_value(document(method.document), method.described["response"], body, "answer"))


def _walk(resource: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from resource.get("methods", {}).values()
    for child in resource.get("resources", {}).values():
        yield from _walk(child)


def _pattern(path: str, described: Mapping[str, Any]) -> re.Pattern[str]:
    patterns = {
        name: parameter["pattern"].strip("^$")
        for name, parameter in described.get("parameters", {}).items()
        if "pattern" in parameter
    }
    text = re.sub(r"\{\+?(\w+)\}", lambda found: f"(?P<{found[1]}>{patterns.get(found[1], '[^/]+')})", path)
    return re.compile(f"^{text}$")


def _request(
    method: Method, path: Mapping[str, str], query: Mapping[str, list[str]], body: Any | None
) -> Iterator[str]:
    known = method.described.get("parameters", {})
    for name, values in query.items():
        parameter = known.get(name) or document(method.document)["parameters"].get(name)
        if parameter is None:
            yield f"{name} is no parameter of {method.id}"
            continue
        if len(values) > 1 and not parameter.get("repeated"):
            yield f"{name} may not be repeated"
        for value in values:
            yield from _parameter(name, parameter, value)
    for name, parameter in known.items():
        if parameter.get("required") and name not in path and name not in query:
            yield f"{name} is missing"
    if body is not None and "request" not in method.described:
        yield f"{method.id} takes no body"
    elif body is not None:
        yield from _value(document(method.document), method.described["request"], body, "body")


def _parameter(name: str, parameter: Mapping[str, Any], value: str) -> Iterator[str]:
    kind = parameter["type"]
    if kind == "integer" and not re.fullmatch(r"-?\d+", value):
        yield f"{name}: {value!r} is no integer"
    elif kind == "integer":
        if int(value) < int(parameter.get("minimum", value)) or int(value) > int(parameter.get("maximum", value)):
            yield f"{name}: {value} is out of bounds"
    elif kind == "boolean" and value not in ("true", "false"):
        yield f"{name}: {value!r} is neither true nor false"
    elif kind == "string":
        yield from _text(parameter, value, name)


def _value(found: Mapping[str, Any], schema: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
    """Yield what of a JSON value is not as a schema of the document has it; unknown properties among it."""
    if "$ref" in schema:
        schema = found["schemas"][schema["$ref"]]
    kind = schema.get("type", "any")
    if kind == "any":
        return
    if not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{where}: {value!r:.60} is no {kind}"
    elif kind == "string":
        yield from _text(schema, value, where)
    elif kind == "array":
        for number, entry in enumerate(value):
            yield from _value(found, schema["items"], entry, f"{where}[{number}]")
    elif kind == "object":
        for name, entry in value.items():
            inner = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
            if inner is None:
                yield f"{where}.{name} is unknown"
            else:
                yield from _value(found, inner, entry, f"{where}.{name}")


def _text(schema: Mapping[str, Any], value: str, where: str) -> Iterator[str]:
    shape = schema.get("format", "")
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is not one of {schema['enum']}"
    if shape in INTEGERS and not re.fullmatch(INTEGERS[shape], value):
        yield f"{where}: {value!r} is no {shape}"
    if shape == "date" and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        yield f"{where}: {value!r} is no date"
    if shape in ("date-time", "google-datetime"):
        try:
            whole = datetime.fromisoformat(value.replace("Z", "+00:00")).tzinfo is not None
        except ValueError:
            whole = False
        if not whole:
            yield f"{where}: {value!r} is no time with an offset"
    if shape == "byte":
        try:
            base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
        except binascii.Error:
            yield f"{where}: no base64 for addresses"

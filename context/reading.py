"""Read one YAML file of the profile, and say of everything wrong in it: file, line, key, what was expected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from context.words import hint

LARGEST = 2 * 1024 * 1024  # bytes; a profile is some kilobytes, more is a mistake
Loc = tuple[int | str, ...]
Kind = Literal["error", "conflict", "stale", "gap"]

# Pydantic's name of a fault → what its owner should have written. Others are said in Pydantic's own words.
EXPECTED = {
    "missing": "is missing",
    "string_type": "expected text; put it in quotes",
    "string_too_short": "expected some text",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "date_type": "expected a date like 2026-07-01",
    "date_parsing": "expected a date like 2026-07-01",
    "date_from_datetime_parsing": "expected a date like 2026-07-01",
    "date_from_datetime_inexact": "expected a date like 2026-07-01, without a time",
    "list_type": "expected a list like [a, b]",
    "tuple_type": "expected a list like [a, b]",
    "dict_type": "expected keys and values like {a: b}",
    "model_type": "expected keys and values like {a: b}",
    "model_attributes_type": "expected keys and values like {a: b}",
    "is_instance_of": 'expected a schedule like "MON,WED 16:15-18:00"',
}
PATTERNS = {
    "emails": "expected a mail address like dana@example.org",
    "from": "expected a month or date like 2023-04",
    "to": "expected a month or date like 2023-04",
    "budgets": "expected a cap in dollars named like brief_usd",
}
AN_ID = "expected an id: letters, digits, _ and -, beginning with a letter"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the owner should know of their profile. An "error" keeps it from being used; the others do not.

    It holds no value of the profile but keys and ids, so that it may appear in a log.
    """

    file: str
    line: int
    key: str
    says: str
    kind: Kind = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key + ': ' if self.key else ''}{self.says}"


@dataclass(frozen=True)
class Document:
    """One file as it was read: its data with line numbers, and as plain dicts and lists."""

    file: str
    text: str
    node: Any
    data: Any

    def line(self, loc: Sequence[int | str]) -> int:
        """Return the line (from 1) of what `loc` names, or of the nearest thing around it."""
        node, line = self.node, 0
        if isinstance(node, CommentedMap | CommentedSeq):
            line = node.lc.line
        for part in loc:
            if isinstance(node, CommentedMap) and part in node:
                line = node.lc.key(part)[0]
            elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
                line = node.lc.item(part)[0]
            else:
                break
            node = node[part]
        return int(line) + 1

    def finding(self, loc: Sequence[int | str], says: str, kind: Kind = "error") -> Finding:
        key = named(loc)
        return Finding(self.file, self.line(loc), Path(self.file).stem + key if key[:1] == "[" else key, says, kind)


class _Constructor(RoundTripConstructor):
    """A date that no calendar has (2026-12-32) is read as text, so that the error names its line and key."""

    def construct_yaml_timestamp(self, node: Any, values: Any = None) -> Any:
        try:
            return super().construct_yaml_timestamp(node, values)
        except ValueError:
            return node.value


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_yaml_timestamp)


def yaml() -> YAML:
    """Return the YAML 1.2 dialect of the profile: round-trip, so that comments, order and quotes survive."""
    dialect = YAML(typ="rt")
    dialect.Constructor = _Constructor
    dialect.preserve_quotes = True
    dialect.width = 4096  # lines are broken where their owner broke them
    return dialect


def parse(file: str, text: str) -> Document | Finding:
    """Return the parsed file, or what keeps it from being YAML."""
    try:
        node = yaml().load(text)
        return Document(file, text, node, plain(node))
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return Finding(file, line, "", "this key stands twice in the same place; keep one")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Finding(file, mark.line + 1 if mark else 1, "", f"not YAML: {error.problem or error.context}")
    except YAMLError:  # a character that YAML does not allow; it has no mark
        return Finding(file, _odd_line(text), "", "not YAML: there is a control character in this line")
    except (RecursionError, ValueError, OverflowError):
        return Finding(file, 1, "", "not YAML that a profile can be: nested too deeply, or a number out of range")


def read(path: Path, name: str) -> Document | Finding:
    """Return the file at `path`, parsed; a missing file is an empty one. Never raises for what stands in it."""
    try:
        if path.stat().st_size > LARGEST:
            return Finding(name, 1, "", "expected at most 2 MB")
        return parse(name, path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return Document(name, "", None, None)
    except UnicodeDecodeError as error:
        return Finding(name, error.object[: error.start].count(b"\n") + 1, "", "expected UTF-8 text")
    except OSError as error:
        return Finding(name, 1, "", f"cannot be read: {error.strerror}")


def plain(node: Any) -> Any:
    """Return YAML data as ordinary dicts and lists."""
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    return node


def validate(document: Document, model: type[BaseModel], many: bool) -> tuple[Any, list[Finding]]:
    """Return the typed content of a file (None where it is invalid) and every error in it."""
    adapter: TypeAdapter[Any] = TypeAdapter(tuple[model, ...] if many else model)  # type: ignore[valid-type]
    empty: list[Any] | dict[str, Any] = [] if many else {}
    try:
        return adapter.validate_python(empty if document.data is None else document.data), []
    except ValidationError as error:
        return None, list(_findings(document, model, error.errors(include_url=False)))


def named(loc: Sequence[int | str]) -> str:
    """Return a location as its owner would write it: roles[0].title."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _findings(document: Document, model: type[BaseModel], errors: list[ErrorDetails]) -> Iterator[Finding]:
    for error in errors:
        loc = tuple(part for part in error["loc"] if part != "[key]")
        yield document.finding(loc, _says(model, loc, error))


def _says(model: type[BaseModel], loc: Loc, error: ErrorDetails) -> str:
    kind, last = error["type"], next((part for part in reversed(loc) if isinstance(part, str)), "")
    if kind == "extra_forbidden":
        known = sorted(_keys(model, loc[:-1]))
        return f"unknown key{hint(str(loc[-1]), known) or '; expected one of ' + ', '.join(known)}"
    if kind == "literal_error":
        expected = str(error["ctx"]["expected"]).replace("'", "")
        return f"expected {expected}{hint(str(error['input']), _choices(expected))}"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(last) or PATTERNS.get(str(loc[0]) if loc else "") or AN_ID
    return EXPECTED.get(kind) or error["msg"][:1].lower() + error["msg"][1:]


def _choices(expected: str) -> list[str]:
    return [word.strip() for word in expected.replace(" or ", ",").split(",")]


def _keys(model: type[BaseModel], loc: Loc) -> set[str]:
    """Return the keys that may stand at a location of a file."""
    for part in loc:
        field = next((f for name, f in model.model_fields.items() if part == (f.alias or name)), None)
        if field is not None:
            model = next(_models(field.annotation), model)
    return {field.alias or name for name, field in model.model_fields.items()}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _odd_line(text: str) -> int:
    odd = next((i for i, c in enumerate(text) if not (c.isprintable() or c in "\n\r\t")), 0)
    return text.count("\n", 0, odd) + 1

"""Every odd mail that other parsers keep as a test goes through ours; what is lost is counted, and nearly nothing."""

import email
import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from connectors.mail import arrow, mime
from connectors.mail.mime import Failed, Raw
from connectors.mail.tables import COLUMNS

LOST = 0.005  # share of the mails with text whose text may be missing
NOT_MAIL = (".mbox", ".json", ".md", ".out", ".sh", ".py", ".rb", ".xml", ".html", ".yml", ".yaml", ".php", ".go")


def members(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and (file := tar.extractfile(member)):
                yield member.name, file.read()


def torture(corpora: Path) -> Iterator[tuple[str, bytes]]:
    for archive in sorted((corpora / "mail" / "torture").glob("*.tar.gz")):
        for name, data in members(archive):
            if not name.endswith(NOT_MAIL):
                yield f"{archive.name.removesuffix('.tar.gz')}/{name}", data


def parse(data: bytes) -> dict[str, Any] | Failed | None:
    found = list(mime.rows([Raw(data, "f", "0")]))
    if not found:
        return None
    return found[0] if isinstance(found[0], Failed) else dict(zip(COLUMNS, found[0], strict=True))


def text_by_library(data: bytes) -> bool:
    """Whether the standard library finds text that is not an attachment: letters in a text part."""
    try:
        message = email.message_from_bytes(data)
        return any(_has_letters(part) for part in message.walk())
    except Exception:  # noqa: BLE001 - it has open bugs on just these mails
        return False


def _has_letters(part: Message) -> bool:
    if part.get_content_type() not in ("text/plain", "text/html") or part.is_multipart():
        return False
    if part.get_content_disposition() == "attachment":
        return False
    text = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    if part.get_content_type() == "text/html":
        from connectors.mail.text import from_html

        text = from_html(text)
    return sum(character.isalnum() for character in text) >= 3


@pytest.mark.corpora
@pytest.mark.row("N2", "N10")
def test_every_torture_mail_becomes_a_row_or_a_reject_with_a_reason(corpora: Path, capsys: Any) -> None:
    outcomes: Counter[str] = Counter()
    rows, textless, having = [], [], 0
    for name, data in torture(corpora):
        found = parse(data)
        if found is None:
            outcomes["deleted by its program"] += 1
        elif isinstance(found, Failed):
            outcomes[f"rejected: {found.reason}"] += 1
            assert found.reason == "empty", (name, found.error)
        else:
            outcomes["loaded"] += 1
            rows.append(tuple(found.values()))
            if text_by_library(data):
                having += 1
                if not (found["body"] or "").strip():
                    textless.append(name)
    with capsys.disabled():
        print(f"\ntorture mails: {sum(outcomes.values()):,} read, {dict(outcomes)}")
        print(
            f"  with text by the standard library {having:,}, of these without text by ours {len(textless)}: {textless}"
        )
    assert sum(outcomes.values()) > 2_300
    assert len(textless) < having * LOST
    table = arrow.table(rows)  # no string in them that Arrow cannot hold
    assert table.num_rows == len(rows)
    assert all(table.column("key").to_pylist())


@pytest.mark.corpora
def test_the_facts_of_the_generated_mails_hold(corpora: Path) -> None:
    files = dict(members(corpora / "mail" / "torture" / "_generated.tar.gz"))
    expected = json.loads(next(data for name, data in files.items() if name.endswith("expected.json")))
    wrong = []
    for name, fact in expected.items():
        if not name.endswith(".eml"):
            continue
        found = parse(files[f"_generated/{name}"])
        if not fact["messages"]:
            assert isinstance(found, Failed), name
            continue
        assert isinstance(found, dict), name
        wrong += [
            (name, key, fact[key], got) for key, got in said(found).items() if key in fact and not fits(key, fact, got)
        ]
    assert wrong == []


def said(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "message_id": row["message_id"],
        "subject": row["subject"],
        "body": row["body"].strip(),
        "contains": row["body"],
        "n_to": len(json.loads(row["to_addresses"] or "[]")),
        "n_refs": len(json.loads(row["reference_ids"] or "[]")),
        "n_attachments": len(json.loads(row["attachments"] or "[]")),
    }


def fits(key: str, fact: dict[str, Any], got: Any) -> bool:
    return fact[key] in got if key == "contains" else bool(fact[key] == got)

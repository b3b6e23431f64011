"""Handles: what they accept, what they mirror, and that a secret stays one."""

import importlib
from pathlib import Path

import pytest
from pydantic import ValidationError

from blocks import files
from connectors.kinds import KINDS

ADDRESS = "https://calendar.example.org/private-3f9c0a/basic.ics"


def test_every_kind_has_its_handle_and_they_are_told_apart() -> None:
    places = {kind.handle for kind in KINDS.values()}  # an account's sources share one
    handles = [getattr(importlib.import_module(place.rpartition(".")[0]), place.rpartition(".")[2]) for place in places]
    assert all(issubclass(handle, files.Source) for handle in handles)
    assert len({handle.get_block_type_slug() for handle in handles}) == len(handles)
    assert all(handle.__doc__ for handle in handles)


@pytest.mark.row("T10")
def test_a_secret_address_is_in_no_mirror_and_no_words() -> None:
    handle = files.IcsUrl(url=ADDRESS, account="me")
    assert handle.settings() == {}
    assert "3f9c0a" not in repr(handle) + str(handle) + str(handle.model_dump()) + handle.model_dump_json()
    assert handle.url.get_secret_value() == ADDRESS


@pytest.mark.parametrize("address", ["ftp://example.org/a", "example.org", "https:///a", "file:///etc/passwd"])
def test_what_is_no_address_is_refused_without_being_said(address: str) -> None:
    with pytest.raises(ValidationError) as told:
        files.IcsUrl(url=address)
    assert address not in told.value.errors()[0]["msg"]


def test_webcal_is_a_name_for_https() -> None:
    assert files.IcsUrl(url="webcal://example.org/a").url.get_secret_value() == "https://example.org/a"


def test_paths_become_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert files.Mbox(path="a.mbox").path == str(tmp_path / "a.mbox")
    assert files.Maildir(path="~/Mail").path == str(Path.home() / "Mail")
    with pytest.raises(ValidationError):
        files.IcsFile(path="")


def test_the_mirror_holds_what_reading_needs() -> None:
    handle = files.DocumentFolder(path="/notes", include=["*.md"], account="me")
    assert handle.settings() == {"path": "/notes", "include": ["*.md"]}
    assert files.DocumentFolder(path="/notes").settings() == {"path": "/notes"}

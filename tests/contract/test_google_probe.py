"""The probe on the fake; and on a real account, where STEWARD_GOOGLE_PROBE names a credentials file."""

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.contract.google_probe import FACTS, Probe, handle_of, probing
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import google as google
from tests.servers.google.fixture import handle

REAL = os.environ.get("STEWARD_GOOGLE_PROBE")
CONNECT = socket.socket.connect


@pytest.mark.row("N1")
@pytest.mark.parametrize("fact", FACTS)
def test_the_fake_behaves_so(google: FakeGoogle, fact: Callable[[Probe], None]) -> None:
    with probing(handle(google, "calendar.app.created"), datetime.now(UTC)) as probe:
        fact(probe)


if REAL:  # by the owner's wish alone, and never in a suite that must not leave this machine

    @pytest.mark.parametrize("fact", FACTS)
    def test_google_behaves_so(fact: Callable[[Probe], None], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(socket.socket, "connect", CONNECT)
        with probing(handle_of(Path(REAL).read_text()), datetime.now(UTC)) as probe:
            fact(probe)

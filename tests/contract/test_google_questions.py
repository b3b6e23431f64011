"""The questions to the fake; and to a real account, where STEWARD_GOOGLE_QUESTIONS names a credentials file."""

import os
import socket
from pathlib import Path

import pytest

from tests.connectors.google.test_google_load import SCOPES, fill
from tests.contract.google_probe import handle_of
from tests.contract.google_questions import QUESTIONS, Question, ask
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import google as google
from tests.servers.google.fixture import handle

REAL = os.environ.get("STEWARD_GOOGLE_QUESTIONS")
CONNECT = socket.socket.connect
EACH = pytest.mark.parametrize(("service", "question"), QUESTIONS, ids=[asked.__name__ for _, asked in QUESTIONS])


@pytest.mark.row("N2", "N3", "N5")
@EACH
def test_the_fake_answers_so(google: FakeGoogle, service: str, question: Question) -> None:
    fill(google, "ana")
    ask(handle(google, *SCOPES), service, question)


if REAL:  # by the owner's wish alone, and never in a suite that must not leave this machine

    @EACH
    def test_google_answers_so(service: str, question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(socket.socket, "connect", CONNECT)
        ask(handle_of(Path(REAL).read_text()), service, question)

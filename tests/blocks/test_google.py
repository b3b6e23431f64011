"""The block of a Google account: what it refuses, and what of it may be written down."""

from typing import Any

import pytest

from blocks.google import GoogleAccount

USER = {"account": "ana", "client_id": "1", "client_secret": "planted-secret", "refresh_token": "planted-token"}
KEY = '{"client_email": "robot@example.org", "private_key": "planted-key"}'


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"refresh_token": ""}, "needs a client and its grant"),
        ({"client_id": ""}, "needs a client and its grant"),
        ({"service_account": "{"}, "no JSON"),
        ({"service_account": "[]"}, "lacks client_email"),
        ({"token_uri": "http://oauth2.example.org/token"}, "begins with https"),
        ({"bases": {"gmail": "http://gmail.example.org"}}, "begins with https"),
    ],
)
def test_what_cannot_be_an_account(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says) as raised:
        GoogleAccount(**{**USER, **given})
    assert "planted" not in repr([error["msg"] for error in raised.value.errors()])


@pytest.mark.parametrize("given", [USER, {"service_account": KEY, "subject": "ana@example.org"}])
def test_no_secret_is_among_the_settings_that_are_mirrored(given: dict[str, Any]) -> None:
    block = GoogleAccount(**given, bases={"gmail": "http://127.0.0.1:1"})
    assert "planted" not in repr(block.settings())
    assert "planted" not in repr(block)
    assert block.settings()["bases"] == {"gmail": "http://127.0.0.1:1"}

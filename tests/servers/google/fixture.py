"""The fixture `google`: import it into a conftest. And handles on the fake's accounts, as connectors get them."""

from collections.abc import Iterator
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from tests.conftest import absent
from tests.servers.google.core import FakeGoogle
from tests.servers.google.grants import CLIENT, SECRET

SCOPE = "https://www.googleapis.com/auth/"


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    """A Google on loopback. What breaks the contract of its documents fails the test."""
    if find_spec("googleapiclient") is None:
        absent("google-api-python-client, whose discovery documents are the contract")
    fake = FakeGoogle()
    yield fake
    fake.close()
    assert not fake.violations


def settings(fake: FakeGoogle, *scopes: str, address: str = "ana@example.org", **more: Any) -> dict[str, Any]:
    """Return the settings of a GoogleAccount block with a new grant of these scopes ("gmail.readonly")."""
    token = fake.grants.given({SCOPE + scope for scope in scopes}, address)
    return {
        "address": address,
        "client_id": CLIENT,
        "client_secret": SecretStr(SECRET),
        "refresh_token": SecretStr(token),
        "service_account": SecretStr(""),
        "subject": "",
        "scopes": [SCOPE + scope for scope in scopes],
        "auth_uri": f"{fake.url}/auth",
        "token_uri": f"{fake.url}/token",
        "bases": dict.fromkeys(("calendar", "gmail", "drive", "tasks", "people"), fake.url),
        "granted_at": "2026-03-02T07:00:00+00:00",
        "ends_at": "",
        "testing": False,
        **more,
    }


def handle(fake: FakeGoogle, *scopes: str, address: str = "ana@example.org", **more: Any) -> SimpleNamespace:
    """Return a handle as `connectors.kinds.plain` makes it, read through the block "google"."""
    return SimpleNamespace(**settings(fake, *scopes, address=address, **more), account="ana", through="google")


def robot() -> tuple[dict[str, Any], str]:
    """Return a service account's key, and the certificate that it is checked with."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    secret = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    written = secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = secret.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    named = {"type": "service_account", "client_email": "robot@fake.iam.gserviceaccount.com", "private_key_id": "1"}
    return {**named, "private_key": written}, public

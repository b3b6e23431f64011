"""Consent at Google for a program on the owner's machine: PKCE and a loopback redirect (RFC 7636, RFC 8252).

https://developers.google.com/identity/protocols/oauth2/native-app
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from context.errors import InputError, SourceError

SECONDS = 600.0  # for the owner to consent
AGAIN = "run `steward connect google` again"
CONSOLE = "in Google's console: APIs & Services → Credentials → Create credentials → OAuth client ID → Desktop app"
DONE = "Steward has your answer. You can close this page."


@dataclass(frozen=True)
class Client:
    """The owner's OAuth client, as Google's console gives it to download."""

    id: str
    secret: str = field(repr=False)
    auth_uri: str
    token_uri: str

    @classmethod
    def read(cls, path: Path) -> "Client":
        """Read client_secret….json. Raises InputError where it is none, or one of another type."""
        try:
            found = json.loads(path.read_text("utf-8"))
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}", "check the path") from None
        except ValueError:
            raise InputError(f"{path} is no JSON", f"download the client again, {CONSOLE}") from None
        given = found.get("installed") if isinstance(found, dict) else None
        if not isinstance(given, dict):
            raise InputError(f"{path} holds no client of type “Desktop app”", f"create one {CONSOLE}")
        try:
            return cls(given["client_id"], given["client_secret"], given["auth_uri"], given["token_uri"])
        except KeyError as error:
            raise InputError(f"{path} lacks {error.args[0]}", f"download the client again, {CONSOLE}") from None


@dataclass(frozen=True)
class Granted:
    """What the owner granted: the token, the scopes that they ticked, whose account it is, and when it ends."""

    refresh_token: str = field(repr=False)
    scopes: frozenset[str]
    address: str
    at: datetime
    ends: datetime | None


class Request:
    """One request for consent. `address(where)` is what the owner opens; `where` is where they are sent back to."""

    def __init__(self, client: Client, scopes: list[str]) -> None:
        self.client, self.scopes = client, scopes
        self.state, self._verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(64)

    def address(self, where: str, account: str = "") -> str:
        digest = hashlib.sha256(self._verifier.encode()).digest()
        asked = {
            "client_id": self.client.id,
            "redirect_uri": where,
            "response_type": "code",
            "scope": " ".join(self.scopes),
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": "consent",  # without it a second consent gives no refresh token
        }
        return f"{self.client.auth_uri}?{urlencode({**asked, **({'login_hint': account} if account else {})})}"

    def code(self, answer: str) -> str:
        """Return the code of the address that the owner was sent to, or of the code itself.

        Raises InputError where it answers another request, SourceError where the owner said no.
        """
        if not answer.strip():
            raise InputError("there is no answer", AGAIN)
        if "?" not in answer:
            return unquote(answer.strip())
        given = {name: values[0] for name, values in parse_qs(urlsplit(answer.strip()).query).items()}
        if not secrets.compare_digest(given.get("state", ""), self.state):
            raise InputError("that answer belongs to another request", AGAIN)
        if given.get("error") == "access_denied":
            raise SourceError("you did not consent, so nothing is connected", AGAIN)
        if "code" not in given:
            raise SourceError("Google did not give its consent", AGAIN)
        return given["code"]

    def granted(self, code: str, where: str, now: datetime) -> Granted:
        """Exchange a code for a grant. Raises SourceError, GrantError, PassingError."""
        from connectors.google.auth import GONE
        from connectors.web import Web

        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client.id,
            "client_secret": self.client.secret,
            "redirect_uri": where,
            "code_verifier": self._verifier,
        }
        fields = {"Content-Type": "application/x-www-form-urlencoded"}
        with Web(renew=AGAIN, now=now, redirects=0) as web:
            body = urlencode(asked).encode()
            reply = web.send("POST", self.client.token_uri, fields=fields, body=body, want=(200, 400, 401, 403))
        found = reply.json()
        if not isinstance(found, dict):
            raise SourceError(f"{reply.host} answers as no token endpoint does", AGAIN)
        if reply.status != 200:
            if found.get("error") == "invalid_grant":
                raise SourceError("Google no longer takes this answer (it is used up, or too old)", AGAIN)
            raise SourceError(GONE.get(str(found.get("error")), "Google refused the request"), AGAIN)
        if not found.get("refresh_token"):
            raise SourceError("Google gave no lasting grant", AGAIN)
        return _granted(found, now)


def _granted(found: Mapping[str, Any], now: datetime) -> Granted:
    seconds = found.get("refresh_token_expires_in")  # given only where the grant ends by itself
    ends = now + timedelta(seconds=int(seconds)) if seconds else None
    scopes = frozenset(str(found.get("scope", "")).split())
    return Granted(str(found["refresh_token"]), scopes, _address(str(found.get("id_token", ""))), now, ends)


def _address(token: str) -> str:
    """Return the mail address in an ID token. It came from Google directly, so its signature need not be checked
    (OpenID Connect Core 1.0, 3.1.3.7).
    """
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return str(claims.get("email", ""))
    except (IndexError, ValueError, AttributeError):
        return ""


class Listener:
    """Waits on the loopback interface for the one request that brings the answer back."""

    def __enter__(self) -> "Listener":
        listener = self
        self.answer: str | None = None

        class Handler(BaseHTTPRequestHandler):
            timeout = 10  # a connection on which nothing comes must not hold up the one that matters

            def log_message(self, format: str, *given: Any) -> None:
                pass  # the address holds the code

            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                meant = "state" in query and listener.accepts(self.path)
                self.send_response(200 if meant else 404)
                body = DONE.encode() if meant else b""
                self.send_header("Content-Type", "text/plain; charset=UTF-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                if meant:
                    listener.answer = self.path

        self.accepts: Callable[[str], bool] = lambda _path: True
        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._server.timeout = 0.2
        self.where = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def wait(self, state: str, seconds: float = SECONDS) -> str:
        """Return the address that the browser asked for. Requests with another state are passed over.

        Raises SourceError where nothing comes in time.
        """
        self.accepts = lambda path: secrets.compare_digest(parse_qs(urlsplit(path).query)["state"][0], state)
        until = time.monotonic() + seconds
        while self.answer is None:
            if time.monotonic() > until:
                raise SourceError("no answer came from the browser", "run it again, with --no-browser if it is remote")
            self._server.handle_request()
        return self.answer


def testing_end(at: datetime) -> datetime:
    """Return when a grant ends whose consent screen is in Testing.

    https://developers.google.com/identity/protocols/oauth2#expiration
    """
    return (at + timedelta(days=7)).astimezone(UTC)

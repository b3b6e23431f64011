"""Where the fake gives grants: consent, access tokens, revocation (RFC 6749, RFC 7636, RFC 7009, RFC 7523).

Shapes of the answers: https://developers.google.com/identity/protocols/oauth2/native-app
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.servers.google.core import Account, GoogleError, Media, Told

if TYPE_CHECKING:
    from tests.servers.google.core import FakeGoogle

CLIENT, SECRET = "471-fake.apps.googleusercontent.com", "GOCSPX-planted-client-secret"
EMAIL = "https://www.googleapis.com/auth/userinfo.email"


@dataclass(frozen=True)
class Grant:
    """What a person granted a client."""

    address: str
    scopes: frozenset[str]


@dataclass
class Grants:
    """Codes, refresh tokens and access tokens that are good now, and how the person at the consent screen decides.

    `chooses` is who consents, `leaves_out` what they do not tick, `denies` whether they say no; `testing` whether the
    consent screen is in Testing, so that grants end after 7 days.
    """

    fake: "FakeGoogle"
    chooses: str = "ana@example.org"
    leaves_out: set[str] = field(default_factory=set)
    denies: bool = False
    testing: bool = False
    silent: bool = False  # whether the token answer keeps to itself that the grant ends
    seconds: int = 3600
    codes: dict[str, tuple[Grant, str, str]] = field(default_factory=dict)
    refresh: dict[str, Grant] = field(default_factory=dict)
    access: dict[str, Grant] = field(default_factory=dict)
    certificates: dict[str, str] = field(default_factory=dict)  # of service accounts: address → PEM
    made: int = 0

    def place(self, path: str) -> tuple[str, Callable[[dict[str, list[str]], bytes], Told]] | None:
        """Return which of the places a path means: its name in the log, and what answers."""
        places = {"/auth": ("auth", self.consent), "/token": ("token", self.token), "/revoke": ("revoke", self.revoked)}
        return places.get(path)

    def client_file(self) -> dict[str, Any]:
        """Return what Google's console gives to download for a client of type “Desktop app”."""
        named = {"client_id": CLIENT, "project_id": "steward-fake", "client_secret": SECRET}
        places = {"auth_uri": f"{self.fake.url}/auth", "token_uri": f"{self.fake.url}/token"}
        return {"installed": {**named, **places, "redirect_uris": ["http://localhost"]}}

    def given(self, scopes: set[str], address: str = "ana@example.org") -> str:
        """Return a new refresh token, as if somebody had consented."""
        self.fake.account(address)
        token = self._named("1//planted-refresh")
        self.refresh[token] = Grant(address, frozenset(scopes))
        return token

    def expire(self) -> None:
        """Let every access token run out."""
        self.access.clear()

    def revoke(self, address: str | None = None) -> None:
        """Take back an account's grants, or all: access tokens stop at once."""
        for held in (self.refresh, self.access):
            for token in [token for token, grant in held.items() if address in (None, grant.address)]:
                del held[token]

    def admitted(self, header: str, scopes: set[str]) -> Account:
        """Return whose token it is. Raises GoogleError for an unknown one, and where it does not cover the method."""
        grant = self.access.get(header.removeprefix("Bearer "))
        if grant is None:
            raise GoogleError(401, "authError", "Invalid Credentials")
        if not scopes & grant.scopes:
            raise GoogleError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
        return self.fake.account(grant.address)

    def consent(self, query: dict[str, list[str]], sent: bytes) -> Told:
        """Answer the authorization request: the person decides, and is sent back to the program."""
        given = {name: values[0] for name, values in query.items()}
        wrong = _wrong(given)
        if wrong:
            self.fake.violations.append(f"consent: {wrong}")
            return 400, Media(f"Error 400: {wrong}".encode(), "text/html"), {}
        state = {"state": given["state"]} if "state" in given else {}
        if self.denies:
            return 302, None, {"Location": f"{given['redirect_uri']}?{urlencode({'error': 'access_denied', **state})}"}
        scopes = {EMAIL if scope == "email" else scope for scope in given["scope"].split()} - self.leaves_out
        code = self._named("4/planted-code")
        self.codes[code] = (
            Grant(self.chooses, frozenset(scopes)),
            given["code_challenge"],
            given["redirect_uri"],
        )
        back = urlencode({"code": code, "scope": " ".join(sorted(scopes)), **state})
        return 302, None, {"Location": f"{given['redirect_uri']}?{back}"}

    def token(self, query: dict[str, list[str]], sent: bytes) -> Told:
        """Answer a token request."""
        given = {name: values[0] for name, values in parse_qs(sent.decode()).items()}
        kind = given.get("grant_type")
        if kind == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return self._asserted(given)
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT, SECRET):
            return _refused("invalid_client", "The OAuth client was not found.", 401)
        if kind == "authorization_code":
            return self._exchanged(given)
        if kind == "refresh_token":
            grant = self.refresh.get(given.get("refresh_token", ""))
            return self._issued(grant) if grant else _refused("invalid_grant", "Token has been expired or revoked.")
        return _refused("unsupported_grant_type", "Invalid grant_type")

    def revoked(self, query: dict[str, list[str]], sent: bytes) -> Told:
        token = parse_qs(sent.decode()).get("token", [""])[0]
        grant = self.refresh.pop(token, None) or self.access.pop(token, None)
        return (200, {}, {}) if grant else _refused("invalid_token", "Token expired or revoked")

    def _exchanged(self, given: Mapping[str, str]) -> Told:
        grant, challenge, where = self.codes.pop(given.get("code", ""), (None, "", ""))
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if grant is None or proof != challenge:
            return _refused("invalid_grant", "Bad Request")
        if given.get("redirect_uri") != where:
            return _refused("redirect_uri_mismatch", "Bad Request")
        refresh = self.given(set(grant.scopes), grant.address)
        ending = {"refresh_token_expires_in": 604799} if self.testing and not self.silent else {}
        status, body, headers = self._issued(grant)
        return status, {**body, "refresh_token": refresh, "id_token": _identity(grant.address), **ending}, headers

    def _asserted(self, given: Mapping[str, str]) -> Told:
        from google.auth import jwt

        claims: Any = None
        for pem in self.certificates.values():
            try:
                claims = jwt.decode(
                    given.get("assertion", ""), certs=pem, audience="https://oauth2.googleapis.com/token"
                )
            except ValueError:
                continue
        if claims is None or not claims.get("sub"):
            return _refused("invalid_grant", "Invalid JWT Signature.")
        if claims["sub"] not in self.fake.accounts:
            return _refused("invalid_grant", "Invalid email or User ID")
        return self._issued(Grant(claims["sub"], frozenset(claims["scope"].split())))

    def _issued(self, grant: Grant) -> Told:
        token = self._named("ya29.planted-access")
        self.access[token] = grant
        scope = " ".join(sorted(grant.scopes))
        return 200, {"access_token": token, "expires_in": self.seconds, "scope": scope, "token_type": "Bearer"}, {}

    def _named(self, what: str) -> str:
        with self.fake.lock:
            self.made += 1
            return f"{what}-{self.made}"


def _wrong(given: Mapping[str, str]) -> str:
    """Return what Google would refuse of an authorization request."""
    needed = {"client_id", "redirect_uri", "response_type", "scope", "code_challenge", "state"}
    if missing := needed - given.keys():
        return f"missing {sorted(missing)}"
    if given["client_id"] != CLIENT:
        return "invalid_client"
    place = urlsplit(given["redirect_uri"])
    if (place.scheme, place.hostname) != ("http", "127.0.0.1"):
        return "redirect_uri_mismatch"
    if given["response_type"] != "code" or given.get("code_challenge_method") != "S256":
        return "invalid_request"
    if given.get("access_type", "offline") != "offline" or given.get("prompt") != "consent":
        return "no refresh token would be given"
    return ""


def _refused(error: str, description: str, status: int = 400) -> Told:
    return status, {"error": error, "error_description": description}, {}


def _identity(address: str) -> str:
    """Return an ID token: three parts, of which only the middle one is read by who got it directly from Google."""
    claims = {"iss": "https://accounts.google.com", "aud": CLIENT, "sub": "1", "email": address, "email_verified": True}
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (*parts, b"signature"))

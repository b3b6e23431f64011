"""What servers write and what it means; no server is needed."""

import pytest

from blocks.dav import CalDav
from connectors.dav.client import related
from connectors.dav.multistatus import BadXmlError, conditions, href_of, multistatus, path_of
from connectors.dav.wire import body, clark, text

pytestmark = pytest.mark.row("N1", "N5")
BASE = "https://cloud.example.org/dav/ana/"


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("/dav/ana/a%20b.ics", "/dav/ana/a b.ics"),
        ("/dav/ana/c%40d+e.ics", "/dav/ana/c@d+e.ics"),
        ("/dav/ana/c@d%2Be.ics", "/dav/ana/c@d+e.ics"),
        ("https://other.example.org/dav/ana/x.ics", "/dav/ana/x.ics"),
        ("x.ics", "/dav/ana/x.ics"),
        ("//dav//ana/x.ics", "/ana/x.ics"),
        ("/dav//ana/x.ics", "/dav/ana/x.ics"),
        ("/dav/ana/a%2fb.ics", "/dav/ana/a%2Fb.ics"),
        ("/dav/ana/u%CC%88.ics", "/dav/ana/ü.ics"),
        ("/dav/ana/100%.ics", "/dav/ana/100%.ics"),
    ],
)
def test_one_path_is_quoted_in_many_ways(href: str, path: str) -> None:
    assert path_of(href, BASE) == path
    assert path_of(href_of(path_of(href, BASE)), BASE).replace("%252F", "%2F") in (path, path.replace("%2F", "%252F"))


@pytest.mark.parametrize(
    ("host", "other", "same"),
    [
        ("caldav.icloud.com", "p34-caldav.icloud.com", True),
        ("example.org", "cloud.example.org", True),
        ("example.org", "example.org", True),
        ("example.org", "example.com", False),
        ("notexample.org", "example.org", False),
        ("cloud.ana.co.uk", "ana.co.uk", True),
        ("ana.co.uk", "eve.co.uk", False),
        ("127.0.0.1", "127.0.0.2", False),
        ("10.0.0.1", "192.168.0.1", False),
        ("nas", "evil", False),
    ],
)
def test_whose_host_it_is(host: str, other: str, same: bool) -> None:
    assert related(host, other) is same


def test_properties_that_were_not_found_are_none() -> None:
    told = multistatus(
        b"""<d:multistatus xmlns:d="DAV:"><d:response><d:href> /dav/ana/ </d:href>
        <d:propstat><d:prop><d:displayname> Work </d:displayname></d:prop>
        <d:status>HTTP/1.1 200 OK</d:status></d:propstat>
        <d:propstat><d:prop><d:sync-token>t</d:sync-token></d:prop>
        <d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>
        </d:response><d:response><d:href>/dav/gone</d:href><d:status>HTTP/2 404</d:status></d:response>
        <d:sync-token> here </d:sync-token></d:multistatus>""",
        BASE,
    )
    first, gone = told.entries
    assert (first.path, first.text(clark("D:displayname")), first.text(clark("D:sync-token"))) == (
        *("/dav/ana/", "Work"),
        None,
    )
    assert (gone.gone, first.gone, told.token) == (True, False, "here")


@pytest.mark.parametrize(
    "text", [b"", b"<html/>", b"<a>", b"\xff\xfe", b'<?xml version="1.0" encoding="nonsense"?><a/>']
)
def test_what_is_no_answer(text: bytes) -> None:
    with pytest.raises(BadXmlError):
        multistatus(text, BASE)


def test_conditions_are_known_by_their_names() -> None:
    expired = '<x:error xmlns:x="DAV:"><x:valid-sync-token/><x:responsedescription>No</x:responsedescription></x:error>'
    assert "{DAV:}valid-sync-token" in conditions(expired.encode())
    assert conditions(b"valid-sync-token") == set()


def test_what_is_asked_is_escaped() -> None:
    assert b"<D:href>/a&amp;b&lt;c</D:href>" in body("D:x", text("D:href", "/a&b<c"))


@pytest.mark.parametrize("url", ["http://example.org", "ftp://example.org", "https://a:b@example.org", "https://"])
def test_a_password_goes_over_no_open_wire(url: str) -> None:
    with pytest.raises(ValueError):
        CalDav(url=url, user="ana", password="x")  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["http://127.0.0.1:5232", "http://nas.local/dav", "http://192.168.0.4", "http://nas"])
def test_but_at_home(url: str) -> None:
    assert CalDav(url=url, user="ana", password="x").settings()["url"] == url  # type: ignore[arg-type]

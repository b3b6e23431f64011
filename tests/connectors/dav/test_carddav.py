"""Address books of two real servers."""

import pytest

from connectors.people import carddav
from context.errors import InputError
from tests.connectors.dav.conftest import Mirror, vcard
from tests.servers.dav import Account
from tests.servers.forward import Forward

pytestmark = pytest.mark.row("N5")


def test_cards_are_read_and_followed(account: Account, front: Forward) -> None:
    mirror = Mirror(carddav, account, front.url)
    friends = account.book("friends")
    account.calendar("work")
    account.put(friends + "a.vcf", vcard("a", "Ada Byron", "EMAIL;TYPE=work:ada@example.org"))
    account.put(friends + "b.vcf", vcard("b", "Bo Ek", "TEL:+46 8 123"))
    before = {"radicale": 1, "xandikos": 1}[account.server]
    assert carddav.preview(mirror.handle).counts == {"address books": before}
    assert mirror.sync() == 2
    assert mirror.column("name", "contacts") == ["Ada Byron", "Bo Ek"]
    front.calls.clear()
    assert mirror.sync() == 0
    assert len(front.calls) == 1
    account.put(friends + "a.vcf", vcard("a", "Ada Lovelace"))
    account.delete(friends + "b.vcf")
    account.put(friends + "c.vcf", vcard("c", "Cy Ng"))
    assert mirror.sync() == 2
    assert mirror.column("name", "contacts") == ["Ada Lovelace", "Cy Ng"]
    account.delete(friends)
    mirror.sync()
    assert not mirror.store.contents()


def test_one_book_may_be_chosen(account: Account, books: Mirror) -> None:
    for name in ("friends", "clients"):
        account.put(account.book(name) + "a.vcf", vcard(name, name))
    [note] = carddav.preview(books.handle).notes
    names = note.removeprefix("Address books: ").removesuffix(".").split(", ")
    [chosen] = [name for name in names if "friends" in name]
    books.settings["books"] = [chosen]
    books.sync()
    assert books.column("name", "contacts") == ["friends"]
    books.settings["books"] = ["nobody"]
    with pytest.raises(InputError, match="no address book called nobody"):
        carddav.preview(books.handle)


def test_an_expired_token(account: Account, books: Mirror) -> None:
    friends = account.book("friends")
    account.put(friends + "a.vcf", vcard("a", "Ada"))
    books.sync()
    books.store.cursors[friends]["token"] = "http://example.org/long-ago"
    account.put(friends + "b.vcf", vcard("b", "Bo"))
    account.delete(friends + "a.vcf")
    assert books.sync() == 1
    assert books.column("name", "contacts") == ["Bo"]

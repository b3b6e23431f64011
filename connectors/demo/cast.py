"""Who lives in the fictional quarter: the people of `story/cast.toml`, by a short name."""

import tomllib
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

from connectors.demo.world import STORY


@dataclass(frozen=True)
class Person:
    """A person (or a machine) that sends or gets mail. `also` are further addresses, `sign` the lines under a mail."""

    id: str
    name: str
    address: str
    org: str = ""
    title: str = ""
    relation: str = "observed"
    zone: str = "Europe/Berlin"
    lang: str = "en"
    sign: str = ""
    style: str = "plain"
    phone: str = ""
    birthday: str = ""
    note: str = ""
    also: tuple[str, ...] = ()

    @property
    def zoneinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


ME = "me"


@cache
def people() -> dict[str, Person]:
    """Return everybody by id; the owner is `me`."""
    told = tomllib.loads((STORY / "cast.toml").read_text("utf-8"))
    return {each["id"]: Person(**{**each, "also": tuple(each.get("also", ()))}) for each in told["person"]}


def owner_address(account: str) -> str:
    """Return the address that the owner uses in an account (`work` or `private`)."""
    me = people()[ME]
    return me.address if account == "work" else me.also[0]


def owns(address: str) -> bool:
    me = people()[ME]
    return address.lower() in (me.address, *me.also)

"""prefect.yaml as data: what runs by itself, and when. Imports no prefect."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from context.errors import ConfigError, InputError

ZONE = "{{ $STEWARD_ZONE }}"  # Prefect fills it from the environment, `register` from the profile
POOL = "steward"


class Strict(BaseModel):
    """Prefect passes over a key that it does not know; here it is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _cron(text: str) -> str:
    from croniter import croniter

    if not croniter.is_valid(text) or len(text.split()) != 5:
        raise ValueError(f"{text!r} is not a cron line of five fields")
    return text


Cron = Annotated[str, AfterValidator(_cron)]


class Schedule(Strict):
    slug: str = Field(min_length=1)
    cron: Cron
    timezone: str


class Limit(Strict):
    limit: int = Field(ge=1)
    collision_strategy: Literal["ENQUEUE", "CANCEL_NEW"]


class Pool(Strict):
    name: str


class Entry(Strict):
    """One deployment: `entrypoint` is a module path, so that a class is never loaded twice under two names."""

    name: str
    entrypoint: str = Field(pattern=r"^[a-z_]+(\.[a-z_]+)+$")
    description: str
    tags: tuple[str, ...]
    work_pool: Pool
    pull: tuple[()]
    parameters: dict[str, Any]
    concurrency_limit: Limit | None = None
    schedules: tuple[Schedule, ...]

    @property
    def module(self) -> str:
        return self.entrypoint.rpartition(".")[0]

    @property
    def function(self) -> str:
        return self.entrypoint.rpartition(".")[2]


class Manifest(Strict):
    name: str
    deployments: tuple[Entry, ...]


def path() -> Path:
    """Return where prefect.yaml is: at the top of a checkout, beside the deployments of an installation."""
    top = Path(__file__).resolve().parents[1]
    checkout = top / "prefect.yaml"
    return checkout if checkout.is_file() else top / "deployments" / "prefect.yaml"


def read(file: Path) -> tuple[Entry, ...]:
    """Return the deployments that `file` names. Raises ConfigError at the first thing in it that would be ignored."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        entries = Manifest.model_validate(YAML(typ="safe").load(file.read_text("utf-8"))).deployments
    except (OSError, YAMLError) as error:
        raise ConfigError(f"{file.name} cannot be read", "restore it from the repository") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{file.name}, {where}: {first['msg']}", f"mend {file}") from error
    if len({entry.name for entry in entries}) != len(entries):
        raise ConfigError(f"{file.name} names a deployment twice", f"mend {file}")
    return entries


@cache
def entries() -> tuple[Entry, ...]:
    """Return the deployments of this installation."""
    return read(path())


def entry(name: str) -> Entry:
    """Return the deployment called `name`. Raises InputError where there is none."""
    found = {entry.name: entry for entry in entries()}
    if name not in found:
        raise InputError(f"there is no deployment called {name}", f"choose one of {', '.join(found)}")
    return found[name]


def zoned(schedule: Schedule, zone: str) -> str:
    """Return the IANA zone that a schedule is in, for an owner in `zone`. Raises ConfigError where there is no such."""
    name = zone if schedule.timezone == ZONE else schedule.timezone
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError, an odd name a ValueError
        raise ConfigError(f"{name} is not an IANA time zone", "mend identity.timezone in profile.yaml") from error
    except KeyError as error:
        raise ConfigError(f"{name} is not an IANA time zone", "mend identity.timezone in profile.yaml") from error

"""`steward model`: choose, test or show the model that narrates. Without one, facts are rendered directly."""

import os
import sys
from contextlib import nullcontext
from typing import Any

import click

from context.errors import InputError, RefusedError
from context.home import Home

KEY_VARIABLE = "STEWARD_MODEL_KEY"


@click.group("model")
def command() -> None:
    """Choose, test or show the model that narrates. None is needed: without one, facts are rendered directly."""


@command.command("set")
@click.argument("preset")
@click.option("--model", help="Name of the model, as the server knows it.")
@click.option("--base-url", help="Address under which /chat/completions answers.")
@click.option(
    "--key-env",
    metavar="NAME",
    help=f"Take the key from this environment variable (else {KEY_VARIABLE}, else you are asked).",
)
@click.option("--no-key", is_flag=True, help="The server asks for no key.")
@click.option("--price", nargs=2, type=float, metavar="IN OUT", help="Your own price in USD per million tokens.")
@click.option("--max-tokens", type=click.IntRange(16, 64_000), help="Ceiling of one answer.")
@click.option("--embedding", metavar="NAME", help="Model that makes vectors of your texts, for search by meaning.")
@click.option("--timeout", type=click.FloatRange(1, 600), help="Seconds to wait for an answer.")
@click.option(
    "--no-temperature", is_flag=True, help="Send neither temperature nor seed (reasoning models refuse them)."
)
@click.option("--test/--no-test", default=True, help="Ask the server once before saving.")
def set_(preset: str, test: bool, **given: Any) -> None:
    """Use the model of a PRESET: openai, azure, ollama, vllm, lmstudio, llamacpp or custom.

    The key is asked for, or taken from the environment; it is never an argument. It is kept in a Secret field.
    """
    from blocks import engine
    from blocks.model import saved

    home = Home.open()
    endpoint = chosen(preset, **given)
    if test and not _report(endpoint):
        raise InputError("the model does not answer; nothing was saved", "mend the above, or add --no-test")
    with engine.session(home):
        saved.save(home, endpoint)
    click.echo(f"Saved: {endpoint.model} at {endpoint.base_url}. `steward brief` now narrates; every line is verified.")


def chosen(
    preset: str,
    model: str | None = None,
    base_url: str | None = None,
    key_env: str | None = None,
    no_key: bool = False,
    price: tuple[float, float] | None = None,
    max_tokens: int | None = None,
    timeout: float | None = None,
    no_temperature: bool = False,
    embedding: str | None = None,
) -> Any:
    """Return the endpoint that the options say, with what the preset knows. Raises InputError."""
    from blocks.model.endpoint import PRESETS, Endpoint, checked_url

    if preset not in PRESETS:
        raise InputError(f"there is no preset {preset}", f"choose one of {', '.join(PRESETS)}")
    known = PRESETS[preset]
    url, name = base_url or known.base_url, model or known.model
    if not url:
        raise InputError(f"{preset} needs an address", "add --base-url https://…/v1")
    if not name:
        raise InputError(f"{preset} needs the model's name", "add --model NAME")
    key = None if no_key else _key(key_env, known.needs_key)
    if known.needs_key and not key:
        raise InputError(f"{preset} needs a key", f"put it in {KEY_VARIABLE}, or answer when asked")
    values: dict[str, Any] = {"base_url": checked_url(url), "model": name, "api_key": key, "limit": known.limit}
    own_address = base_url is not None and known.base_url is not None and checked_url(base_url) != known.base_url
    values["provider"] = None if own_address and known.provider != "local" else known.provider
    values |= (
        {"temperature": None, "seed": None}
        if no_temperature
        else {"temperature": known.temperature, "seed": known.seed}
    )
    extra = {"usd_per_million": price or None, "max_tokens": max_tokens, "timeout": timeout, "embedding": embedding}
    return Endpoint(**values, **{name: value for name, value in extra.items() if value is not None})


def _key(variable: str | None, needed: bool) -> str | None:
    """Return the key: from the variable named, from the usual one, or typed unseen."""
    if variable is not None:
        if not os.environ.get(variable):
            raise InputError(f"the environment has no {variable}", "set it, or leave --key-env out to be asked")
        return os.environ[variable]
    if os.environ.get(KEY_VARIABLE):
        return os.environ[KEY_VARIABLE]
    if needed and sys.stdin.isatty():
        return str(click.prompt("Key", hide_input=True, err=True)).strip() or None
    return None


@command.command("test")
def test_() -> None:
    """Ask the configured model: is it listed, does it answer, does a schema bind, what does it cost."""
    from blocks import engine
    from blocks.model import saved

    home = Home.open()
    if saved.configured(home) is None:
        click.echo("No model is configured: facts are rendered directly. `steward model set` chooses one.")
        return
    with engine.session(home):
        endpoint = saved.load(home)
    if not _report(endpoint):
        raise RefusedError("the model cannot be used as it is", "mend the red lines, then run it again")


def _report(endpoint: Any) -> bool:
    """Print what the probe finds; return whether the model can be used."""
    from blocks.model.probe import probe

    good = True
    for finding in probe(endpoint):
        good &= finding.good is not False
        mark, colour = {True: ("✓", "green"), False: ("✗", "red"), None: ("·", "yellow")}[finding.good]
        click.echo(f"{click.style(mark, fg=colour)} {finding.what:<8} {finding.said}")
    return good


@command.command("show")
def show() -> None:
    """Print which model is configured (never its key) and what it cost today."""
    from blocks.ledger import Ledger
    from blocks.model import saved
    from context import store
    from context.windows import bounds

    home = Home.open()
    known = saved.configured(home)
    if known is None:
        click.echo("No model is configured: facts are rendered directly. `steward model set` chooses one.")
    else:
        for name in (
            "model",
            "base_url",
            "provider",
            "usd_per_million",
            "max_tokens",
            "timeout",
            "temperature",
            "seed",
            "embedding",
        ):
            click.echo(f"{name:<16} {known.get(name) if known.get(name) is not None else '-'}")
        click.echo(f"{'key':<16} {'kept in a Secret field' if known.get('key') else 'none'}")
    profile = store.load(home)
    dawn = bounds(home.now().astimezone(profile.zone).date(), profile.zone)[0]
    with Ledger.open(home) as ledger:
        spent = ledger.calls.spent(dawn)
    cap = profile.policies.budget("day")
    click.echo(f"{'spent today':<16} {spent:.4f} USD of {1.0 if cap is None else cap:.2f}")


@command.command("remove")
def remove() -> None:
    """Forget the model and its key; from then on facts are rendered directly."""
    from blocks import engine
    from blocks.model import saved

    home = Home.open()
    with engine.session(home) if saved.configured(home) else nullcontext():
        gone = saved.remove(home)
    click.echo("Forgotten." if gone else "No model was configured.")

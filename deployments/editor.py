"""Edit a file of the profile: a copy in the owner's editor, checked, and only then put in its place."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click

from context.errors import ConfigError, InputError
from context.home import Home, write_private
from context.reading import Finding
from context.store import tree
from context.writer import changed, lay, locked, trial


def edit(home: Home, name: str) -> None:
    """Let the owner edit `name` ("goals.yaml", "voice/client.md").

    Raises InputError where no editor can be started, ConfigError where the copy stays invalid; it is kept then.
    """
    lay(home)
    target = home.context / name
    old = target.read_bytes().decode("utf-8-sig") if target.exists() else ""
    home.run.mkdir(mode=0o700, exist_ok=True)
    copy = home.run / f"edit-{name.replace('/', '-')}"
    if not (copy.exists() and sys.stdin.isatty() and click.confirm("Go on with your unfinished edit?", default=True)):
        write_private(copy, old)
    while True:
        _open(copy)
        new = _text(copy)
        if new is not None and new == old:
            copy.unlink()
            click.echo("Nothing changed.")
            return
        wrong = ["expected UTF-8 text"] if new is None else _save(home, name, old, new)
        if not wrong:
            copy.unlink()
            click.echo(f"{name} is saved.")
            return
        for line in wrong:
            click.secho(str(line), fg="red", err=True)
        if not (sys.stdin.isatty() and click.confirm("Open it again?", default=True)):
            raise ConfigError(f"{name} was not replaced; your text is in {copy}", f"run `steward context edit {name}`")


def retouched(home: Home, name: str, text: str) -> str:
    """Let the owner edit `text` in a private copy called `name`, and return what they made of it.

    Raises InputError where no editor can be started, or what it leaves is no UTF-8 text.
    """
    home.run.mkdir(mode=0o700, exist_ok=True)
    copy = home.run / f"edit-{name}"
    write_private(copy, text)
    try:
        _open(copy)
        new = _text(copy)
    finally:
        copy.unlink(missing_ok=True)
    if new is None:
        raise InputError("that is no UTF-8 text", "run the command again")
    return new


def _save(home: Home, name: str, old: str, new: str | None) -> list[Finding]:
    """Put the new text in its place; return the errors that keep it out.

    Errors that were there before do not: a tree that is broken in two files is mended one file at a time.
    """
    assert new is not None
    with locked(home):
        before = tree(home.context)
        if name.endswith(".yaml"):
            known = {(error.file, error.key, error.says) for error in before.errors}
            after = trial({name: new}, before)
            if wrong := [error for error in after.errors if (error.file, error.key, error.says) not in known]:
                return wrong
        if changed(home.context / name, old):
            raise InputError(f"{name} was changed while you edited it; your copy is kept", "run the command again")
        write_private(home.context / name, new)
    return []


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _open(path: Path) -> None:
    """Run the owner's editor and wait. Raises InputError where there is none, or it fails."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    words = (
        shlex.split(named) if named else [word for word in ("sensible-editor", "nano", "vi") if shutil.which(word)][:1]
    )
    if not words or shutil.which(words[0]) is None:
        raise InputError(f"no editor{f' {words[0]}' if words else ''} was found", "set EDITOR to one, like EDITOR=nano")
    done = subprocess.run([*words, str(path)], check=False)
    if done.returncode != 0:
        raise InputError(f"{words[0]} ended with code {done.returncode}; nothing was changed", "try again")

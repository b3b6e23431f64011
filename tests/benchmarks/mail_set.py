"""The mails of the benchmark: real ones from packed mboxes, laid down as one mbox and as one Maildir."""

import gzip
import re
import sys
from collections.abc import Iterator
from pathlib import Path

_IDS = re.compile(rb"^(?:Message-ID|In-Reply-To|References):[^\n]*\n(?:[ \t][^\n]*\n)*", re.M | re.I)
_DATE = re.compile(rb"^(Date:[^\n]*?\b)((?:19|20)\d\d)\b", re.M | re.I)
_QUOTED = re.compile(rb"(?m)^>(>*From )")
_TO_QUOTE = re.compile(rb"(?m)^(>*From )")


def corpus(folder: Path, least: int = 0) -> Iterator[bytes]:
    """Yield the mails of a folder's .mbox.gz files that have `least` bytes, without end.

    When all were given they come again as other mails (see `repeated`), turn after turn.
    """
    files = sorted(path for path in folder.glob("*.mbox.gz") if not path.name.startswith("ci"))
    if not files:
        sys.exit(f"there is no .mbox.gz in {folder}")
    turn = 0
    while True:
        for path in reversed(files):
            with gzip.open(path) as packed:
                for part in packed.read().split(b"\nFrom MAILER-DAEMON "):
                    mail = _QUOTED.sub(rb"\1", part.partition(b"\n")[2]) + b"\n"
                    if len(mail) >= least:
                        yield repeated(mail, turn) if turn else mail
        turn += 1


def repeated(mail: bytes, turn: int) -> bytes:
    """Return another mail like this one: its identifiers (and those it cites, so that threads stay whole and of their
    turn) begin with the turn's number, and it was sent as many years earlier. All else is as it was.
    """
    end = mail.find(b"\n\n") + 1 or len(mail)
    head = _IDS.sub(lambda field: field[0].replace(b"<", b"<%d." % turn), mail[:end])
    head = _DATE.sub(lambda date: date[1] + b"%d" % max(1971, int(date[2]) - turn), head, count=1)
    return head + mail[end:]


def lay(work: Path, mails: Iterator[bytes], first: int) -> int:
    """Append mails to the mbox and the Maildir of `work`; return their bytes."""
    for part in ("cur", "new", "tmp"):
        (work / "Maildir" / part).mkdir(parents=True, exist_ok=True)
    size = 0
    with (work / "all.mbox").open("ab") as mbox:
        for number, mail in enumerate(mails, first):
            name = f"{1_577_836_800 + number * 60}.M{number}P1.host:2,S"
            (work / "Maildir" / "cur" / name).write_bytes(mail)
            mbox.write(b"From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n")
            mbox.write(_TO_QUOTE.sub(rb">\1", mail) + b"\n")
            size += len(mail)
    return size

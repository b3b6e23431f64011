"""Which mails a reply is drafted for: those that triage's rules surely sort as `reply`, newest first."""

from context.errors import InputError
from flows.common.labels import label
from flows.common.sorting import Mail, mail, owner
from flows.facts import Row
from flows.shape import View

SURE = 0.7  # a reply that is less sure to be wanted is not drafted unasked
DAYS = 30
LABELS_OF = "triage"  # the owner's verdicts on labels are given there


def candidates(view: View) -> list[Mail]:
    """Return the mails that surely ask for a reply: by the owner's verdict, or by a rule that is sure enough."""
    verdicts = [each for each in view.verdicts if each.capability == LABELS_OF]
    found = []
    for each in every(view):
        said = label(each, verdicts)
        if said.label == "reply" and said.confidence >= SURE and each.row["from_address"]:
            found.append(each)
    return found


def every(view: View) -> list[Mail]:
    """Return the newest mail of each thread, newest first."""
    me = owner(view.profile)
    return [mail(row, me) for row in view.rows("mails", days=DAYS, every=False)]


def wanted(view: View, found: list[Mail], about: str) -> Mail:
    """Return the mail that `about` names: a thread's id, a mail's key, or words of the subject of a mail to answer.

    A thread named by its id is drafted whatever its label, unless a machine wrote or the owner answered last.
    Raises InputError.
    """
    exact = [each for each in every(view) if about in (each.row["thread_id"], each.row["message_key"])]
    if exact:
        [each, *_] = exact
        if each.answered:
            raise InputError("you answered this thread last", "run `steward triage --label waiting` to see what waits")
        if each.bulk or not each.row["from_address"]:
            raise InputError("nobody waits for an answer there: a machine or a list wrote", _MEND)
        return each
    said = about.lower().strip()  # as `Mail.subject` is
    near = [each for each in found if said and said in each.subject]
    if len(near) != 1:
        what = "several mails" if near else "no mail"
        raise InputError(f"{what} to answer is about that", _MEND)
    return near[0]


_MEND = "run `steward triage --label reply --json` and give a thread_id"


def thread(view: View, row: Row) -> list[Row]:
    """Return the mails of a mail's thread, newest first."""
    return view.rows("thread", thread=row["thread_id"], account=row["account"])

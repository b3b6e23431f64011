"""How right triage is on the quarter's labelled mails, each judged as it arrived, with its thread as it then was."""

from typing import TYPE_CHECKING

from connectors.demo.known import labels
from context.home import Home
from flows import capability
from flows.scores import Bar, Pair, Scores
from flows.shape import Ask, Draft, View
from flows.triage import compose
from flows.triage.read import Sorted, consulted, judged

if TYPE_CHECKING:
    from blocks.model.endpoint import Endpoint

QUARTER = 120  # days: they reach back over all of it


class _Looked:
    """Triage's own judgement of every mail of the quarter."""

    name, folder, words_most = compose.name, compose.folder, compose.words_most

    def compose(self, view: View) -> Draft:
        self.first = judged(view, QUARTER, every=True)
        self.found = consulted(view, self.first)
        return compose.compose(view)


def evaluate(home: Home, endpoint: "Endpoint | None" = None) -> Scores:
    """Return the scores over a loaded demo home; with `endpoint`, what rules leave open is asked of it."""
    looked = _Looked()
    footer = capability.gather(home, looked, Ask(dry_run=True), endpoint).output.footer
    known = {item["message_id"]: item for item in labels()["mails"]}
    found = [each for each in looked.found if each.row["message_key"] in known]
    pairs = tuple(_pair(each, known[each.row["message_key"]]["label"]) for each in found)
    scores = Scores("triage", pairs)
    ruled = sum(not each.judgement.open for each in looked.first if each.row["message_key"] in known)
    bars = (
        Bar("recall(reply)", scores.recall("reply"), 0.95),
        Bar("precision(reply)", scores.precision("reply"), 0.85),
        Bar("settled by rule", ruled / len(found), 0.60),
    )
    return Scores("triage", pairs, bars, footer.tokens_in + footer.tokens_out, footer.cost_usd)


def _pair(each: Sorted, expected: str) -> Pair:
    said = each.judgement
    return Pair(str(each.row["message_key"]), expected, said.label, f"{said.by}: {each.row['subject']}")

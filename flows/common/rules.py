"""The rules that sort mail: one table, read from top to bottom; the first that holds decides.

A rule is an id (what `steward triage` shows), a label, how sure it is, the reason that the owner is told, and a
function over a mail. A rule that is less sure than `sorting.OPEN` leaves the mail open: a model may be asked, and
without one the rule's label stands as the best guess. To add a rule, add a line where it belongs: what is certain by
headers stands before what is read from words. The words are data below, in English, German and French.

Order: what the mailbox and the headers say → machines → lists → who it is addressed to → what the text asks.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from flows.common import asking, wishes
from flows.common.phrases import listed
from flows.common.sorting import Label, Mail


@dataclass(frozen=True)
class Rule:
    """`reason` has at most 15 words and nothing of the mail: it is shown as it stands."""

    id: str
    label: Label
    confidence: float
    reason: str
    holds: Callable[[Mail], bool]


JUNK = re.compile(
    r"(?:^|[/.])(?:junk|spam|bulk mail|papierkorb|trash|deleted(?: items| messages)?|corbeille|indésirables)"
)
INVITED = re.compile(
    r"(?i)^\s*(?:(?:re|aw|fwd?|wg)\s*:\s*)?(?:updated |aktualisierte? )?(?:invitation|einladung|invitation mise à jour"
    r"|accepted|declined|tentative(?:ly accepted)?|cancel+ed(?: event)?|zugesagt|abgelehnt|abgesagt|mit vorbehalt"
    r"|angenommen|accepté|refusé|annulé|provisoire|proposed new time|new time proposed|rescheduled"
    r"|meeting forward notification)\b"
)
AWAY = listed(
    r"""
    auto(?:matic|mated)?[- ]?(?:reply|response) | out of (?:the )?office | autoreply | abwesen(?:d|heit\w*) |
    automatische antwort | réponse automatique | absence (?:du bureau)? | on leave
    """
)
BOUNCED = listed(
    r"""
    undeliver(?:able|ed)\w* | delivery (?:status notification|has failed|failure|incomplete) | returned mail |
    mail delivery (?:failed|subsystem) | unzustellbar | nicht zugestellt | non remis | échec de la remise
    """
)
BOUGHT = listed(
    r"""
    receipts? | invoices? | (?:your |the )?orders? (?:confirm\w+|n[o°]\.?|number|#|is|has|was|placed) |
    order confirmation | your order | payments? (?:received|confirm\w+|due|success\w+|reminder) |
    your (?:\w+ )?(?:booking|reservation|ticket|trip|itinerary|flight|hotel|stay)s? | e-?tickets? |
    (?:booking|reservation|ticket|flight|hotel) (?:confirm\w+|details|receipt) | check-in | boarding pass |
    (?:has|have|was|been) (?:shipped|dispatched|delivered) | your (?:\w+ )?(?:delivery|parcel|package|shipment) |
    out for delivery | tracking number |
    (?:account |monthly |your )statement | subscription renew\w+ | refund(?:ed)? |
    (?:been |was |were )charged | you paid |
    rechnung(?:en)?(?:snummer)? | bestell(?:ung|bestätigung)\w* | zahlung\w* | quittung | beleg | buchung\w* |
    reservierung\w* | fahrkarte\w* | reiseplan | ihr ticket | lieferung | versand(?:t|bestätigung)? | paket |
    kontoauszug | lastschrift | abrechnung | gutschrift | erstattung | factures? | reçu | (?:votre )?commande |
    paiement | réservation | billet | livraison | colis | relevé | remboursement
    """
)
SOLD = listed(
    r"""
    \d{1,2} ?% (?:off|discount|rabatt|de réduction|de remise|günstiger) | (?:save|spare|sparen|économisez) \S+ |
    sale | special offers? | limited[- ]time | last chance | only today | nur (?:heute|noch \w+) |
    free (?:trial|shipping) | coupon\w* | gutschein\w* | rabatt\w* | sonderangebot\w* | angebote der woche |
    promo(?:tion|tions|code)? | soldes | offre (?:spéciale|exclusive) | dernière chance | black friday | deals? |
    exclusive | upgrade (?:now|today) | buy now | shop now | jetzt (?:kaufen|sichern|bestellen)
    """
)
OUTREACH = listed(
    r"""
    (?:quick|short|brief|15[- ]minutes?|20[- ]minutes?|30[- ]minutes?) (?:call|chat|demo|intro\w*) |
    book a (?:demo|slot|call) | (?:came|stumbled) (?:across|upon) your | i (?:noticed|saw) (?:that )?your company |
    companies like yours | (?:increase|boost|grow|double) your | lead generation | seo | guest post | backlinks? |
    our (?:solution|platform|agency|services?) (?:can|could|helps?|offers?) | just bumping this |
    following up on my (?:last|previous) (?:e-?mail|message) | unverbindlich\w* |
    kostenlose(?:s|n)? (?:demo|erst\w+) | notre solution | une démo | business (?:proposal|opportunity) |
    investment opportunity | inheritance | beneficiary | you (?:have )?won | lottery | wire transfer | crypto\w* |
    claim your
    """
)
BAIT = listed(
    r"""
    ignore (?:all |any |the |your )?(?:previous|prior|above|earlier) (?:instructions?|rules|prompts?) |
    (?:system|developer) (?:prompt|message|override) | (?:ai|language) (?:assistant|model)s? |
    as an? (?:ai|assistant) | (?:dear|hey|note to|attention|to the) (?:ai |mail |email )?assistant |
    you are (?:now )?(?:an?|the) \w* ?assistant | verify your (?:account|password|identity|mailbox) |
    (?:account|mailbox|password) (?:has been |is |will be |was )?(?:suspended|expired?s?|locked|deactivated|limited) |
    gift cards? | (?:new|change of|updated|changed) bank (?:details|account) |
    (?:update|confirm) your (?:bank|payment) |
    (?:mailbox|storage) (?:is )?(?:almost )?full | unusual (?:sign-?in|activity) |
    click (?:here|below|the (?:link|button)) to | forward (?:this|all|the) .{0,30}(?:mail|message)s? to |
    geschenkkarten? | neue bankverbindung |
    ignoriere (?:alle )?(?:vorherigen|bisherigen) anweisungen | bestätigen sie ihr (?:konto|passwort) |
    ignore[rz]? (?:toutes )?les instructions précédentes | vérifiez votre compte
    """
)
CALLED = re.compile(r"@?([^\W\d_]{2,20})\s*[,:–-]\s")
EVERYBODY = frozenset(("all", "everyone", "everybody", "team", "folks", "alle", "zusammen", "tous", "toutes", "équipe"))
TRACKED = re.compile(r"(?:(?:re|aw)\s*:\s*)?(?:\[[^\]]{1,60}\]|#\d+|[a-z]{2,10}-\d+\b)")
# Boxes of machines that report: those whose reports are routine, and those that tell of something.
ROBOT = re.compile(
    r"(?:ci|cd|build\w*|jenkins|monitor\w*|alerts?|alarm\w*|status|cron|root|www-data|nagios|watch\w*)(?:$|[-_.+])"
)
TELLER = re.compile(
    r"(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|notifications?|notify|bot|robot|system|security|accounts?|mailer|helpdesk"
    r"|support|service|updates?|admin)(?:$|[-_.+])"
)
_ENDED = "(?:passed|failed|succeeded|successful|completed?|finished|fixed|started|broken)"
ROUTINE = listed(
    r"""
    (?:pipeline|build|job|deploy(?:ment)?|workflow|backup|cron|scan|test run)s?\b.{0,40}\bENDED |
    \[?(?:resolved|warning|alert|firing|ok|recovered|critical|info|down|up|problem|recovery)\]?[: ]\s*\S+ |
    (?:daily|weekly|hourly|monthly|nightly) (?:report|summary|digest|backup|statistics) | monitoring | uptime |
    (?:login|sign-?in) code | verification code | one-time (?:code|password|passcode) | (?:bestätigungs|anmelde)code
    | code de (?:vérification|connexion) | security (?:digest|update) | your \w+ (?:summary|stats) |
    people you may know | new (?:followers?|connections?|suggestions?|likes?) | trending | recommended for you
    """.replace("ENDED", _ENDED)
)


def _attached(mail: Mail) -> bool:
    """Whether an invitation hangs on it (RFC 6047)."""
    held = str(mail.row["attachments"] or "")
    return "text/calendar" in held or "application/ics" in held or ".ics" in held.lower()


def _invitation(mail: Mail) -> bool:
    return _attached(mail) or (mail.machine and INVITED.match(mail.subject) is not None)


def _decision(mail: Mail) -> bool:
    """Whether a question of its text, or its subject as a question, is for a decision."""
    return mail.asks and (asking.decides(mail.questions) or asking.decides(asking.questions(mail.subject)))


def _away(mail: Mail) -> bool:
    return mail.machine and AWAY.search(mail.subject) is not None


def _bounce(mail: Mail) -> bool:
    return mail.machine and (BOUNCED.search(mail.subject) is not None or mail.sender.startswith("mailer-daemon@"))


def _sold(mail: Mail) -> bool:
    return SOLD.search(mail.subject) is not None or len(SOLD.findall((mail.row["body"] or "")[:600].lower())) > 1


def _bought(mail: Mail) -> bool:
    return BOUGHT.search(mail.subject) is not None


def _elsewhere(mail: Mail) -> bool:
    """Whether its greeting, or each of its questions, names others that it is addressed to, and not the owner."""
    names = set(mail.greeted)
    if names & mail.owner.names:
        return False
    called = [CALLED.match(part) for part in mail.questions]
    return (bool(names) and names <= mail.others) or (
        bool(called) and all(found is not None and found[1].casefold() in mail.others for found in called)
    )


def _bill(mail: Mail) -> bool:
    """Whether a person sends what was ordered or is to be paid, and asks no question."""
    return (
        BOUGHT.search(mail.subject) is not None and not wishes.ASKING.search(f"{mail.said} ") and not mail.thread.asked
    )


def _called(mail: Mail) -> bool:
    """Whether a sentence that asks calls the owner by name: "Ilka, could you …"."""
    names = mail.owner.names
    return any(name in re.findall(r"[^\W\d_]+", part.casefold()) for part in mail.questions for name in names) or bool(
        names & set(mail.greeted)
    )


def _many(mail: Mail) -> bool:
    return len(json.loads(mail.row["to_addresses"] or "[]")) > 5


def _internal(mail: Mail) -> bool:
    """Whether it comes from the owner's own house."""
    return mail.domain in mail.owner.domains


def _broadcast(mail: Mail) -> bool:
    """Whether its greeting is to all and it does not call the owner."""
    return bool(set(mail.greeted) & EVERYBODY) and not _called(mail)


def _closing(mail: Mail) -> bool:
    return asking.thanks(mail.said) and len(mail.said) < 400


RULES: tuple[Rule, ...] = (
    Rule("junk", "noise", 0.97, "your mailbox holds it for junk", lambda m: JUNK.search(m.folder) is not None),
    Rule("bait", "noise", 0.9, "a stranger gives orders or asks for credentials",
         lambda m: m.person.stranger and not m.thread.asked and BAIT.search(f"{m.subject}\n{m.low}") is not None),
    Rule("namesake", "fyi", 0.8, "bears a known name, but the address is another's", lambda m: m.person.namesake),
    # --- machines and lists: nobody there waits for an answer
    Rule("invitation", "calendar", 0.97, "an invitation, or an answer to one", _invitation),
    Rule("away", "noise", 0.95, "an automatic reply", _away),
    Rule("bounce", "fyi", 0.9, "a mail could not be delivered", _bounce),
    Rule("offer", "noise", 0.85, "advertising, sent to many",
         lambda m: (m.bulk or m.office) and not m.listed and _sold(m)),
    Rule("routine", "noise", 0.85, "routine of a machine",
         lambda m: m.machine and (ROUTINE.search(m.subject) or ROBOT.match(m.box)) is not None),
    Rule("tracker", "fyi", 0.85, "a tracker tells what happened",
         lambda m: m.machine and TRACKED.match(m.subject) is not None),
    Rule("receipt", "receipt", 0.93, "an order, payment, booking or delivery",
         lambda m: (m.bulk or m.office) and not m.listed and _bought(m)),
    Rule("house", "fyi", 0.85, "sent to a list of your own house",
         lambda m: m.listed and not m.machine and _internal(m)),
    Rule("notice", "fyi", 0.8, "a machine tells what happened",
         lambda m: m.machine and (not m.row["list_unsubscribe"] or TELLER.match(m.box) is not None)),
    Rule("list", "newsletter", 0.93, "came by a mailing list", lambda m: m.listed),
    Rule("newsletter", "newsletter", 0.93, "sent to many, with a way to unsubscribe", lambda m: m.bulk),
    # --- threads in which the owner had the last word
    Rule("asked", "waiting", 0.9, "you asked last; nobody has answered",
         lambda m: m.thread.answered and asking.asks(m.thread.mine)),
    Rule("answered", "fyi", 0.95, "you answered it", lambda m: m.answered),
    # --- people
    Rule("outreach", "noise", 0.8, "a stranger has something to sell",
         lambda m: m.person.stranger and not m.thread.asked
         and OUTREACH.search(f"{m.subject}\n{m.low}") is not None),
    Rule("elsewhere", "fyi", 0.85, "its greeting is to somebody else", _elsewhere),
    Rule("everybody", "fyi", 0.72, "its greeting is to all of many", _broadcast),
    Rule("called", "reply", 0.75, "asks you by name, with you in copy",
         lambda m: not m.row["to_me"] and m.asks and _called(m)),
    Rule("copy", "fyi", 0.88, "you are only in copy", lambda m: not m.row["to_me"]),
    Rule("decision", "decide", 0.85, "asks for your decision", _decision),
    Rule("bill", "receipt", 0.75, "an order, payment, booking or delivery; asks nothing", _bill),
    Rule("stranger", "reply", 0.65, "a stranger asks something", lambda m: m.asks and m.person.stranger),
    Rule("many", "reply", 0.6, "asks something of many people", lambda m: m.asks and _many(m)),
    Rule("question", "reply", 0.92, "asks you something", lambda m: m.asks),
    Rule("thanks", "fyi", 0.92, "thanks or confirms; asks nothing", _closing),
    Rule("later", "waiting", 0.72, "the next step is theirs", lambda m: m.thread.asked and asking.later(m.said)),
    Rule("outcome", "fyi", 0.8, "answers you and asks nothing", lambda m: m.thread.asked),
    Rule("empty", "fyi", 0.75, "has no text of its own", lambda m: not m.said),
    Rule("cold", "noise", 0.55, "a stranger who asks nothing", lambda m: m.person.stranger and m.person.wrote > 2),
    Rule("statement", "fyi", 0.66, "tells something; asks nothing", lambda m: True),
)  # fmt: skip

"""What a mail asks of its reader, read from its text by rules: whether it asks at all, for what, and by when.

English, German and French, and the question marks of any script. The rules look at what the sender wrote themselves:
quoted text, forwarded text and signatures are cut off first. A mail that says that no answer is needed asks for none.
"""

import re
from datetime import date, timedelta

from flows.language import MONTHS, WEEKDAYS

QUOTED = re.compile(
    r"(?m)^\s*>.*$"
    r"|^\s*(?:On|Am|Le)\b.{0,200}(?:wrote|schrieb|a écrit)[^\n]{0,80}:\s*$"
    r"|^\s*-{2,}\s*(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine)"
)
CUT = re.compile(
    r"(?ims)^-- $.*"
    r"|^\s*(?:On|Am|Le)\b[^\n]{0,200}(?:wrote|schrieb|a écrit)[^\n]{0,80}:\s*$.*"
    r"|^\s*-{2,}\s*(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine).*"
)
URL = re.compile(r"\b\w+://\S+")


def _any(*phrases: str) -> "re.Pattern[str]":
    return re.compile(rf"(?i)\b(?:{'|'.join(phrases)})\b")


NO_NEED = _any(
    r"no (?:reply|response|answer|action)(?: is| was)? (?:needed|necessary|required)",
    r"no need to (?:reply|answer|respond)",
    r"just (?:fyi|for your information)",
    r"for your information only",
    r"keine (?:antwort|rückmeldung) (?:nötig|erforderlich|notwendig)",
    r"nur zur (?:info|information|kenntnis)",
    r"(?:pas besoin|inutile) de (?:me )?répondre",
    r"pour information seulement",
)
# Sentences that are kind rather than asking: "let me know if …", "bei Fragen …".
POLITE = re.compile(
    r"(?i)(?:^|(?<=[.!?\n]))[^.!?\n]*"
    r"(?:\b(?:let me know|get back to me|reach out|feel free|don['’]t hesitate|happy to)\b[^.!?\n]*"
    r"\b(?:if|should|with any|any questions|anything)\b"
    r"|\bany (?:further )?questions\b|\b(?:bei|für) (?:rück)?fragen\b"
    r"|\b(?:sag|sagt|sagen sie|gib|geben sie|melde|meldet|melden sie)\b[^.!?\n]*\b(?:wenn|falls|sollte)\b"
    r"|\b(?:si|en cas de) (?:vous avez |tu as )?(?:des |une |la moindre )?questions?\b)[^.!?\n]*[.!?]?"
)
# Questions and requests that want no answer of the reader's: greetings, and what stands under a company's mails.
IDLE = re.compile(
    r"(?i)\bhow (?:are|have) you(?: been)?(?: doing| today| all)?\s*\?"
    r"|\bhow(?:'s| is) (?:it going|everything|life)\s*\?"
    r"|\bwie geht(?:'s| es)(?: (?:dir|ihnen|euch|so))?\s*\?|\b(?:comment (?:ça va|vas-tu|allez-vous)|ça va)\s*\?"
    r"|,\s*(?:right|correct|oder|gell|ne|nicht wahr|stimmt['’]s|hein|non|n['’]est-ce pas)\s*\?"
    r"|\b(?:does that help|make sense|remember|guess what|you know what|weißt du noch|tu te souviens)\s*\?"
    r"|[^.!?\n]*\b(?:intended recipient|consider the environment|received this (?:e-?mail|message) in error"
    r"|nicht der (?:richtige|beabsichtigte) (?:adressat|empfänger)|destinataire prévu)\b[^.!?\n]*[.!?]?"
)
REQUEST = _any(
    r"(?:please|kindly) (?!find|note|see|ignore|disregard|feel|use|keep|remember|be|refer|make sure|take care|stay"
    r"|consider|expect|follow|excuse|bear|enjoy|give (?:my|our)|say hi|accept (?:my|our)|don['’]t|do not)\w+",
    r"(?:can|could|would|will) you",
    r"let me know",
    r"i need (?:you|your)",
    r"we need your",
    r"waiting for your",
    r"get back to me",
    r"your (?:ok|okay|sign-off|approval|decision)",
    r"(?<!ich )(?<!wir )bitte (?!beacht|entschuldig|verzeih|denk|nutz|verwend|bleib|halt|merk|grüß|achte|vergiss"
    r"|vergesst|nicht|um\b)\w+",
    r"(?:kannst|könntest|könnten|können) (?:du|sie|ihr)",
    r"sag(?:t|en sie)? (?:mir |uns )?bescheid",
    r"merci de (?!votre|ta|ton)\w+",
    r"peux-tu|pouvez-vous|pourriez-vous|pourrais-tu",
    r"(?:dis|dites|tiens|tenez|envoie|envoyez|donne|donnez)-(?:moi|nous)",
    r"would be (?:great|good|nice|helpful|grateful|wonderful) (?:if|for)",
    r"(?:i|we) (?:would|['’]d) (?:be grateful|appreciate|like (?:you|to know|to hear|your))",
    r"(?:looking forward to|awaiting) (?:your|hearing)",
    r"(?:need|await|expect)s? an? (?:answer|reply|response|decision)",
    r"ich (?:brauche|bräuchte) (?:noch |bitte )?(?:von dir|von ihnen|deine?n?|ihre?n?|eine)",
    r"(?:freue|freuen) (?:mich|uns) (?:auf|über) (?:deine?|ihre?|eure|eine) (?:antwort|rückmeldung)",
    r"(?:warte|warten) (?:noch )?auf (?:deine?n?|ihre?n?|eure?n?)",
    r"wäre (?:schön|gut|super|toll|nett|lieb|hilfreich),? wenn (?:du|sie|ihr)",
    r"(?:gib|geben sie|gebt) (?:mir|uns) (?:bitte |kurz )?(?:bescheid|rückmeldung)",
    r"il (?:me|nous) faut (?:une|votre|ta|ton)",
    r"j['’]ai besoin (?:de (?:ton|ta|votre|vos)|d['’]une?)",
    r"(?:j['’]attends|nous attendons|dans l['’]attente de) (?:ta|ton|votre|vos)",
    r"veuillez (?!trouver|noter|agréer|recevoir|accepter|croire)\w+",
)
# Scripts without spaces have no word bounds; both phrases are Japanese for "would you …" and "please …".
ASKING = re.compile(r"[?？؟⁇⁈]|(?:ます|ません|でしょう)か|(?:ください|下さい)(?:ませ)?[。．.!\s]")
DECIDING = _any(
    r"approv(?:e|al|ed)",
    r"sign(?:ed)?[- ]?off",
    r"(?:your|a|the) (?:decision|go-ahead|green light|consent|verdict)",
    r"decide",
    r"go[ /]?(?:or )?no[- ]?go",
    r"yes or (?:a )?no",
    r"(?:may|should|shall) (?:i|we) (?!meet|talk|say|speak|call|chat|have (?:a|lunch|coffee)|find)\w+",
    r"(?:do|are) we (?:go|going|keep|keeping|take|taking|stay|ship|release|hire|buy|sign|move|postpone|accept)\w*",
    r"which of (?:the|them|these|those)|choose|(?:need|get) your (?:signature|ok|okay)|(?:can|could) you sign",
    r"(?:can|could) (?:i|we) (?:go ahead|proceed|accept|order|book|sign|hire|cancel|release|commit|pay|merge|ship|take"
    r"|drop|skip|leave|use|move|postpone|extend|start|stop)",
    r"(?:do|would) you (?:want (?:me|us) to|rather|prefer|accept)",
    r"(?:is it|is that|would it be|are you) (?:ok|okay|fine|alright|all right)",
    r"(?:ok|okay) to \w+|your call|up to you|make the call",
    r"(?:which|what) (?:one|option|variant|version|offer|date)? ?(?:do|would|should|shall) (?:you|we) "
    r"(?:prefer|choose|pick|take|go)",
    r"option (?:a|b|1|2)",
    r"(?:ok|okay|fine|all right) (?:with|for|by) you",
    r"do you agree",
    r"(?:deine?|ihre?|eine|die) (?:freigabe|entscheidung|zustimmung|genehmigung|zusage)",
    r"freigeben|freigibst|entscheid(?:en|est|et)|genehmig(?:en|st)|zustimm(?:en|st)|absegnen",
    r"(?:bist du|sind sie|seid ihr) (?:damit )?einverstanden",
    r"(?:ist das|wäre das|geht das) (?:so )?(?:ok|okay|in ordnung)",
    r"ja oder nein|(?:soll|sollen|darf|dürfen) (?:ich|wir)|(?:nehmen|wollen|machen|bleiben) wir",
    r"unterschr(?:eiben|eibst|ift)|(?:passt|ist) das so (?:für (?:dich|sie)|in ordnung|ok)",
    r"welche[rsn]? (?:von|der) (?:den|beiden)",
    r"(?:möchtest|willst) du lieber|(?:möchten|wollen) sie lieber|(?:ziehst|ziehen) (?:du|sie) \w+ vor",
    r"(?:votre|ton|ta) (?:accord|validation|décision|approbation|feu vert)",
    r"(?:valider|validez|valides|approuver|approuvez|trancher|décider|décidez)",
    r"(?:êtes-vous|es-tu|seriez-vous) d['’]accord",
    r"oui ou non|(?:votre|ta) signature|signer|choisir|on (?:garde|prend|maintient|valide)",
    r"dois-je|doit-on|devons-nous|puis-je|peut-on|pouvons-nous",
    r"(?:préférez|souhaitez|voulez)-vous (?!\w+ (?:dire|envoyer|préciser))|préfères-tu",
)
MEETING = re.compile(
    r"(?i)\b(?:when (?:are you|would you be|could we|can we|shall we|do you have time|works?|suits?)"
    r"|(?:are you|would you be) (?:free|available)|time (?:to|for a) (?:talk|chat|call|meet\w*|quick \w+)"
    r"|(?:find|suggest|propose|offer|send) (?:\w+ )?(?:a|some|an?other|two|three|few)? ?(?:times?|slots?|dates?)"
    r"|what time (?:works|suits)|have time (?:to|for|this|next|on)"
    r"|(?:set up|schedule|arrange) (?:a|another|our|the) \w+"
    r"|(?:meet|speak|talk|call) (?:this|next) week|wann (?:passt|hast du|haben sie|können wir|könnten wir|sollen wir)"
    r"|(?:passt|passte|würde) (?:es )?(?:dir|ihnen|euch)(?: es)?"
    r"|(?:einen|nach einem) (?:neuen )?termin|terminvorschl\w+"
    r"|hast du (?:kurz |diese woche |nächste woche |morgen )?zeit|haben sie (?:\w+ )*zeit"
    r"|quand (?:es-tu|êtes-vous|seriez-vous|pouvons-nous|pourrions-nous)|(?:un|des) créneaux?|vos disponibilités"
    r"|tes disponibilités|(?:êtes-vous|es-tu|seriez-vous) (?:disponible|libre)s?|un rendez-vous)"
)
# What a sender says when the next step is theirs.
LATER = _any(
    r"(?:i|we)(?: will|['’]ll| am going to| are going to) (?:then |also |first |definitely |certainly )?"
    r"(?:get back|come back|let you know|send|check|look into|look at|look|review|discuss|answer|reply|call|ask|share"
    r"|return|follow up|update|confirm|forward|prepare|have)",
    r"(?:you(?:'ll| will) (?:have|get|receive|hear)|let me (?:check|ask|see|look|think|get back))",
    r"(?:give|need) me (?:until|a (?:day|few|moment|week))|bear with me|working on it|on it|am looking into",
    r"(?:ich|wir) (?:melden? (?:mich|uns)|schicken?|senden?|prüfen?|klären?|kümmern?|kümmere|geben? (?:dir|ihnen)"
    r"|werden?|liefern?|antworten?|komme auf|kommen auf)",
    r"(?:melde|melden) (?:mich|uns)|bekommst du|bekommen sie|erhalten sie",
    r"je (?:vous|te|t['’])\s?(?:envoie|enverrai|tiens|tiendrai|réponds|répondrai|recontacte|reviens|confirme|dirai)",
    r"nous (?:vous|te) (?:envoyons|enverrons|tenons|tiendrons|répondrons|recontacterons|reviendrons|confirmons)",
    r"je (?:vérifie|regarde|m['’]en occupe|reviens vers)",
)
THANKS = re.compile(
    r"(?is)\A\W*(?:(?:hi|hello|hallo|hey|dear|liebe[r]?|bonjour|salut|guten (?:tag|morgen))\b[^\n,!]{0,40}[,!\n]\s*)?"
    r"(?:(?:many |great,? |perfect,? |super,? |ok,? )?"
    r"(?:thanks|thank you|thx|cheers|danke|vielen dank|besten dank|merci)"
    r"|great|perfect|excellent|got it|understood|noted|received|sounds good|works for me|will do|done|agreed"
    r"|super|prima|perfekt|alles klar|passt|verstanden|erledigt|gerne"
    r"|parfait|bien reçu|c['’]est noté|d['’]accord|entendu)\b"
)
_GREETING = re.compile(
    r"(?is)\A\W*(?:hi|hello|hey|dear|hallo|liebe[rs]?|guten (?:tag|morgen)|moin|servus|bonjour|salut|cher|chère|morning"
    r"|good (?:morning|afternoon|evening))\s+(?:(?:mr|mrs|ms|dr|frau|herr|madame|monsieur)\.?\s+)?"
    r"(?P<names>[^\W\d_][\w'’-]*(?:(?:\s*,\s*|\s+(?:and|und|et|&)\s+)[^\W\d_][\w'’-]*){0,3})\s*[,!:\n–-]"
)
_ENDS = re.compile(r"(?<=[.!?…])[\"”»’)\]]*\s+|(?<=[。？！؟])\s*|\n\s*\n|\n(?=\s*(?:[-*•·]|\d{1,2}[.)])\s)")
_HELLO = re.compile(
    r"(?i)\A\W*(?:hi|hello|hey|dear|hallo|liebe[rs]?|guten (?:tag|morgen)|moin|servus|bonjour|salut|cher|chère|morning"
    r"|good (?:morning|afternoon|evening))\b[^,!?.\n]{0,40}[,!\n]\s*"
)
URGENT = _any(
    r"urgent(?:ly)?",
    "asap",
    "as soon as possible",
    "time[- ]critical",
    "dringend",
    "so bald wie möglich",
    "dès que possible",
)
_DAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
BY = re.compile(
    r"(?i)\b(?:by|before|until|till|due(?: on| by)?|no later than|bis(?: zum| spätestens)?|vor|spätestens(?: am)?"
    r"|avant(?: le)?|d['’]ici(?: à| au)?|pour)\s+(?:the\s+)?"
    # a time of the day may come before the day: "by noon tomorrow", "bis 12 Uhr am Freitag"
    r"(?:(?:noon|midday|eod|cob|mittag|midi|\d{1,2}(?:[:.]\d\d)?(?: ?[ap]m| uhr| ?h)?),?\s+(?:on |of |am )?)?"
    r"(?:end of (?:the )?|close of |ende des |la fin de |this |next |diese[nms]? |nächste[nm] |le )?"
    r"(?:(?P<now>today|tonight|eod|cob|noon|heute|aujourd['’]hui|ce soir)"
    r"|(?P<next>tomorrow|morgen|demain)"
    rf"|(?P<weekday>{_DAY})"
    r"|(?P<iso>\d{4}-\d\d-\d\d)"
    rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|er)?\s+(?P<month>{_MONTH})"
    rf"|(?P<month2>{_MONTH})\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)\b"
)


def own(body: str) -> str:
    """Return what the sender wrote themselves: without quotes, what was forwarded, signature and addresses."""
    return URL.sub("", QUOTED.sub("", CUT.sub("", body.replace("\r\n", "\n"))))


def asks(body: str) -> bool:
    """Return whether a mail asks its reader for something."""
    return asking(own(body))


def asking(said: str) -> bool:
    """Return whether what a sender wrote themselves (`own`) asks its reader for something."""
    text = IDLE.sub("", POLITE.sub("", said))
    return not NO_NEED.search(text) and (ASKING.search(text) is not None or REQUEST.search(text) is not None)


def questions(said: str) -> tuple[str, ...]:
    """Return the sentences of `own` text that ask for something, in their order, each on one line."""
    text = IDLE.sub("", POLITE.sub("", said))
    if NO_NEED.search(text):
        return ()
    lines = (" ".join(_HELLO.sub("", part).split()) for part in _ENDS.split(text))
    return tuple(dict.fromkeys(part for part in lines if ASKING.search(f"{part} ") or REQUEST.search(part)))


def decides(said: str) -> bool:
    """Return whether one of the questions of `own` text is for a decision: an approval, a yes or no, one of several."""
    return any(DECIDING.search(part) for part in questions(said))


def meets(said: str) -> bool:
    """Return whether one of the questions of `own` text is for a time to meet or to speak."""
    return any(MEETING.search(part) for part in questions(said))


def later(said: str) -> bool:
    """Return whether the sender says that the next step is theirs: "I will get back to you"."""
    return LATER.search(said) is not None


def thanks(said: str) -> bool:
    """Return whether the text begins as a thanks or an "understood" does."""
    return THANKS.match(said) is not None


def greeted(said: str) -> tuple[str, ...]:
    """Return the names that the greeting addresses, folded: "Hi Tomasz and Ana," has two; none where it has none."""
    found = _GREETING.match(said)
    return tuple(re.split(r"\s*(?:,|&|\b(?:and|und|et)\b)\s*", found["names"].casefold())) if found else ()


def urgent(body: str) -> bool:
    return URGENT.search(own(body)) is not None


def deadline(body: str, sent: date) -> date | None:
    """Return the first day by which a mail wants something; weekdays and "tomorrow" count from the day it was sent."""
    for found in BY.finditer(own(body)):
        if (day := _resolved(found, sent)) is not None:
            return day
    return None


def _resolved(found: "re.Match[str]", sent: date) -> date | None:
    if found["now"]:
        return sent
    if found["next"]:
        return sent + timedelta(days=1)
    if found["weekday"]:
        return sent + timedelta(days=(WEEKDAYS[found["weekday"].lower()] - sent.weekday()) % 7)
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        month = MONTHS[(found["month"] or found["month2"]).lower()]
        day = date(sent.year, month, int(found["day"] or found["day2"]))
    except ValueError:  # the 31st of a short month
        return None
    return day if day >= sent - timedelta(days=90) else day.replace(year=day.year + 1)

"""A mail as sentences of its sender's own, and the words by which two texts are known to be of one thing.

Quoted and forwarded text and signatures are cut off first; what is left stands in the mail as it was written.
"""

import re
import unicodedata

from flows.language import MONTHS, NUMBERS, WEEKDAYS, goes_on

LONGEST = 6000  # characters of a mail that are read
SENTENCE = 400  # characters of a sentence that may be a promise: longer ones are no speech
QUOTED = re.compile(r"(?m)^\s*>.*$")
CUT = re.compile(  # from here on, nothing is the sender's own
    r"(?ims)^-- $.*|^\s*-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|"
    r"message (?:d['’]origine|transféré)).*"
    r"|^\s*(?:on|am|le)\b[^\n]{0,200}(?:\n[^\n]{0,100})?(?:wrote|schrieb|a écrit)[^\n]{0,80}:\s*$.*"
)
FORWARDED = re.compile(
    r"(?ims)^\s*(?:begin forwarded message|anfang der weitergeleiteten|début du message (?:transféré|réexpédié)).*"
    r"|^\s*(?:From|Von|De)\s?:[^\n]+\n(?:[^\n]*\n){0,3}?\s*(?:Sent|Date|Gesendet|Datum|Envoyé|To|An|À)\s?:.*"
)
# The line that closes a letter; what follows it is the sender's name and card, up to a postscript.
CLOSING = re.compile(
    r"(?im)^\s*(?:(?:kind|best|warm|many)?\s*regards|best(?: wishes)?|cheers|yours(?: \w+)?|sincerely"
    r"|(?:viele|liebe|beste|freundliche|herzliche|schöne) grü(?:ß|ss)e|mit (?:freundlichen|besten|"
    r"herzlichen) grü(?:ß|ss)en"
    r"|(?:herzlichen |liebe |viele )?gru(?:ß|ss)|mfg|lg|vg|bg"
    r"|(?:bien )?cordialement|(?:bien )?à (?:vous|toi)|amicalement|bonne (?:journée|soirée)|"
    r"sent from my .*|von meinem .*"
    r"|envoyé de mon .*)\s*[,.!]?\s*$"
)
POSTSCRIPT = re.compile(r"(?im)^\s*P\.?\s?S\.?\b")
# A line may also begin with a date: "27. März" is no point of a list.
BULLET = re.compile(rf"(?i)^\s*(?:[-*•–]|\d{{1,2}}[.)](?!\s+(?:{'|'.join(MONTHS)})\b))\s+")
END = re.compile(r"(?<!\b[^\W\d_]\.)(?<=[.!?…])(?:[\"”“»')]*)\s+(?=[\"“„«(]?[^\W\d_]|\d)")

_COMMON = """
    about after again also and any are back been before but can could did does done each from get give going
    have here into its just know last let like made make more most much need next now off only other our out
    over own please same send sent share shall should some soon still such take than thank thanks that the their
    them then there these they thing this those today tomorrow tonight until very want was week well were what
    when where which while will with would write yes you your day days hours morning afternoon evening end noon
    monday later both promised best
    aber alle als auch auf aus bei beim bis bitte damit dann danke dann das dass dein deine dem den denn der des
    dich die diese diesen dieser dieses dir doch ein eine einem einen einer eines erst euch euer fertig für
    gerne ganz habe haben hast hat heute hier ihnen ihr ihre ihrem ihren immer ist jetzt kann kein keine kommt
    können mache machen mal mehr mein meine melde mich mir mit morgen nach nicht noch nur oder ohne schicke
    schicken schick schon sehr sein seine sich sie sind sobald spätestens und uns unser unsere unter viel vom
    von vor wann war was weil wenn werde werden wie wieder wir wird woche würde zum zur zwei abend mittag ende
    tag tage uhr versprochen
    afin alors après aussi avant avec bien bonjour cela ces cette chez comme dans demain depuis des donc elle
    encore entre est être fait faire fin ici ils jour jours leur leurs mais même mes mon nos notre nous par pas
    plus pour quand que qui sans ses son sont sous suis sur tous tout toute très une vos votre vous envoie
    envoyer enverrai enverrons merci semaine soir matin midi heure heures lundi promis
    """
COMMON = frozenset(_COMMON.split()) | frozenset(WEEKDAYS) | frozenset(MONTHS) | frozenset(NUMBERS)
STEM = 6  # letters that tell a word apart, whatever its ending: "invoices", "Rechnungen", "chiffrés"


def written(body: str | None) -> str:
    """Return what the sender wrote themselves, cut from the body without a change."""
    text = (body or "")[:LONGEST].replace("\r\n", "\n")
    text = QUOTED.sub("", CUT.sub("", FORWARDED.sub("", text)))
    closing = CLOSING.search(text)
    if closing is None:
        return text
    after = POSTSCRIPT.search(text, closing.end())
    return text[: closing.start()] + (f"\n\n{text[after.start() :]}" if after else "")


def sentences(body: str | None) -> list[str]:
    """Return the sender's own sentences, each on one line; a bullet is a sentence of its own."""
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", written(body)):
        for piece in _pieces(paragraph):
            found += _cut(" ".join(piece.split()))
    return [sentence for sentence in found if 3 <= len(sentence) <= SENTENCE]


def _pieces(paragraph: str) -> list[str]:
    """Return a paragraph's parts: bullets apart, and a short first line that greets ("Hi Bo,") apart."""
    parts: list[list[str]] = [[]]
    for number, line in enumerate(paragraph.split("\n")):
        if BULLET.match(line):
            parts.append([BULLET.sub("", line)])
        else:
            parts[-1].append(line)
        if number == 0 and len(line) < 40 and line.rstrip().endswith((",", "!", ":")):
            parts.append([])
    return ["\n".join(part) for part in parts if part]


def _cut(text: str) -> list[str]:
    """Return the sentences of a line; a full stop after an abbreviation or an ordinal number ends none."""
    found: list[str] = []
    begin = 0
    for mark in END.finditer(text):
        if goes_on(text[begin : mark.start()], text[mark.end() :]):
            continue
        found.append(text[begin : mark.end()].strip())
        begin = mark.end()
    return [*found, text[begin:].strip()]


def verbatim(quote: str, body: str | None) -> bool:
    """Return whether a quotation stands in a text, white space aside."""
    return " ".join(quote.split()) in " ".join((body or "").split())


def things(text: str | None) -> frozenset[str]:
    """Return the words of a text that name things, each by its first letters, without accents."""
    bare = unicodedata.normalize("NFKD", (text or "").casefold())
    plain = "".join(c for c in bare if not unicodedata.combining(c))
    words = re.findall(r"[^\W_]{3,}", plain)
    return frozenset(word[:STEM] for word in words if word not in _PLAIN and not word.isdigit())


def _bare(words: frozenset[str]) -> frozenset[str]:
    return frozenset(
        "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
        for word in words
    )


_PLAIN = _bare(COMMON)

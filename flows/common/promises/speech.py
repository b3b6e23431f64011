"""How promises are spoken, in English, German and French: patterns over one sentence, written from the languages.

A promise says in the first person that something will be done. What only sounds like one is refused elsewhere
(`refusing.py`).
"""

import re
from dataclasses import dataclass

from flows.common.promises.model import Act

# What is promised, by the verb: `send` hands something over, `answer` needs only a word, `meet` a meeting, else `do`.
SEND_EN = (
    "send|forward|share|mail|e-?mail|circulate|submit|upload|attach|deliver|return|hand|drop|drop off|"
    "bring|provide|post|give|pass|scan|get|have"
)
ANSWER_EN = (
    "let|tell|confirm|reply|answer|respond|get back|come back|follow up|report|inform|notify|ping|"
    "message|text|update you|write back|write to"
)
MEET_EN = "call|ring|phone|schedule|invite|set up|arrange|meet|talk|speak|discuss"
DO_EN = (
    "write|draft|prepare|review|check|look|read|book|pay|transfer|fix|update|order|ask|finish|complete|"
    "add|pull|collect|pick|sign|"
    "publish|put|make|do|organi[sz]e|come up|take|handle|sort|push|merge|deploy|run|test|clear|cancel|"
    "move|rewrite|correct|revise|translate|"
    "print|introduce|show|present|file|close|create|build|clean|compile|summari[sz]e|gather|research|"
    "find|chase|escalate|buy|reserve|renew|change|"
    "remove|copy|settle|invoice|install|restore|roll|switch|ship|release|set|start|cover|work|go through|"
    "document|measure|reproduce|migrate|"
    "verify|tidy|approve|decide|amend|adjust|redo|raise|open|talk to|speak to|speak with|talk to|square|"
    "feed|cook|bake|fetch|drive|water|register|apply|"
    "calculate|count|compare|analy[sz]e|investigate|trace|dig|provision|rotate|revoke|patch|rename|mark|"
    "note down|extend|swap|free|block|hold"
)
SOFT = re.compile(
    r"(?i)^(?:check|look|read|think|find|ask|see|work|start|talk|speak|discuss|go|come|get|have|take|hold|"
    r"let|tell|give|put|note|show|run|meet|move|set|do|make)"
)
_ADV = (
    r"(?:(?:also|then|certainly|definitely|gladly|of course|just|now|personally|still|first|quickly|"
    r"happily|therefore|simply|at least|make sure (?:to|that I|I)|"
    r"be sure to|go ahead and|go and|, as (?:promised|agreed|discussed),|myself|again)\s+)*"
)
_DO = f"{MEET_EN}|{ANSWER_EN}|{SEND_EN}|{DO_EN}"
# What one does oneself, and owes nobody by saying so; also forms that are past or present in what they look like.
_OWN_EN = (
    "be|have|need|see|arrive|land|fly|travel|leave|stay|join|attend|come|go|visit|meet|sleep|eat|live|"
    "think|know|hear|want|like|wait|sit|stand|walk|drive home|"
    "return|not|never|also|then|just|probably|only|always|miss|enjoy|look|keep|try|stop|remember|forget|"
    "assume|admit|say|hope|wish|love|turn|become|get"
)
_OWN_DE = (
    "habe|hätte|würde|könnte|möchte|wäre|komme|fahre|fliege|reise|freue|brauche|denke|glaube|hoffe|finde|"
    "warte|sehe|gehe|bleibe|lande|treffe|arbeite|heiße|werde|meine|wünsche|"
    "danke|verstehe|kenne|wohne|laufe|esse|schlafe|halte|bitte|liebe|lebe|sitze|stehe|starte|weiche|"
    "würde|schätze|nutze|genieße|mag|haben|sind|können|müssen|sollen|wollen|brauchen|kommen|"
    "fahren|treffen|sehen|gehen|bleiben|hatten|waren|wurden|denken|glauben|hoffen|freuen|danken|werden|"
    "fliegen|sollten|könnten|würden|möchten|dürfen|warten|starten|beginnen|landen|feiern"
)
_PAST_DE = r"(?!\w*(?<!arbei)(?<!lei)(?<!berei)(?<!tes)(?<!bie)(?<!antwor)te\b)(?!\w*ten\b)"
_ING = (
    "sending|forwarding|sharing|bringing|paying|booking|ordering|writing|finishing|calling|submitting|"
    "delivering|uploading|preparing|drafting|fixing|"
    "transferring|publishing|handing|posting|picking|signing|updating|reviewing|shipping|merging|deploying"
)
SEND_DE = (
    "schick|send|mail|leit|bring|besorg|hol|liefer|reich|verschick|übergeb|gebe?|lad|teil|überreich|stell|häng|faxe?"
)
ANSWER_DE = "meld|sag|bestätig|antwort|bericht|informier|klär|frag|gebe? bescheid"
MEET_DE = "ruf|telefonier|vereinbar|lad|terminier"
DO_DE = (
    "kauf|überweis|zahl|bezahl|buch|reservier|bestell|schreib|bereit|erstell|mach|erledig|prüf|schau|les|"
    "kümmer|setz|leg|trag|korrigier|überarbeit|"
    "aktualisier|ergänz|unterschreib|fertig|organisier|fass|pack|richt|nehm|übernehm|teste?|bau|reparier|"
    "beheb|veröffentlich|druck|räum|back|koch|"
    "formulier|entscheid|sammel|sammle|änder|pass|miss|mess|rechn|schließ|öffn|führ|sperr|lösch|plan|such|meld|füll"
)
_VERB_DE = rf"(?:{SEND_DE}|{ANSWER_DE}|{MEET_DE}|{DO_DE})(?:t?e|e?n|)"
_GIVE_FR = (
    "envoie|envoyons|transmets|transmettons|prépare|préparons|rappelle|appelle|confirme|réserve|apporte|"
    "fais|livre|livrons|donne|dis|règle|réponds|reviens|revenons|mets|signe|dépose|partage|termine|finis|"
    "rédige|relis|corrige|relance|vire|paie|vérifie|regarde|organise|boucle|renvoie|adresse|communique|"
    "valide|programme|planifie|remets|complète|traite|calcule|récupère|commande|achète|imprime|traduis|"
    "fixe|reprends|publie|demande|envoyons|terminons|confirmons|préviens|note|passe|propose"
)
_PRONOUN_FR = r"(?:(?:vous|te|lui|leur|me|le|la|les|en|y)\s+|[tlm]['’]\s*){0,3}"


@dataclass(frozen=True)
class Form:
    """A way to promise. `dated`: only with a day. `firm`: how sure it is without. `act`: where the verb misleads."""

    pattern: "re.Pattern[str]"
    dated: bool = False
    firm: float = 0.7
    act: Act | None = None


FORMS: tuple[Form, ...] = (
    Form(
        re.compile(
            rf"(?i)\b(?:I|we)(?:['’]ll|\s+will|\s+shall|(?:['’]m|['’]re|\s+am|\s+are)\s+going\s+to|"
            rf"\s+promise\s+to)\s+{_ADV}(?P<verb>{_DO})\b"
        ),
        firm=0.7,
    ),
    Form(
        re.compile(
            rf"(?i)^(?:(?:yes|ok|okay|sure|fine|right|thanks|great|good)[,.!:]?\s+)?(?:will|"
            rf"shall)\s+{_ADV}(?P<verb>{_DO})\b(?!\s+you\b.*\?)"
        ),
        firm=0.7,
    ),
    Form(re.compile(rf"(?i)\b(?:I|we)(?:['’]m|['’]re|\s+am|\s+are)\s+{_ADV}(?P<verb>{_ING})\b"), dated=True),
    Form(re.compile(rf"(?i)^(?P<verb>{_ING})\s+(?:it|them|this|that|you|the|a|both|over)\b"), dated=True),
    Form(re.compile(r"(?i)\byou(?:['’]ll|\s+will|\s+shall)\s+(?P<verb>have|get|receive|hear)\b"), dated=True),
    Form(re.compile(r"(?i)\b(?:you|we)\s+can\s+(?P<verb>expect)\b"), dated=True, act="send"),
    Form(
        re.compile(
            r"(?i)\b(?:will|['’]ll)\s+be\s+(?P<verb>with you|in your inbox|on your desk|ready|done|finished|fixed|"
            r"sent|paid|delivered|there)\b"
        ),
        dated=True,
    ),
    Form(
        re.compile(r"(?i)\b(?:I|we)\s+can\s+(?P<verb>have (?:it|that|this|them|the)|get (?:it|that|this|them|you))\b"),
        dated=True,
        act="send",
    ),
    Form(
        re.compile(
            r"(?i)^(?:(?:yes|ok|okay|sure)[,.!]?\s+)?(?P<verb>will do|on it|I['’]m on it|leave it (?:with|to) me|"
            r"consider it done)\b"
        ),
        firm=0.6,
    ),
    Form(
        re.compile(rf"(?i)\b(?:I|we)(?:['’]ll|\s+will|\s+shall)\s+{_ADV}(?!(?:{_OWN_EN})\b)(?P<verb>[a-z]{{3,}})\b"),
        dated=True,
    ),
    Form(
        re.compile(rf"(?i)\b(?:I|we)\s+(?!(?:put|set|read|cut|let|run|have|get|come|look|want)\b)(?P<verb>{_DO})\b"),
        dated=True,
    ),
    Form(
        re.compile(
            r"(?i)\b(?P<verb>goes out|follows|is coming|comes over|will follow|will go out|will reach you|"
            r"will be on its way|will go to)\b"
        ),
        dated=True,
        act="send",
    ),
    Form(re.compile(r"(?i)\b(?:let me|you can)\s+(?P<verb>get back to|come back to|count on|have)\b"), dated=True),
    Form(
        re.compile(r"(?i)^(?P<verb>back to you|expect|ready|done|more)\b(?=.*\b(?:by|on|tomorrow|tonight)\b)"),
        dated=True,
    ),
    Form(
        re.compile(
            r"(?i)^(?:yes|yep|sure|ok|okay|fine|agreed|deal|of course|ja|jawohl|klar|gern|gerne|einverstanden|oui|"
            r"d['’]accord|entendu|bien sûr)\b[,.:!\s–-]+(?P<verb>by|bis|d['’]ici|avant|tomorrow|morgen|demain)\b"
        ),
        dated=True,
    ),
    Form(
        re.compile(r"(?i)\b(?:will|['’]ll)\s+(?:then\s+|all\s+)?be\s+(?P<verb>\w{3,}(?:ed|nt|ne|id|lt|en))\b"),
        dated=True,
    ),
    Form(
        re.compile(
            r"(?i)^(?:(?:thanks|thank you|ok|okay|sure|noted|understood|agreed|got it|perfect|good|fine|yes|"
            r"sorry)\b[^.]*?[,;–-]"
            rf"|(?:I|we)\b[^.]*?\b(?:and|but|so)\b)\s+(?:then\s+)?will\s+{_ADV}(?P<verb>{_DO})\b"
        ),
        dated=True,
    ),
    Form(
        re.compile(r"(?i)\b(?:I|we)\s+(?P<verb>commit to|promise|guarantee|take care of|take on|owe you)\b"), dated=True
    ),
    # German: future, present with a day, "you get", accepting.
    Form(
        re.compile(r"(?i)\b(?:ich|wir)\s+werden?\s+(?P<verb>.*?\w+n)\b|\bwerden?\s+(?:ich|wir)\s+(?P<verb2>.*?\w+n)\b"),
        firm=0.65,
    ),
    Form(re.compile(rf"(?i)\b(?:ich|wir)\s+(?P<verb>{_VERB_DE})\b"), dated=True),
    Form(
        re.compile(rf"(?i)\b(?:ich|wir)\s+(?!(?:{_OWN_DE})\b){_PAST_DE}(?P<verb>[a-zäöüß]{{2,}}(?:e|en|le|re))\b"),
        dated=True,
    ),
    Form(
        re.compile(rf"(?i)\b(?!(?:{_OWN_DE})\b){_PAST_DE}(?P<verb>[a-zäöüß]{{2,}}(?:e|en|le|re))\s+(?:ich|wir)\b"),
        dated=True,
    ),
    Form(
        re.compile(
            r"(?i)\b(?:(?:ich|wir)\s+(?P<verb>habe?n?)|(?P<verb2>habe?n?)\s+(?:ich|wir))\b(?=.*\b(?:fertig|durch|"
            r"zusammen|beisammen|parat|soweit)\b)"
        ),
        dated=True,
        act="send",
    ),
    Form(re.compile(r"(?i)^(?=.*\bbis\b).*?\b(?P<verb>hast|haben|habt)\s+(?:du|ihr|sie)\b"), dated=True, act="send"),
    Form(re.compile(rf"(?i)\b(?P<verb>{_VERB_DE})\s+(?:ich|wir)\b"), dated=True),
    Form(re.compile(rf"(?i)^(?P<verb>{_VERB_DE})\s+(?:dir|euch|ihnen|mich|es|das|sie|bis)\b"), dated=True),
    Form(
        re.compile(
            r"(?i)\b(?:du|ihr|sie)\s+(?P<verb>bekommst|kriegst|bekommt|bekommen|erhältst|erhaltet|erhalten|"
            r"(?:hast|habt|haben)(?=.*\bbis\b)|hörst|hört|hören)\b"
        ),
        dated=True,
        act="send",
    ),
    Form(
        re.compile(
            r"(?i)\b(?P<verb>bekommst|kriegst|bekommt|bekommen|erhältst|erhalten|(?:hast|haben)(?=.*\bbis\b)|"
            r"hörst|hören)\s+(?:du|ihr|sie)\b"
        ),
        dated=True,
        act="send",
    ),
    Form(
        re.compile(
            r"(?i)\b(?P<verb>kommt|liegt|geht|ist|steht)\b.*\b(?:raus|bei (?:dir|euch|ihnen)|fertig|da|online|"
            r"überwiesen|bezahlt|erledigt|im kasten)\b|^(?P<verb2>kommt|folgt)\b"
        ),
        dated=True,
    ),
    Form(
        re.compile(r"(?i)\b(?P<verb>kümmer(?:e|n)? (?:mich|uns)|übernehme (?:ich|das)|kümmere ich mich)\b"),
        firm=0.65,
        act="do",
    ),
    Form(
        re.compile(
            r"(?i)^(?:(?:ja|klar|gern|gerne|ok|okay)[,.!]?\s+)?(?P<verb>mach(?:e)? ich|wird (?:gemacht|erledigt)|"
            r"erledige ich|übernehme ich)\b"
        ),
        firm=0.6,
        act="do",
    ),
    Form(re.compile(r"(?i)\b(?:versprochen|zugesagt)\s*[:,]\s*(?P<verb>\w+)"), dated=True),
    # French: future, near future, present with a day, "you will have", accepting.
    Form(re.compile(rf"(?i)\b(?:je\s+|j['’]\s*|nous\s+){_PRONOUN_FR}(?P<verb>\w+(?:rai|rons))\b"), firm=0.7),
    Form(re.compile(rf"(?i)\b(?:je\s+vais|nous\s+allons)\s+{_PRONOUN_FR}(?P<verb>\w+(?:er|ir|re))\b"), firm=0.65),
    Form(re.compile(rf"(?i)\b(?:je\s+|j['’]\s*|nous\s+){_PRONOUN_FR}(?P<verb>{_GIVE_FR})\b"), dated=True),
    Form(
        re.compile(r"(?i)\b(?:vous|tu)\s+(?:l['’]|les?\s+|la\s+)?(?P<verb>aurez|auras|recevrez|recevras)\b"),
        dated=True,
        act="send",
    ),
    Form(re.compile(r"(?i)\b(?:je\s+)?m['’]en\s+(?P<verb>occupe|charge)\b"), firm=0.6, act="do"),
)

_SENDS = re.compile(
    rf"(?i)^(?:{SEND_EN}|expect|with you|in your|on your|receive|{SEND_DE}|schick\w*|sende\w*|sending|"
    rf"forwarding|sharing|bringing|submitting|uploading|delivering|handing|posting|env\w+|transm\w+|"
    rf"livr\w+|apport\w+|partag\w+|dépos\w+|remett\w+)\b|schicken$|senden$|weiterleiten$|liefern$|"
    rf"mitbringen$"
)
_ANSWERS = re.compile(
    rf"(?i)^(?:{ANSWER_EN}|hear|get back|{ANSWER_DE}|meld\w*|sag\w*|hör\w*|confirm\w+|rev(?:iens|enons|"
    rf"iendr\w+)|répond\w*|dir(?:ai|ons)|dis|donn\w+|tien\w+)|melden$|antworten$|bestätigen$"
)
_MEETS = re.compile(rf"(?i)^(?:{MEET_EN}|{MEET_DE}|calling|(?:r?app)ell\w+|rufe?\w*)\b|anrufen$|telefonieren$")


def act(verb: str) -> Act:
    """Return what would show that it was kept."""
    word = verb.strip().lower()
    if _MEETS.search(word):
        return "meet"
    if _ANSWERS.search(word):
        return "answer"
    return "send" if _SENDS.search(word) else "do"

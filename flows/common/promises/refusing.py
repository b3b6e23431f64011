"""What takes a promise back, in English, German and French: a question, a condition, a hope, a denial, what another
said, what is done already, and phrases that are kind and bind nobody. Written from the languages.
"""

import re


def _any(*phrases: str) -> "re.Pattern[str]":
    return re.compile(rf"(?i)(?<!\w)(?:{'|'.join(phrases)})(?![\w])")


CONDITION = _any(
    r"if", r"unless", r"in case", r"provided", r"assuming", r"supposing", r"depending",
    r"should (?:you|we|they|it|the|anything)", r"were (?:you|we) to", r"otherwise", r"whenever", r"wenn", r"falls",
    r"sofern", r"vorausgesetzt", r"im falle", r"solltest?", r"sollten", r"es sei denn", r"je nachdem", r"si",
    r"s['’](?:il|ils|elles?)\b.*", r"à moins", r"au cas où", r"pourvu que", r"à condition", r"sinon",
)  # fmt: skip
HOPE = _any(
    r"try(?:ing)?", r"hope", r"hopefully", r"hoping", r"would", r"could", r"might",
    r"may (?:be|not|have|need|also|take)", r"maybe", r"perhaps", r"possibly", r"probably", r"likely", r"aim(?:ing)?",
    r"plan(?:ning)? (?:to|on)", r"want to", r"intend", r"expect to", r"ideally", r"think I", r"guess",
    r"should be able", r"happy to", r"glad to", r"love to", r"wish", r"tempted", r"some ?day", r"some time",
    r"sometime", r"at some point", r"one of these days", r"eventually", r"in theory", r"supposed to",
    r"as (?:best|much) (?:as )?(?:I|we) can", r"(?:I|we)['’]d", r"versuch\w*", r"hoff\w*", r"würd\w*", r"könnt\w*",
    r"vielleicht", r"eventuell", r"evtl", r"wahrscheinlich", r"möglicherweise", r"möcht\w*", r"woll\w+", r"will",
    r"dürfte\w*", r"denke,? (?:ich|dass)", r"irgendwann", r"gelegentlich", r"bei gelegenheit", r"mal sehen",
    r"gern(?:e)? mal", r"am liebsten", r"theoretisch", r"wäre\w*", r"vermutlich", r"hätte\w*", r"gerne? wieder",
    r"essai\w*", r"tâch\w*", r"espèr\w*", r"espér\w*", r"voudr\w*", r"aimer(?:ais|ions)", r"pourr\w*", r"peut-être",
    r"probablement", r"sans doute", r"éventuellement", r"un de ces jours", r"un jour", r"à l['’]occasion",
    r"normalement", r"serai[st]",
)  # fmt: skip
DENIAL = _any(
    r"not", r"never", r"no longer", r"\w+n['’]t", r"cannot", r"without promising", r"unable", r"nobody", r"neither",
    r"nicht", r"kein\w*", r"nie", r"niemals", r"niemand", r"ne", r"n['’](?:\w+)", r"pas", r"jamais", r"aucune?",
    r"plus de",
)  # fmt: skip
OTHERS_WORD = re.compile(
    r"(?i)\b(?:(?:he|she|they|(?-i:[A-ZÄÖÜÉ]\w+)) (?:also |just |has |had )?(?:said|says|told|wrote|"
    r"writes|promised|promises|mentioned|claims|thinks|replied|"
    r"announced|confirmed that)|told (?:me|us)|you (?:said|told|wrote|promised|mentioned)|according to|quote|"
    r"(?:er|sie|(?-i:[A-ZÄÖÜ]\w+)) (?:hat )?(?:sagte?|meinte?|schrieb|schreibt|behauptet|versprach|"
    r"erklärte?|hat (?:gesagt|geschrieben|versprochen))"
    r"|hat (?:gesagt|gemeint|geschrieben|versprochen)|laut|angeblich|du (?:sagtest|hast gesagt|hattest)|"
    r"(?:il|elle|ils|elles|(?-i:[A-ZÉ]\w+)) (?:a |ont )?(?:dit|disait|écrit|écrivait|promis|promet|"
    r"annoncé)|d['’]après|selon|"
    r"tu (?:as|avais) dit|vous (?:avez|aviez) (?:dit|promis))\b"
)
SUBORDINATE = re.compile(
    r"(?i),?\s+(?:so that|so|which|who|because|since|as|that|damit|weil|da|denn|dass|sodass|die|afin|"
    r"parce que|car|pour que|qui)\s"
)
QUOTED = re.compile(r"[“„«\"][^”“»\"]*[”“»\"]")
DONE_NOW = _any(  # what is being handed over, not promised
    r"attached", r"herewith", r"hereby", r"enclosed", r"in this mail", r"below", r"as of now", r"anbei", r"hiermit",
    r"im anhang", r"beigefügt", r"angehängt", r"anliegend", r"ci-jointe?s?", r"ci-dessous", r"en pièce jointe",
    r"en copie",
)  # fmt: skip
# Kind words that bind nobody, whatever their grammar; a date does not change them.
KIND = re.compile(
    r"(?i)\b(?:look(?:ing)? forward|keep (?:you|an eye|in mind|my fingers|it in|that in|at it|going|"
    r"trying|reading|thinking|this)"
    r"|be in touch|stay in touch|see what (?:I|we) can|think about it|bear (?:that|it) in|never forget|"
    r"always (?:be|remember)|remember (?:that|it|you)"
    r"|let you (?:go|get back|off)|leave (?:you|it at) (?:to it|that)|leave it (?:there|with you|to you|"
    r"up)|be (?:there for|happy|glad|delighted|fine|ok|okay|honest|brief|"
    r"around|available|reachable|away|out|back|off|travell?ing|in (?:the|a)|on (?:leave|holiday|the|a)|"
    r"late|sorry|thinking|busy)|miss|enjoy|"
    r"cross (?:my|our) fingers|spare you|live with|survive|manage|need|have to|never|see(?! to)|admit|say|"
    r"just say|assume|take your word|take it|"
    r"wait|hear|know|understand|like|want|hate|prefer|notice|find out|be$|always|still be|make it work|"
    r"get there|get through|do (?:my|our) best|do what (?:I|we) can|"
    r"buy you a|owe you (?:one|a)|do anything|treat|stop|pass on that|pass|skip|cheer|celebrate|drink)\b"
)
KIND_DE = re.compile(
    r"(?i)\b(?:freue[n]? (?:mich|uns)|bin (?:gespannt|dabei|da|erreichbar|unterwegs|im|am|ab|bis)|"
    r"drücke? (?:dir|euch|ihnen|die)|halte (?:dich|sie|euch|die|mich|uns)|"
    r"denke? (?:an|drüber|darüber|mal)|schau(?:e)? (?:mal|was)|sehe? (?:mal|was)|gucke? mal|wünsche?n?|"
    r"hoffe|danke|verlasse? mich|bleibe?n? (?:dran|in)|komme gern|"
    r"weiß|finde|glaube|meine|verstehe|brauche|mache mir|vermisse|tue (?:mein|was ich)|gebe mein)\b"
)
KIND_FR = re.compile(
    r"(?i)\b(?:me (?:réjouis|réjouirai)|tiendr(?:ai|ons) (?:au courant|informé)|tiens (?:au courant|"
    r"informé)|vous tiens|te tiens|t['’]attends|reste(?:rai)? (?:à|en|disponible)|"
    r"serai|serons|verrai|verrons|penserai|aurai besoin|attendrai|ferai (?:de mon mieux|mon possible|"
    r"au mieux)|réfléchirai|saurai|viendrai|verrai|devrai|devrons|irai|"
    r"pense(?:rai)? à|garde(?:rai)? en|souhaite|remercie|souviendrai|oublierai|aurai le plaisir)\b"
)


def refused(sentence: str, clause: str) -> bool:
    """Return whether something takes the promise back: a question, a condition, a hope, a denial, another's word."""
    bare = sentence.rstrip(" )\"”»'")
    return bool(
        bare.endswith("?")
        or CONDITION.search(sentence)
        or HOPE.search(_without_future(SUBORDINATE.split(clause)[0]))
        or DENIAL.search(clause)
        or DONE_NOW.search(sentence)
        or OTHERS_WORD.search(sentence)
    )


def _without_future(sentence: str) -> str:
    """Return a sentence without English "will", which in German is a wish ("ich will")."""
    return re.sub(r"(?i)(?<!ich )(?<!wir )\bwill\b(?! ich)", "", sentence)


def kind(tail: str) -> bool:
    """Return whether what follows the promise's first word is merely kind."""
    return any(pattern.match(tail) for pattern in (KIND, KIND_DE, KIND_FR))

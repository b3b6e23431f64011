"""What shows that a commitment was kept, or given up: words and attachments in later mails. English, German, French."""

import json
import re

from flows.common.promises import text
from flows.common.promises.model import Commitment
from flows.facts import Row

HANDED = re.compile(
    r"(?i)(?<!no )(?<!not )(?<!nothing )\b(?:attached|enclosed|(?:here|below) (?:is|are|it is|they are|"
    r"you (?:go|are)|comes?)|here['’]s|as promised|as agreed|find (?:the|it)|"
    r"you(?:['’]ll| will) find|(?:it|they|that|this)['’]?s? (?:is |are )?(?:done|ready|live|in place|"
    r"merged|deployed|fixed|sorted|settled|paid|booked|sent|out|up)|all done|^done|now done|"
    r"(?:I|we)(?:['’]ve|\s+have)?\s+(?:just\s+|now\s+|also\s+|already\s+|finally\s+)?(?!need|want|hop|tri|"
    r"plann|promis|expect|wonder|lik|receiv|seem)(?:\w{2,}ed|sent|uploaded|shared|put|posted|forwarded|"
    r"paid|transferred|booked|ordered|signed|submitted|"
    r"finished|completed|fixed|merged|deployed|updated|called|spoke|spoken|talked|asked|checked|reviewed|"
    r"read|written|wrote|drafted|prepared|delivered|picked|bought|"
    r"collected|closed|changed|moved|added|arranged|scheduled|invited|published|cancelled|registered|"
    r"set up|raised|rewritten|corrected|tested|run|ran|looked|gone|went|"
    r"compared|counted|measured|dropped|handed|returned|brought|made|got|cleared|confirmed)"
    r"|(?:it|they|these|those|that|this|both|everything|all(?: of (?:it|them))?)(?:['’]s|['’]re|\s+(?:is|"
    r"are|has been|have been|was|were))\s+"
    r"(?:now\s+|all\s+|already\s+)?(?!need|expect|suppos|miss|delay|postpon|plann|mov)(?:\w{3,}ed|sent|"
    r"paid|written|bought|in|out|up|there|gone|made)"
    r"|anbei|angehängt|beigefügt|im anhang|hier (?:ist|sind|kommt|kommen|der|die|das)|wie (?:versprochen|"
    r"besprochen|vereinbart|zugesagt|angekündigt)|hiermit|(?:ist|sind|alles|schon|nun|jetzt) (?:\w+ )?"
    r"(?:erledigt|fertig|raus|bezahlt|überwiesen|gebucht|bestellt|verschickt|online|abgeschickt)|^erledigt|"
    r"(?:habe?n?|hab|ist|sind|wurde)\b[^.!?]{0,80}\b(?:ge\w+(?:t|en)|ver\w+(?:t|en)|über\w+(?:t|en)|"
    r"be\w+(?:t|en)|er\w+(?:t|en)|ein\w*ge\w+(?:t|en)|ab\w*ge\w+(?:t|en)|aus\w*ge\w+(?:t|en)|\w+iert|"
    r"zu\w*ge\w+|an\w*ge\w+|vor\w*ge\w+|hoch\w*ge\w+|nach\w*ge\w+|mit\w*ge\w+|unter\w+)\b"
    r"|ci-joint\w*|en pièce jointe|voici|voilà|comme (?:promis|convenu|annoncé)|c['’]est (?:fait|réglé|"
    r"envoyé|payé|prêt)|"
    r"(?:j['’]ai|nous avons|je viens d(?:e |['’]))\s*(?:bien |déjà |enfin )?(?:\w+é|\w+ée?s?|mis|fait|"
    r"pris|écrit|reçu|transmis|rendu|lu|vu|envoyer|mettre|transmettre)\b)"
)
# Something was done, by whoever it was: it is this thing only where it is named.
PASSIVE = re.compile(
    r"(?i)\b(?:is|are|was|were|has been|have been)\s+(?:now\s+|all\s+|already\s+|both\s+)?(?!need|expect|"
    r"suppos|miss|delay"
    r"|postpon|relat|requir|plann|attach)(?:\w{3,}ed|sent|done|paid|written|bought|put|set|in|out|up|live|"
    r"ready|there|gone|fine"
    r"|cut|built|made)\b"
)
NOT_YET = re.compile(
    r"(?i)\b(?:not (?:yet|quite|ready|done|finished|there)|still (?:waiting|working|not|missing|open|"
    r"on it|owe)|haven['’]t|hasn['’]t|isn['’]t|need (?:more|another|a bit)|more time|"
    r"delay(?:ed)?|running late|slip(?:s|ped)?|postpone\w*|did ?n[o'’]t (?:get|manage)|forgot|"
    r"almost (?:done|ready)|nearly|"
    r"noch nicht|noch kein\w*|leider nicht|verzögert\w*|verspätet\w*|brauche noch|noch (?:etwas|"
    r"ein bisschen|einen tag)|nicht (?:geschafft|dazu gekommen)|vergessen|fast fertig|schaffe (?:ich|"
    r"es)[^.]*nicht|dauert (?:noch|länger)|"
    r"pas encore|retard|n['’]ai pas|toujours pas|presque|encore besoin|plus de temps|oublié)\b"
)
THANKS = re.compile(
    r"(?i)\b(?:thank(?:s| you)(?: so much| very much| a lot)? for (?:the|your|sending|sharing|this|it|"
    r"that|doing|fixing|paying|sorting|calling|bringing|these|those|getting|\w+ing)|"
    r"(?:got|received|have) (?:it|them|the|your)|(?:it|they|both|all) (?:has |have )?arrived|just arrived|"
    r"well received|looks? (?:good|great|right|fine)|perfect|exactly what|"
    r"danke (?:dir |ihnen |euch |schön |sehr )?für|vielen dank für|ist (?:da|angekommen|eingegangen|"
    r"gut angekommen)|sind (?:da|angekommen|eingegangen)|angekommen|erhalten|eingegangen|"
    r"passt so|sieht gut aus|(?:un grand |grand )?merci (?:beaucoup )?pour|bien reçu|bien arrivée?s?|parfait)\b"
)
GRATEFUL = re.compile(
    r"(?i)\b(?:thanks|thank you|thx|cheers|perfect|great|got it|received|brilliant|lovely|well done|"
    r"looks good|danke|dank|prima|super|"
    r"perfekt|angekommen|klasse|merci|parfait|bien reçu|super)\b"
)
RELEASED = re.compile(
    r"(?i)\b(?:no longer (?:need|necessary|needed|required)\w*|(?:don['’]t|do not|won['’]t) need (?:it|"
    r"that|them|the|this|your)|no need (?:for|to send|any ?more)|never mind|forget (?:it|about it|the)|"
    r"drop (?:it|that)|"
    r"not needed any ?more|can skip|leave it (?:then|be)|has been (?:cancelled|overtaken)|off the table|"
    r"scrap (?:it|that)|stand down|(?:I|we) (?:can['’]t|cannot|won['’]t)(?: be able to)? (?:do|make|send|"
    r"come|get|deliver|manage)|"
    r"hat sich erledigt|nicht mehr (?:nötig|notwendig|erforderlich|gebraucht)|brauche?n? (?:ich|wir|es|"
    r"das|ihn|sie)[^.]{0,30}nicht mehr|vergiss (?:es|das)|lass (?:es|das|gut sein)|nicht mehr machen|"
    r"entfällt|abgesagt|fällt (?:aus|weg)|"
    r"plus (?:besoin|nécessaire)|laisse(?:z)? tomber|oublie(?:z)?[- ]|inutile (?:de|désormais)|"
    r"n['’]est plus|annulée?)\b"
)
_CARD = re.compile(r"(?i)\.(?:ics|vcf|p7s|asc|sig)$|^(?:image\d*|logo|signature|smime)\b")


def attached(row: Row) -> list[str]:
    """Return the names of a mail's attachments that may be a thing: no invitations, cards, signatures or logos."""
    named = [str(item.get("name") or "") for item in json.loads(row["attachments"] or "[]")]
    return [name for name in named if not _CARD.search(name)]


def handed(row: Row, made: Commitment, alone: bool) -> str | None:
    """Return how a later mail of the debtor's hands the thing over, or None.

    `alone`: it is the one thing that they owe in this thread, so that the mail need not name it.
    """
    sentences = text.sentences(row["body"])
    names = attached(row)
    wanted = text.things(made.quote) - text.things(made.to_name) - text.things(made.owes_name)
    told = [s for s in sentences if (HANDED.search(s) or PASSIVE.search(s)) and not NOT_YET.search(s)]
    named = any(wanted & text.things(sentence) for sentence in told) or bool(wanted & text.things(" ".join(names)))
    if names and (named or alone) and not any(NOT_YET.search(sentence) for sentence in sentences):
        return "attached"
    if told and (named or (alone and any(HANDED.search(sentence) for sentence in told))):
        return "said to be done"
    return None


def answered(row: Row) -> bool:
    """Return whether a later mail of the debtor's says something, and not only that it takes longer."""
    sentences = text.sentences(row["body"])
    spoken = [sentence for sentence in sentences if len(sentence.split()) >= 3]
    return bool(spoken) and not any(NOT_YET.search(sentence) for sentence in sentences)


def named(row: Row, made: Commitment) -> bool:
    """Return whether a later mail of the debtor's states something about the thing, and not that it takes longer."""
    wanted = text.things(made.quote) - text.things(made.to_name) - text.things(made.owes_name)
    sentences = text.sentences(row["body"])
    stated = [sentence for sentence in sentences if not sentence.rstrip().endswith("?")]
    return answered(row) and any(wanted & text.things(sentence) for sentence in stated)


def grateful(row: Row) -> bool:
    """Return whether somebody is plainly thankful or content: in answer to what was brought, it closes the matter."""
    return GRATEFUL.search(text.written(row["body"])) is not None


def thanked(row: Row, made: Commitment, alone: bool) -> bool:
    """Return whether the creditor says that they have it: by name, or plainly where nothing else was owed."""
    wanted = text.things(made.quote) - text.things(made.to_name) - text.things(made.owes_name)
    for sentence in text.sentences(row["body"]):
        if THANKS.search(sentence) and not NOT_YET.search(sentence) and not sentence.rstrip().endswith("?"):
            if wanted & text.things(sentence):
                return True
            if alone and re.search(
                r"(?i)\b(?:got it|received|arrived|angekommen|erhalten|eingegangen|reçu|arrivé|for sending|"
                r"fürs? (?:schicken|senden))",
                sentence,
            ):
                return True
    return False


def released(row: Row, made: Commitment, alone: bool) -> bool:
    """Return whether a later mail gives the thing up: it is not needed, or cannot be done."""
    wanted = text.things(made.quote)
    told = [sentence for sentence in text.sentences(row["body"]) if RELEASED.search(sentence)]
    return any(alone or wanted & text.things(sentence) for sentence in told)

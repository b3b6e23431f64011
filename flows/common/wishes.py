"""What senders write when they ask for something, and when they do not: data, in English, German and French.

All are for text in lower case, one sentence of it or all.
"""

import re

from flows.common.phrases import phrases

NO_NEED = phrases(
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
POLITE = phrases(
    r"(?:let me know|get back to me|reach out|feel free|don['’]t hesitate|happy to)\b.*"
    r"\b(?:if|should|with any|any questions|anything)",
    r"any (?:further )?questions|(?:bei|für) (?:rück)?fragen",
    r"(?:sag|sagt|sagen sie|gib|geben sie|melde|meldet|melden sie)\b.*\b(?:wenn|falls|sollte)",
    r"(?:si|en cas de) (?:vous avez |tu as )?(?:des |une |la moindre )?questions?",
)
# Questions that want no answer: greetings, and what is only hung on ("…, right?").
IDLE = re.compile(
    r"\bhow (?:are|have) you(?: been)?(?: doing| today| all)?\s*\?"
    r"|\bhow(?:'s| is) (?:it going|everything|life)\s*\?"
    r"|\bwie geht(?:'s| es)(?: (?:dir|ihnen|euch|so))?\s*\?|\b(?:comment (?:ça va|vas-tu|allez-vous)|ça va)\s*\?"
    r"|,\s*(?:right|correct|oder|gell|ne|nicht wahr|stimmt['’]s|hein|non|n['’]est-ce pas)\s*\?"
    r"|\b(?:does that help|make sense|remember|guess what|you know what|weißt du noch|tu te souviens)\s*\?"
)
# What stands under a company's mails.
DISCLAIMER = phrases(
    "intended recipient|consider the environment|received this (?:e-?mail|message) in error",
    "nicht der (?:richtige|beabsichtigte) (?:adressat|empfänger)|destinataire prévu",
)
REQUEST = phrases(
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
DECIDING = phrases(
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
    r"\b(?:when (?:are you|would you be|could we|can we|shall we|do you have time|works?|suits?)"
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
LATER = phrases(
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
URGENT = phrases(
    r"urgent(?:ly)?",
    "asap",
    "as soon as possible",
    "time[- ]critical",
    "dringend",
    "so bald wie möglich",
    "dès que possible",
)

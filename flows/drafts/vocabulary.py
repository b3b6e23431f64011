"""Words of politeness that a draft may hold: none is a name, a number or a promise. German nouns are among them."""

_EN = """
thank thanks you your for the a an and mail message note question questions writing dear hello hi best kind regards
below above here are is my our answer answers about regarding reply in to of on this that it as with from good hope
well week day morning afternoon evening point points one first second both following times time appreciate patience
sorry delay back again soon touch best wishes warm sincerely please find see let me know which suits apologies update
reading sharing asking reaching out up following concerning part other also i we
"""
_DE = """
danke dank vielen herzlichen besten für die der das den dem ihre ihren deine deinen eure nachricht mail frage fragen
anfrage antwort antworten unten oben hier ist sind meine mein zu zur zum auf über und mit von in im es ein eine einen
punkt punkte termin termine zeit zeiten woche tag guten morgen abend hallo liebe lieber sehr geehrte geehrter grüße
grüßen freundlichen viele beste herzliche geduld entschuldigung verspätung folgende folgenden vorschlag vorschläge
anbei bitte sag sagen melden meldung rückmeldung unterlagen angebot plan betrifft beide erstens zweitens auch noch sie
du ihr ich wir passt unsere unser thema themen überblick hinweis information
"""
_FR = """
merci beaucoup pour votre ton ta vos tes message mail question questions demande réponse réponses voici ci-dessous
ci-dessus est sont ma mon notre nos à au aux sur et avec de du des dans la le les un une point points créneaux
horaires semaine jour bonjour bonsoir cher chère cordialement salutations meilleures bien patience excuses retard
suivant suivants proposition propositions concernant également aussi vous tu je nous matin soir bonne journée
information plan
"""

VOCABULARY: dict[str, frozenset[str]] = {
    "en": frozenset(_EN.split()),
    "de": frozenset(_DE.split()),
    "fr": frozenset(_FR.split()),
}

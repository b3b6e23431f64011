"""Words that the verifier knows: common ones that may begin a sentence, those that say a state, those that deny."""


def _all(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTION = _all(
    """a about above across after again against all almost along already also although always am an and another any
    anyone anything are around as ask asks at away back be because been before behind being below beside between but by
    came can come comes could day did do does during each either else enough even every everything few for from get
    gets give given gives go goes going got had has have having he her here hers him his how i if in into is it its
    just keep kept last least leave less let like look looks made make makes many may maybe me might more most much
    must my near need needs next now of off on once only onto or other our out over own per perhaps please plus put
    rather reply say says see sees send sends set she should since so some something soon still such take takes tell
    than that the their them then there these they thing things think this those though through time to together too
    toward towards under until up upon us use used very want wants was we well were what when where whether which while
    who whom whose why will with within would yes yet you your yours start starts begin begins run runs end ends wait
    waits waiting await awaits lie lies hold holds spread spans span total altogether longest biggest first then both
    including among plus"""
)
# May begin a sentence or a title of the program's own, besides the function words. No names among them.
COMMON = FUNCTION | _all(
    """answer begin block blocks brief calendar change changes commit commits consider day days decide double document
    documents done due finish focus free gap goal good half hello hi hour hours item items kick later limit mail mails
    meeting meetings minute minutes morning move nothing ok okay one overlap people plan problem project protect
    remember repositories review task tasks today tomorrow week work write your you've you're it's there's that's
    i'm i've sort settle pick choose prepare head heads keep also"""
)
NEGATIONS = _all(
    """no not never none nothing nobody nowhere neither nor without cannot can't won't don't doesn't didn't isn't aren't
    wasn't weren't hasn't haven't hadn't kein keine keinen keiner nicht nie niemand nichts ohne pas jamais aucun aucune
    sans rien personne"""
)
# Each group is one state: whoever uses a word of it needs a word of it in the facts or the line.
STATES: tuple[frozenset[str], ...] = tuple(
    _all(group)
    for group in (
        "cancelled canceled cancels cancel dropped scrapped abgesagt annulé",
        "moved moves rescheduled postponed shifted delayed pushed verschoben reporté",
        "declined declines rejected rejects refused refuses turned abgelehnt refusé",
        "accepted accepts confirmed confirms agreed agrees approved approves zugesagt accepté",
        "overdue late lapsed missed expired überfällig retard",
        "urgent urgently critical asap immediately emergency pressing presses crucial dringend",
        "clear empty light quiet relaxed easy frei libre",
        "heavy busy packed full hectic crowded",
        "paid signed sent completed finished delivered shipped merged resolved bezahlt payé",
        "angry upset worried annoyed disappointed happy pleased frustrated",
        "promised promises committed guaranteed versprochen promis",
        "failed fails broken breaks crashed",
        "ill sick dead died resigned fired quit pregnant",
        "important vital essential key wichtig",
        "morning mornings matin morgens vormittag",
        "afternoon afternoons nachmittag après-midi",
        "evening evenings night tonight abend soir",
        "weekend weekends wochenende",
        "week weeks fortnight woche semaine",
        "month months monat mois",
        "year years jahr",
        "boss manager ceo client customer colleague wife husband partner friend lawyer doctor",
        "he him his himself",
        "she her hers herself",
        "always every daily weekly monthly yearly recurring",
        "only all everyone everybody nobody most several many few dozens hundreds thousands",
    )
)
EITHER = _all("one un uno once second cent mil elf")  # numbers, or other words altogether
UNITS = _all(
    """minute hour day week month year meeting mail message task commit item document people person event block email
    reply percent euro dollar time"""
)


def stem(word: str) -> str:
    """Return a noun's bare form: enough to tell "meetings" and "meeting" alike, and "min" and "minutes"."""
    bare = word.casefold()
    same = {"min": "minute", "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour", "d": "day", "emails": "mail"}
    same |= {"email": "mail", "persons": "people", "others": "people", "repositories": "repository", "replies": "reply"}
    return same.get(bare, bare[:-1] if bare.endswith("s") and len(bare) > 3 else bare)

"""What a statement of a move reaches: whether it is asked rather than told, and whether it is of a price at all.

Small readers for ``contrecoup.claims``, on one sentence at a time. A question states nothing ("Did Nvidia fall 17%?"),
but one that asks why, or what comes next, takes the move for granted and states it.
"""

import re

from contrecoup.claim_grammar import FLAGS, Quantity

# Around a sum of money, where "market value" or a word of loss must stand, in characters.
AROUND = 60

ENDS_ASKING = re.compile(r"\?[\s»”\"’')]*$")
BREAK = re.compile(r"[;:–—?!…]|\s-\s")
# Words that ask for something else than whether it is so.
ASKS_MORE = re.compile(
    r"\s*[«“\"(]?\s*(?:(?:et|mais|alors|donc|and|but|so|then)\s+)?(?:pourquoi|comment|quand|où|qui|que|qu['’]\w+"
    r"|quoi|quel\w*|combien|à qu\w+|de qu\w+|why|how|when|where|who|whom|whose|what|which)\b",
    FLAGS,
)
# Words that take what follows for granted: "should you buy Nvidia after it fell 17%?".
GRANTED = re.compile(
    r"\b(?:after|since|now that|given that|après|depuis|maintenant qu|alors qu|puisqu|étant donné qu)\w*\b"
    r"|\b(?:qui|which|who|that)\s+(?:\w+\s+){0,2}$",
    FLAGS,
)
# A question of its own after the statement: "Nvidia fell 17%, is it time to buy?".
ASKS_AFTER = re.compile(
    r"[^?]*,\s*(?:(?:et|mais|alors|donc|and|but|so)\s+)?(?:(?:maintenant|après|ensuite|demain|now|then|tomorrow)\b"
    r"|\w+-(?:t-)?(?:ils?|elles?|on|vous|nous|je|ce)\b|est-ce"
    r"|(?:is|are|was|will|should|can|could|does|what|why|how|who|which|pourquoi|comment|que|quel\w*|qui)\b)",
    FLAGS,
)

HARD_STOP = re.compile(r"[;:]|\b(?:while|whereas|tandis qu|alors qu|but|mais|quand|when|after|après)\b", FLAGS)
APART = re.compile(
    r"\b(?:rival|concurrent|fournisseur|supplier|client|customer|actionnaire|partner|partenaire|competitor)e?s?"
    r" (?:de|du|d['’]|of|to)\s?$",
    FLAGS,
)
FORECAST = re.compile(
    r"\b(?:could|may|might|would|will|should|can|must|expects?|expected|forecasts?|predicts?|targets?|if|sees?"
    r"|(?:is|are) seen|imminent|likely to|set to|poised to|about to|potential(?:ly)?|possible|pourrai\w*|doi(?:t"
    r"|vent)|imagin\w*"
    r"|voi(?:t|ent)|susceptible|potentiel\w*|hypoth\w+|scénario|scenario|upside|downside|cibl\w+|would-be"
    r"|devrai\w*"
    r"|risqu\w+|peu(?:t|vent)|prévoi\w*|attend\w*|tabl\w+ sur|objectif|d['’]ici|anticip\w*|si)\b[^,;]{0,30}$",
    FLAGS,
)
# "Nvidia n'a pas perdu 17 %", "did not fall 17%": what a text denies. "Pas moins de 17 %" and "not only" deny nothing.
DENIED = re.compile(
    r"\b(?:not(?! (?:only|just|less)\b)|never|\w+n['’]t|pas(?! (?:moins|loin)\b)|jamais)(?:\s\w+){0,4}\s*$", FLAGS
)
# Each name of a list has its own figure, in the same order.
RESPECTIVELY = re.compile(r"\brespective(?:ly|ment)\b", FLAGS)
# Things that move by percentages and are no price.
OTHER = (
    r"chiffres? d['’]affaires|revenues?|sales|ventes|bénéfices?|profits?|earnings|income|résultats?|marges?"
    r"|margins?|effectifs?"
    r"|workforce|jobs|staff|employees|salariés|emplois|postes|parts? de marché|market shares?|taux|rates?"
    r"|inflation|yields?"
    r"|utilisateurs|users|téléchargements|downloads|coûts?|costs?|dépenses|spending|capex|investissements?"
    r"|tokens?|jetons"
    r"|consommation|consumption|hash ?rate|difficulté|difficulty|tarifs?|tariffs?|droits de douane|dividendes?"
    r"|dividends?"
    r"|commandes|orders|bookings|shipments|deliver\w+|livraisons|livré\w*|production|output|demande|demand|réductions?"
    r"|discounts?|remises?"
    r"|remise|scores?|précision|accuracy|performances?|croissance|growth|prévisions?|guidance|volumes?|budget"
    r"|stake|participation"
    r"|population|chômage|unemployment|émissions|emissions|trafic|traffic|loyers?|rents?|salaires|wages|capital"
    r"|capacity|capacité|parts|installed base|backlog|segment|business|division|pay|salary|compensation"
    r"|premium|prime|yoy|a/a|subscribers?|abonnés|clients?|customers?|hires?|hiring|headcount|exports?|imports?"
    r"|allocation|sa participation|frais|fees?|commission|price target|objectif|pullback|hit to"
    r"|puissance|computing power|eps|bpa|fcf|cash[- ]?flows?|trésorerie|treasur\w+|net worth|fortune|wealth"
    r"|patrimoine|inflows?|outflows?|assets"
    r"|encours|collecte|supply|probabilit\w+|odds|chances?|short interest|tax|taxe|impôts?|subvention\w*"
)
OTHER_BEFORE = re.compile(rf"\b(?:{OTHER})\b", FLAGS)
OTHER_AFTER = re.compile(
    rf"\s*(?:(?:de|d['’]|des|du|of|in|off)\s?(?:(?:ses|son|sa|its|the|la|le|les|l['’]|leurs?|their|all"
    rf"|our|nos)\s?)?"
    rf"(?:\w+\s)?)?(?:{OTHER})\b|\s*(?:stake|discount|tariffs?|surtaxe|revenue|interest|yield|as (?:much|many)"
    rf"|of what|du niveau)\b",
    FLAGS,
)
PRICED = re.compile(r"\b(?:titres?|actions?|cours|shares?|stocks?|bourse|séance|price|prix|valeur|value)\b", FLAGS)
MARKET_VALUE = re.compile(
    r"capitali[sz]ation|market (?:cap|value)|valeur|valori|in value|of value|en fumée|évapor|envolés|effac|wip"
    r"|eras|loss|lost|los[et]|perd",
    FLAGS,
)

AUXILIARY = (
    r"(?:a|ont|avait|avaient|ayant|est|sont|été|s['’]est|has|have|had|was|were|is|been|being|then|since|ainsi|donc"
    r"|presque|quasi|quasiment|quasi|près|plus|que|d['’]être|de|nearly|almost|about|roughly|more|than|just|all|but"
    r"|environ|pratiquement|en|bourse|vu|sa|son|valeur|cours|capitalisation|se)"
)
PRICE_NOUN = (
    r"(?:shares?|stocks?|(?:share |stock )?prices?|market (?:value|cap(?:itali[sz]ation)?)|value|valuation"
    r"|titres?|actions?|cours|prix|valeur(?: boursière)?|capitalisation(?: boursière)?|valorisation)"
)
# Between the name and "halved": its price, or nothing but auxiliaries ("Nvidia's shares have nearly halved").
HALVED_LEAD = re.compile(
    rf"(?:['’]s?)?\s*(?:\([^)]{{1,12}}\))?\s*(?:{PRICE_NOUN}\b)?(?: itself)?[\s,]*(?:(?:which|that"
    rf"|qui) )?(?:{AUXILIARY}\s*)*",
    FLAGS,
)
# What may follow it: an end, a time or a place; anything else may be what is halved or doubled.
TURNED_REST = re.compile(
    r"\s*(?:$|[.,;:!?)–—]|in\b|since\b|over\b|this\b|last\b|during\b|within\b|from\b|on\b|year|so far|after\b|and\b"
    r"|to\b"
    r"|its (?:\w+ )?(?:value|price|cap)|thus|en\b|depuis|sur\b|cette\b|de valeur|de prix|à\b|au\b|aux\b|après\b"
    r"|et\b|dans\b|sa valeur"
    r"|son cours)",
    FLAGS,
)
NAMELESS_LEAD = re.compile(
    rf"[^,;:]*?\b(?:the|its|le|la|son|sa|leurs?|their|l['’])\s*{PRICE_NOUN}\s+(?:{AUXILIARY}\s*)*", FLAGS
)
POSSESSED = re.compile(r"\b(?P<thing>[\w-]+)\s+(?:de |d['’]|du |des |of |in )(?:l['’]|la |le |the )?$", FLAGS)
THING = re.compile(rf"{PRICE_NOUN}|boursière", FLAGS)
# After a fraction: "a third of its value", never "half its staff", "a quarter of the market".
SHARE_OF = re.compile(
    r"\s+(?:(?:de|of|en|in)\s+)?(?:d['’]|l['’])?(?:(?:its|their|the|his|sa|son|ses|la|le|les"
    r"|leurs?)\s+)(?P<rest>.{0,40})",
    FLAGS,
)
ITS_PRICE = re.compile(
    r"(?:\w+[\s-]){0,2}?(?:value|worth|price|cap|capitali[sz]ation|valuation|valeur|cours|prix|valorisation"
    r"|capitalisation|titre|action|shares?|stock|day|week|month|year|session|séance|semaine|journée|mois|last|past"
    r"|open\w*|wake|foulée|jour)\b",
    FLAGS,
)


# "A 30% drop in bitcoin would be enough": of no day.
ANY = re.compile(r"\b(?:an?|une?|any|each|every|chaque|toute?)\s*$", FLAGS)
IMAGINED = re.compile(r"[^.,;:]{0,40}\b(?:would|could|might|\w{2,}r(?:ait|aient)|suffi\w*)\b", FLAGS)
# A figure that another one is held against, of something that the sentence has not named: "in contrast to 23% gains".
HELD_AGAINST = re.compile(
    r"\b(?:contrast (?:to|with)|compared (?:to|with)|compar[ée]e?s? (?:à|aux?)|versus|vs\.?|against"
    r"|(?<!more )(?<!less )than|outpac\w+|outperform\w+"
    r"|beat\w*|topp\w+|trail\w+|lagg?\w*)\s+(?:(?:an?|the|its|une?|les?|des) )?(?:\w+['’]s )?$",
    FLAGS,
)


def is_asked(sentence: str, start: int, end: int) -> bool:
    """Whether the words from ``start`` to ``end`` are what a question asks, and so state nothing."""
    if ENDS_ASKING.search(sentence) is None or BREAK.search(sentence.rstrip(" »”\"’')?"), end):
        return False
    begin = max((match.end() for match in BREAK.finditer(sentence, 0, start)), default=0)
    before, after = sentence[begin:start], sentence[end:]
    return not (ASKS_MORE.match(before) or GRANTED.search(before) or ASKS_AFTER.match(after))


def turns_its_price(before: str, lead_in: str, rest: str) -> bool:
    """Whether "halved" or "doubled" is said of a name's price, and not of what it makes, pays or owns.

    ``before`` is the sentence up to the name, ``lead_in`` what stands between the name and the word, ``rest`` what
    follows the word.
    """
    owned = POSSESSED.search(before)
    return (
        TURNED_REST.match(rest) is not None
        and HALVED_LEAD.fullmatch(lead_in) is not None
        and (owned is None or bool(THING.fullmatch(owned["thing"])))
    )


def the_price_turns(lead_in: str) -> bool:
    """Whether "halved" or "doubled" is said of "the stock" or "its value", of which the text told before."""
    return NAMELESS_LEAD.fullmatch(lead_in) is not None


def is_share_of_other(sentence: str, end: int) -> bool:
    """Whether a fraction that ends there is one of something else than a price ("half its staff")."""
    match = SHARE_OF.match(sentence, end)
    return match is not None and ITS_PRICE.match(match["rest"]) is None


def is_other(text: str, quantity: Quantity, start: int, end: int, floor: int) -> bool:
    """Whether the figure is a forecast, or about something else than a price."""
    stops = [match.end() for match in HARD_STOP.finditer(text, floor, start)]
    begin = max([floor, *stops])
    before = text[begin:start]
    if FORECAST.search(before) or DENIED.search(text[begin : quantity.start]) or OTHER_AFTER.match(text, quantity.end):
        return True
    if ANY.search(text[:start]) and IMAGINED.match(text, end):
        return True
    if end > quantity.end and OTHER_AFTER.match(text, end):
        return True
    if quantity.vague and is_share_of_other(text, quantity.end):
        return True
    if quantity.unit.endswith("_bn") and not MARKET_VALUE.search(text, max(0, start - AROUND), quantity.end + AROUND):
        return True
    others = [match.end() for match in OTHER_BEFORE.finditer(text[: quantity.start], begin)]
    priced = [match.end() for match in PRICED.finditer(text, begin, quantity.start)]
    return bool(others) and max(others) > max(priced, default=-1)

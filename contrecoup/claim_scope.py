"""What a statement of a move reaches: whether it is asked rather than told, and whether it is of a price at all.

Small readers for ``contrecoup.claims``, on one sentence at a time. A question states nothing ("Did Nvidia fall 17%?"),
but one that asks why, or what comes next, takes the move for granted and states it.
"""

import re

from contrecoup.claim_grammar import FLAGS

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
    r"[^?]*,\s*(?:(?:et|mais|alors|donc|and|but|so)\s+)?(?:(?:maintenant|après|ensuite|demain|now|then|tomorrow)\b|\w+-(?:t-)?(?:ils?|elles?|on|vous|nous|je|ce)\b|est-ce"
    r"|(?:is|are|was|will|should|can|could|does|what|why|how|who|which|pourquoi|comment|que|quel\w*|qui)\b)",
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
HALVED_LEAD = re.compile(rf"(?:['’]s?)?\s*(?:\([^)]{{1,12}}\))?\s*(?:{PRICE_NOUN}\b)?[\s,]*(?:{AUXILIARY}\s*)*", FLAGS)
NAMELESS_LEAD = re.compile(
    rf"[^,;:]*?\b(?:the|its|le|la|son|sa|leurs?|their|l['’])\s*{PRICE_NOUN}\s+(?:{AUXILIARY}\s*)*", FLAGS
)
POSSESSED = re.compile(r"\b(?P<thing>[\w-]+)\s+(?:de |d['’]|du |des |of |in )(?:l['’]|la |le |the )?$", FLAGS)
THING = re.compile(rf"{PRICE_NOUN}|boursière", FLAGS)
# After a fraction: "a third of its value", never "half its staff", "a quarter of the market".
SHARE_OF = re.compile(
    r"\s+(?:(?:de|of|en|in)\s+)?(?:d['’]|l['’])?(?:(?:its|their|the|his|sa|son|ses|la|le|les|leurs?)\s+)(?P<rest>.{0,40})",
    FLAGS,
)
ITS_PRICE = re.compile(
    r"(?:\w+[\s-]){0,2}?(?:value|worth|price|cap|capitali[sz]ation|valuation|valeur|cours|prix|valorisation"
    r"|capitalisation|titre|action|shares?|stock|day|week|month|year|session|séance|semaine|journée|mois|last|past"
    r"|open\w*|wake|foulée|jour)\b",
    FLAGS,
)


def is_asked(sentence: str, start: int, end: int) -> bool:
    """Whether the words from ``start`` to ``end`` are what a question asks, and so state nothing."""
    if ENDS_ASKING.search(sentence) is None or BREAK.search(sentence.rstrip(" »”\"’')?"), end):
        return False
    begin = max((match.end() for match in BREAK.finditer(sentence, 0, start)), default=0)
    before, after = sentence[begin:start], sentence[end:]
    return not (ASKS_MORE.match(before) or GRANTED.search(before) or ASKS_AFTER.match(after))


def halves_its_price(before: str, lead_in: str) -> bool:
    """Whether "halved" is said of a name's price, and not of what it makes, pays or owns.

    ``before`` is the sentence up to the name, ``lead_in`` what stands between the name and the word.
    """
    owned = POSSESSED.search(before)
    return HALVED_LEAD.fullmatch(lead_in) is not None and (owned is None or bool(THING.fullmatch(owned["thing"])))


def the_price_halves(lead_in: str) -> bool:
    """Whether "halved" is said of "the stock" or "its value", of which the text told before."""
    return NAMELESS_LEAD.fullmatch(lead_in) is not None


def is_share_of_other(sentence: str, end: int) -> bool:
    """Whether a fraction that ends there is one of something else than a price ("half its staff")."""
    match = SHARE_OF.match(sentence, end)
    return match is not None and ITS_PRICE.match(match["rest"]) is None

"""A firm's shop as the place where the work of others ranks or is sold. Serves ``contrecoup.entities``.

"No. 1 among free apps in Apple's U.S. App Store" tells of the app: its maker is not told of, and a link that counted
the name would hang another firm's news on Apple. What the shop asks, forbids or is sued for is news of its owner, and
so is whatever names the shop without saying what ranks or is sold there.
"""

import re

from contrecoup.scrub import fold

__all__ = ["is_shop"]

KEEPERS = ("apple", "google", "microsoft", "amazon")
"""How the folded names begin of firms that keep such a shop."""
# How far either side the words of a ranking or a sale are looked for, in characters.
REACH = 160

_OWNER = r"(?:apple|google|microsoft|amazon|samsung|huawei)(?:['’]s?)?"
_KIND = (
    r"(?:u\.?s\.?|uk|american|british|chinese|european|french|japanese|global|mac|ios|iphone|android|windows|online"
    r"|mobile|official|own|free|azure|aws|cloud|digital|app|respective|popular)"
)
# What stands between the owner's name and its shop: "Apple's U.S. App Store", "Google Play", "Apple and Google's app".
SHOP_AFTER = re.compile(
    rf"^(?:['’]s?)?(?:(?:,| and| or| &| et| ou) {_OWNER})*\s(?:{_KIND}\s)*"
    r"(?:app ?stores?|play(?: store)?|stores?|marketplaces?|charts?|downloads? rankings?)\b"
)
# The shop before its owner: "l'App Store américain d'Apple", "la boutique d'applications de Google et d'Apple".
SHOP_BEFORE = re.compile(
    r"\b(?P<shop>(?:app ?stores?|play store|boutiques?|magasins?|places? de marche|plateformes?|kiosques?"
    r"|classements?|marketplace)(?:\sd['’]\s?app\w*| en ligne| de telechargement\w*| (?:americain|francais|chinois"
    r"|europeen|mondial|britannique|officiel)\w*| us| des? app\w*){0,3})"
    rf"\s(?:(?:d['’]|de |du |chez ){_OWNER}(?:,| et| ou) )?(?:d['’]|de |du |chez )$"
)
# The shop is where something is: a preposition before it, or a verb of reaching the top.
PLACED = re.compile(
    r"(?:^|[\s’'(])(?:on|in|of|from|at|to|via|through|for|atop|across|by|tops?|topp(?:ed|ing)|le(?:ads?|d|ading)"
    r"|dominat\w+|enters?|hits?|reach\w*|conquer\w*|climb\w*|sur|dans|de|du|des|a|au|aux|en|par|domine\w*)\s"
    rf"(?:(?:both|the|its|an?|la|le|les|l['’]|{_OWNER} (?:and|or|et|ou) (?:d['’]|de )?)\s?){{0,2}}$"
    r"|(?:^|\s)(?:d['’]|de )?l['’]$"
)
# What is said of work that ranks or is sold: with such a word the shop is its place.
OFFERED = re.compile(
    r"\b(?:apps?|applications?|titles?|titres?|logiciels?|assistants?|chatbots?|jeux?|games?|tools?|models?|modeles?"
    r"|n[o°]\.? ?(?:1|2|one)|number[- ](?:one|two)|numeros? (?:un|1|deux)|first|second|top\w*|rank\w*|rang|charts?"
    r"|premiere?s?|tete|sommet|class\w+|plac\w+|download\w*|telecharg\w*|install\w*|free|gratuit\w*|available"
    r"|disponible\w*|listed|arriv\w+|launch\w*|lance\w*|debuts?|returns?|revient|dethron\w*|detron\w*|overt\w+"
    r"|surpass\w*|devant|ahead of|depass\w*|sold|vendu\w*|ventes?|sells?)\b"
)
# "The Apple Store" is a shop in a street too, in which nothing ranks.
RANKED = re.compile(
    r"\b(?:apps?|applications?|n[o°] ?1|number one|numero un|tete|telecharg\w*|download\w*|charts?|class\w+)\b"
)
# What is said of the owner of a shop: its terms, its power, what it lets in or out, who takes it to court.
OWNED = re.compile(
    r"\b(?:fees?|frais|rules?|regles|polic(?:y|ies)|politiques?|terms|conditions|guidelines|commissions?|revenues?"
    r"|practices|pratiques|monopol\w*|antitrust|concurrence|competition|lawsuits?|sue[sd]?|suing|trial|proces"
    r"|court|cour|judge|juge|regulat\w*|probe[sd]?|enquete\w*|fine[sd]?|amende\w*|plaintes?|complain\w*|appeal\w*"
    r"|remov\w+|pull(?:s|ed|ing)?|ban(?:s|ned|ning)?|delist\w*|block(?:s|ed|ing)?|reject\w*|approv\w*|retir\w+"
    r"|supprim\w*|banni\w*|exclu\w*|bloqu\w*|refus\w*|interdi\w*|vire\w*|opens? up|alternative\w*|payments?"
    r"|paiements?|tax\w*|spending|chief|boss|patron|services? (?:revenue|unit)|no longer|n['’]est plus|ne sont plus)\b"
)
_NUMBER_SIGN = re.compile(r"\b(u\.s|no|n)\.(?=\s)")
_SENTENCE_END = re.compile(r"[.!?]\s|\n")


def is_shop(text: str, start: int, end: int) -> bool:
    """Whether the name of a firm at ``start`` to ``end`` is only that of the shop in which another's work stands."""
    name = fold(text[start:end])
    if not name.startswith(KEEPERS):
        return False
    before = _SENTENCE_END.split(_one_line(text[max(0, start - REACH) : start]))[-1]
    after = _SENTENCE_END.split(_one_line(text[end : end + REACH]))[0]
    told_after, told_before = SHOP_AFTER.match(after), SHOP_BEFORE.search(before)
    if told_after is not None:
        after = after[told_after.end() :]
    elif told_before is not None:
        before = before[: told_before.start()]
    elif not name.endswith(" store"):
        return False
    said = f"{before} | {after}"
    offered = RANKED if name.endswith(" store") else OFFERED
    return bool(PLACED.search(before) and offered.search(said)) and OWNED.search(said) is None


def _one_line(text: str) -> str:
    """The folded text, in which the stops of "U.S." and "No. 1" end no sentence."""
    return _NUMBER_SIGN.sub(r"\1", fold(text))

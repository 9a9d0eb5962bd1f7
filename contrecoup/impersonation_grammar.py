"""How French and English tell of tokens that borrow a name, and where the name then stands. Read by ``impersonations``.

All patterns are over ``flat`` text: lower case, no accents, plain apostrophes, spaces and hyphens, a character for a
character, so that a place in it is a place in the text. ``BRAND`` stands for each letter of a brand's name.
"""

import re

from contrecoup.scrub import fold

BRAND = "§"
B = rf"(?:[\"«“”»' ]*{BRAND}+[\"«“”»]*)"

COIN = (
    r"(?:jetons?|tokens?|(?:meme|alt|shit|stable)?-?\s?coins?|memecoins?|crypto-?\s?monnaies?|crypto-?\s?actifs?"
    r"|crypto-?currenc(?:y|ies)|crypto assets?"
    r"|cryptos?(?!-?\s?(?:wallet|firm|exchange|compan|market|investor|fund|scam|platform|start|portefeuille)))"
)
FAKE_WORD = (
    r"(?:fakes?|faux|fausses?|bidons?|bogus|phone?y|counterfeits?|fraudulent|frauduleu(?:x|ses?)|scam|sham"
    r"|copy-?cats?"
    r"|knock-?\s?offs?|imitations?|impost(?:er|or|eur)s?|look-?\s?alikes?|unofficial|spoofed|impersonat(?:or|ing)s?"
    r"|contrefacons?|contrefaits?|clones?|sosies?|non officiels?)"
)
FAKES = (
    r"(?:fakes|faux|counterfeits|copy-?cats?|knock-?\s?offs?|imitations?|impost(?:er|or|eur)s?|look-?\s?alikes?"
    r"|impersonators?|contrefacons?|copies|copy|copie|clones?|sosies?|imitat(?:or|eur)s?)"
)
CHAIN = r"(?:solana|ethereum|blockchains?|memecoins?|wallets?|pump\.fun|crypto\w*|bnb chain|blockaid)"

token = re.compile(rf"\b(?:{COIN})\b")
chain = re.compile(rf"\b{CHAIN}\b|\$[a-z]{{3,10}}\b")
# Tokens of other kinds: of language models, for machines, of authentication, and fees of directors.
other_token = re.compile(
    r"\b(?:parkings?|stationnement|horodateurs?|parcmetres?|caddies?|casinos?|turnstiles?|tourniquets?|laundr\w+"
    r"|arcades?|fete foraine|metro|subway|transit|jetons? de presence|(?:access|session|refresh|auth\w*"
    r"|login) tokens?"
    r"|(?:input|output|context) tokens?|tokens? of context|tokens? (?:per|a|par) seconde?|(?:per|par|le|un"
    r"|one) million"
    r"|(?:en|d') ?(?:entree|sortie)|million (?:de )?(?:jetons|tokens)|fenetre de contexte|context window)\b"
)
fake = re.compile(
    rf"\b(?:{FAKE_WORD}|{FAKES}|usurp\w+|arnaques?|impersonat\w+|mimic\w*|fraud\w*|tromp\w+|fooled|duped"
    rf"|pos(?:e|es|ing) as"
    r"|pass(?:ing|es|ed)? (?:itself|themselves) off|falsely|se (?:fait|font|faisant) passer|imitant|imitent|imite"
    r"|se reclament|copient|copying|(?:reprennent|reprend|emprunte|empruntent) le nom|sans (?:aucun )?lien"
    r"|aucun lien|n'a rien a voir|nothing to do with|no (?:link|connection|ties?)"
    r"|not (?:affiliated|associated)|unaffiliated|unrelated to|surfent|surfant|desolidarise|disavows?)\b"
)

fakes = re.compile(rf"\b{FAKES}\b")
fake_token = re.compile(rf"\b{FAKE_WORD}\b.*\b{COIN}\b|\b{COIN}\s{FAKE_WORD}\b")
# Words that begin a headline and are no part of a name.
common = re.compile(
    rf"(?:{FAKE_WORD}|les?|la|un|une|des|de|the|an?|beware|gare|attention|alerte|warning|new|nouveaux?|ce|ces"
    rf"|this|that|no|non|aucune?|plusieurs|certains?|several|official|officiel|dozens?|dizaines?|hundreds?"
    rf"|centaines?|thousands?|milliers|scores|nous|we|i|je|they|ils?|if|si|not|is|est|french|chinese|american"
    rf"|british|german|korean|japanese|indian|russian|european|asian|african|israeli)"
)

# ---- where a brand stands when it is the one that is borrowed
_OF = (
    r"(?:(?:of|de|du|d'|des|le|la|les|l'|the|a|an|un|une|memecoin|jeton|token|coin|marque|brand|presidentiel"
    r"|officiel)\s?)*"
)
_SMALL = r"(?:(?:new|nouveaux?|so-called|meme|ai|ia|solana|crypto|autres?|de|d'|the|named|baptises?|dits?)\s)*"
_NAME_OF = (
    r"(?:(?:falsely\s)?(?:le|la|l'|les|the|of|de|du|d'|by|to|from|with|as|be|nom|noms|name|names|identite"
    r"|identity|visuelle"
    r"|image|marque|brand|logo|issued|linked|un|une|a|an|projet|project|compte|account|jeton|token|coin|avec"
    r"|que|par)\s?)*(?:(?:laborato\w+|lab|start-?up|jeune pousse|societe|entreprise|firme?|company|maker|geant"
    r"|giant|groupe|group|chinois\w*|chinese|americain\w*|american|francais\w*|french|coreen\w*|korean|ia|ai"
    r"|fabricant|editeur|president|acteur|chanteur)\s)*"
)
# Verbs that say of a token whom it wants to be taken for.
LIKENS = (
    r"(?:usurp\w+|imit\w+|copi(?:e|es|ent|ant|ed)|copy(?:ing)?|impersonat\w+|mimic\w*|pos(?:e|es|ed|ing) as"
    r"|pass(?:es|ed|ing)? (?:itself|themselves) off as|pretend\w* to be|claim\w* to be|se reclam\w+|au nom"
    r"|se (?:fait|font|faisant) passer pour|surf\w+ sur|a l'effigie|named after|in the name|us(?:e|es|ed"
    r"|ing) the name"
    r"|bear\w* the name|portant le nom|estampille\w*|borrow\w* the name|emprunt\w+ le nom)"
)
# Weaker: a true token is called something too.
CALLED = r"(?:baptise\w*|nomme\w*|appele\w*|called|named|dubbed|calling itself|branded|ticker)"
UNLINKED = (
    r"(?:sans (?:aucun )?lien avec|aucun lien avec|rien a voir avec|no (?:link|connection|ties?"
    r"|affiliation) (?:to|with)"
    r"|not (?:affiliated|associated|linked|connected) (?:to|with)|unaffiliated with|unrelated to|nothing to do with"
    r"|not issued by|n'a ete emise? par|zero from)"
)
before_strong = re.compile(
    rf"(?:\b{FAKE_WORD}\s{_SMALL}(?:{COIN}\s)?{_OF}|\b{FAKES}\s{_OF}|\b{LIKENS}\s{_NAME_OF}"
    rf"|\b{UNLINKED}\s{_OF})[\"«“'$ ]*$"
)
likened_before = re.compile(rf"\b{LIKENS}\s{_NAME_OF}[\"«“'$ ]*$")
before_listed = re.compile(rf"\b(?:dont|including|such as|notamment)\s(?:{B}|,|\set\s|\sand\s|\s)*[\"«“'$ ]*$")
before_weak = re.compile(
    rf"(?:\b{CALLED}\s|\b{COIN}\s(?:officiel\s|presidentiel\s)?(?:de l'ipo\s)?(?:d'|de\s|du\s)?)[\"«“$' ]*$"
)
after_strong = re.compile(
    rf"^[\"»”]*(?:'s)?(?:-?\w{{1,3}})?\s(?:(?:{COIN}|meme)\s)?{FAKES}\b|^[\"»”]*(?:-\w{{1,3}})?\s(?:is|are|est"
    rf"|n'est qu')"
    rf"\s?(?:an?|une?|yet another|encore un)?\s?{FAKE_WORD}\b"
)
after_weak = re.compile(
    rf"^[\"»”' ]*(?:(?:,|and|et|or|ou)\s[\"«“' ]*{BRAND}+[\"»”']*\s?)*(?:'?s)?(?:-?\w{{1,3}})?\s?(?:presale\s"
    rf"|ipo\s)?{COIN}\b"
)
ends_the_group = re.compile(r"[\"»”]*(?:$|\s?[,.;:!?)]|\s(?:se|et|en|sont|ont|qui|pullulent|circulent|inondent)\b)")
name_taken = re.compile(r"^(?:'s)?\s?(?:est|sont|is|are|was|were)?\s?(?:usurpe|copie|imite|impersonated|copied)")
own_name = re.compile(
    rf"\b{COIN}\b[^.;]{{0,40}}\b(?:(?:son|sa|leur|its|his|her|their) (?:own )?(?:nom|name|logo|brand|marque"
    rf"|image|effigie))\b"
    rf"|\b(?:usurp\w+|scammers|escrocs|us(?:e|es|ing)|utilis\w+)\s(?:son|sa|leur|its|his|her|their) (?:nom|name"
    rf"|logo|brand|marque|image)\b[^.;]{{0,60}}\b{COIN}\b"
)
likened_next = re.compile(rf"\s(?:that |qui |which )?(?:{LIKENS}|copi(?:ed|ant)|borrow\w*)\b")
# "a token unrelated to the company": the company is the brand that was named before.
unlinked_company = re.compile(
    rf"\b{COIN}\b[^.;]{{0,30}}\b{UNLINKED}\s?(?:le groupe|la (?:societe|firme|start-?up|marque)"
    rf"|l'(?:entreprise|editeur)"
    r"|the (?:company|firm|lab|group|brand|start-?up))\b"
)
# Words that say that a token is not what it is called, not merely that its makers are crooks.
imitated = re.compile(
    rf"\b(?:{FAKES}|fake|faux|fausses?|counterfeit|bogus|sosies?|impersonat\w+|usurp\w+|{UNLINKED}|unofficial"
    rf"|non officiels?"
    r"|clone\w*|is (?:not|it) real|est-il (?:reel|vrai)|n'est pas (?:reel|vrai))\b"
)
after_fake_word = re.compile(rf"\b{FAKE_WORD}\s{_SMALL}(?:{COIN}\s)?[\"«“'$ ]*$")


class _Flat(dict[int, str]):
    """Character to character, made as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = fold(chr(code))
        self[code] = folded if len(folded) == 1 else chr(code)
        return self[code]


_FLAT = _Flat(
    {ord(c): "'" for c in "\u2018\u2019\u02bc"}
    | {ord(c): " " for c in "\u00a0\u202f\u2009\t"}
    | {ord(c): "-" for c in "\u2010\u2011"}
)


def flat(text: str) -> str:
    """The text for the patterns: as long as the text itself."""
    return text.translate(_FLAT)

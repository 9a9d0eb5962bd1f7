"""Who denies a token: the brand itself, an article on its own account, or nobody. Read by ``impersonations``.

A denial is the brand's own word when the brand, or somebody who speaks for it, is the subject of the denying verb or
the nearest to the verb of speech. A security firm that says so, a rumour, a question and silence are no denial.
"""

import re
from dataclasses import dataclass

from contrecoup.impersonation_grammar import BRAND, COIN, flat, token

# How far from a verb of speech its speaker is looked for, in characters.
SPEAKER_REACH = 70
REACH_AFTER = 30

_MADE = (
    r"(?:issu(?:e|ed|ing)|launch(?:ed|ing)?|creat(?:e|ed|ing)|releas(?:e|ed|ing)|mint(?:ed)?|emis|emettre"
    r"|lance|lancer|cree|creer|mis en circulation)"
)
denies = re.compile(
    rf"\b(?:dement\w*|nien?t?|nier|nie|refut\w*|deni(?:es|ed)|deny|denying)\b\s(?:[\w']+\s){{0,2}}?"
    rf"(?:avoir\s{_MADE}|(?:tout|toute|any|all)\b|etre|having|being|that it|{_MADE}|une? (?:jeton|crypto\w*)"
    rf"|it (?:has|had|issued|launched))"
    r"|\b(?:se (?:desolidaris|demarqu|dissoci)\w*|distanc\w+ (?:it|him|her|them)sel(?:f|ves)|disavow\w*|disown\w*)\b"
    r"|\b(?:dement|denied|denies|a dementi)\b(?=[.,;:]|$)|\b(?:issu(?:es|ed)|publishe[sd]) (?:a )?denial\b"
    r"|\bpubli\w* un dementi\b"
)
made_none = re.compile(
    rf"\bn'(?:a|ont|avait|avaient|avoir|avons|ai|est|etait|y a)\b[^.;]{{0,12}}\b{_MADE}\b[^.;]{{0,30}}\b{COIN}\b"
    rf"|\b(?:aucune?s?|no|zero|any)\s(?:autre\s|official\s|other\s)?{COIN}\b[^.;]{{0,25}}\b(?:{_MADE}|officielle?)\b"
    rf"|\baucune? {COIN} officielle?|\baucune?\s(?:n'a|ne)\s[^.;]{{0,12}}\b{_MADE}\b"
    rf"|\b(?:has|have|had|did|does)(?: not|n't| never)\s(?:\w+\s){{0,2}}{_MADE}\b[^.;]{{0,30}}\b{COIN}\b"
    rf"|\bneither {_MADE}\b[^.;]{{0,40}}\b{COIN}\b|\bnever {_MADE}\b[^.;]{{0,20}}\b{COIN}\b"
    rf"|\b(?:has|have|had)?\s?(?:{_MADE}|has|have|had|owns?)\s(?:no|zero)\s(?:\w+\s){{0,2}}{COIN}\b"
    rf"|\bno official\s(?:{BRAND}+\s)?(?:\w+\s)?{COIN}\b|\b(?:has|have|had) none\b"
    rf"|\b(?:ne pas avoir|n'a pas|n'avait pas|ne possede|ne dispose d')\s?(?:de|d'|aucune?|son propre"
    rf"|sa propre)?\s?{COIN}\b"
)
one_account = re.compile(
    r"\b(?:seul|seule|unique|qu'un|que d'un seul|que son|one|only|single|sole)\s(?:\w+\s)?(?:compte officiel"
    r"|official account)"
)
no_link = re.compile(
    r"\b(?:aucun lien|en lien avec aucune?|rien a voir|(?:n'est|ne sont|n'etait|n'etaient) (?:pas"
    r"|en rien) (?:a l'origine|derriere|affilie\w*|associe\w*|lie\w*)"
    r"|nothing to do with|no (?:link|connection|affiliation|ties?|relation\w*) (?:to|with)"
    r"|(?:est|sont) (?:tous )?(?:un|une|des) faux|(?:is|are) (?:all )?(?:a )?fakes?|n'etant officiel"
    r"|n'est officiel|none of them official"
    rf"|not (?:affiliated|associated|linked|connected)|(?:isn't|is not|aren't|are not) {BRAND}+'s)\b"
)
SPEECH = (
    r"(?:dit|disent|redit|affirme\w*|assur(?:e|ent)|rappel(?:le|lent|e)|precis(?:e|ent)|indiqu(?:e|ent)"
    r"|ecri(?:t|vent)"
    r"|soulign(?:e|ent)|declar(?:e|ent)|annonc(?:e|ent)|repond(?:u|ent)?|martele|insiste|previen(?:t|nent)"
    r"|alerte|averti[ts]?"
    r"|said|says?|tells?|stress(?:ed|es)|remind(?:ed|s)|told|wrote|writes|posted|stated?|states|insist(?:ed|s)"
    r"|clarif(?:ied|ies)|confirm(?:ed|s)"
    r"|announced|tweeted|communique|statement|reagi|dealt with|warned|warns?)"
)
speech = re.compile(rf"\b{SPEECH}\b")
# Who may speak for the brand when its name is not said again, and who speaks for himself.
OFFICIAL = (
    r"(?:societe|entreprise|start-?up|jeune pousse|laboratoire|labo|equipes?|firme|groupe|maison|porte-parole"
    r"|avocats?"
    r"|fondateurs?|joueurs?|editeur|fabricant|constructeur|compan(?:y|ies)|firm|lab|laborator(?:y|ies)|it|we"
    r"|nous|he|she|elles?|ils?|spokes\w+|lawyers?"
    r"|founders?|exchange|bank|banque|chipmaker|carmaker|maker|youtuber|group|teams?|president|developer"
    r"|plane-?maker|avionneur|constructeur|club|league|ministry|ministere|government|gouvernement|publisher"
    r"|retailer|airline|automaker|brand|marque|palace|authorit(?:y|ies)|family|famille|singer|chanteu(?:r|se)"
    r"|actor|acteur|actrice)"
)
STRANGER = (
    r"(?:(?:security|analytics|research|blockchain) (?:firm|company|group)s?|(?:societe|firme|entreprise"
    r"|start-up) (?:(?:de|d')\s?(?:cyber)?(?:securite|analyse|recherche|conseil)|specialisee)"
    r"|cabinet|creat(?:or|eur)s?|deployers?|promoters?|promoteurs?|moderat(?:or|eur)s?|research\w*"
    r"|cherche(?:ur|use)s?|analyst\w*|traders?|experts?"
    r"|sources?|rumou?rs?|rumeurs?|fans|acheteurs?|buyers|holders|police|mairie|reader)"
)
actor = re.compile(rf"(?P<stranger>\b{STRANGER}\b)|(?P<brand>{BRAND}+)|(?P<official>\b{OFFICIAL}\b)")
hedged = re.compile(
    r"\b(?:rumeurs?|rumou?rs?|pourrai(?:t|ent)|preparerait|serait|might|may (?:soon )?deny|could deny"
    r"|expected to|reportedly"
    r"|no(?:t|n) comment\w*|n'a pas (?:commente|repondu|reagi|souhaite)|declined|did not (?:respond|reply|comment))\b"
)


# By what means a brand spoke: who tells it has read the denial, and does not joke about it in passing.
channel = re.compile(
    r"\b(?:on|via|sur) (?:x|twitter|weibo|wechat|telegram|linkedin|facebook|instagram"
    r"|(?:its|his|her|their|son|sa|leur) (?:own |official )?(?:website|site|account|compte|page|channel|blog))\b"
    r"|\b(?:in|by|dans|par) (?:an? |une? )(?:\w+ )?(?:post|tweet|statement|message|press release|communique|e-?mail"
    r"|billet|publication)\b"
)
quotation = re.compile(r"[“\"]([^“”\"]+)[”\"]|«([^«»]+)»")
negation = re.compile(
    r"\b(?:no|not|never|none|nothing|neither|only|any|fakes?|aucune?|pas|jamais|rien|ni|seul|faux|fausse)\b|n't\b"
)
# Fewer words in quotation marks are a name or a term: « DeepSeek », "official token".
SHORTEST_QUOTATION = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """Where in a sentence a denial stands; ``reason`` is ``says`` (the brand itself) or ``states`` (the article)."""

    start: int
    reason: str


def denial_in(masked: str, text: str) -> Denial | None:
    """The denial of a sentence: ``masked`` is its flat text with brands masked, ``text`` as it was written."""
    if masked.endswith("?") or hedged.search(masked):
        return None
    tokens = token.search(masked) is not None
    denied = denies.search(masked) if tokens else None
    if denied is not None:
        speaker = _speaker(masked, denied)
        named = re.search(r"[A-Z][\w.-]+\s$", text[: denied.start()])
        ours = speaker == "ours" or (named is not None and speaker == "nobody")
        return Denial(start=denied.start(), reason="says") if ours else None
    negated = made_none.search(masked) or one_account.search(masked)
    found = negated or (no_link.search(masked) if tokens else None)
    if found is None:
        return None
    start, end = masked.rfind(";", 0, found.start()) + 1, masked.find(";", found.end())
    clause = masked[start : end if end >= 0 else len(masked)]
    speakers = {_speaker(clause, match) for match in speech.finditer(clause)}
    if "stranger" in speakers or (negated is None and "ours" not in speakers):
        return None
    return Denial(start=found.start(), reason="says" if "ours" in speakers else "states")


def names_channel(sentence: str) -> bool:
    """Whether a sentence says by what means a brand has denied: on X, in a statement, on its site."""
    return channel.search(flat(sentence)) is not None


def is_verbatim(sentence: str) -> bool:
    """Whether a sentence has the denial itself between quotation marks, in the words of who denies."""
    said = (match[1] or match[2] for match in quotation.finditer(sentence))
    return any(len(words.split()) >= SHORTEST_QUOTATION and negation.search(flat(words)) for words in said)


def _speaker(text: str, verb: re.Match[str]) -> str:
    """Who is the nearest to a verb of speech: ``ours`` (the brand or who speaks for it), ``stranger`` or ``nobody``."""
    before = list(actor.finditer(text, max(0, verb.start() - SPEAKER_REACH), verb.start()))
    after = actor.search(text, verb.end(), min(len(text), verb.end() + REACH_AFTER))
    if before and (after is None or verb.start() - before[-1].end() <= after.start() - verb.end() + 3):
        return "stranger" if before[-1]["stranger"] else "ours"
    if after is not None:
        return "stranger" if after["stranger"] else "ours"
    return "nobody"

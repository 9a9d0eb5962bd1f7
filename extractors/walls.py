"""Pages that are no article: consent walls, paywalls, teasers, challenges, error pages.

``extractors.articles`` asks with the text it found. Nothing is bypassed: a wall only decides that the feed's own
summary stands in. Signals after adbar/trafilatura#569, fivefilters/ftr-site-config#1277 and schema.org's
isAccessibleForFree; the phrases are French and English.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from contrecoup.models import Status

FEWEST_WORDS = 40
"""A text with fewer words is no article by itself."""
SHORT_WORDS = 250
"""A text with fewer words is a paywall's foretaste when something on the page says so."""
CUT_WORDS = 120
"""The same when only isAccessibleForFree or a summary that promised more says so."""
_LONGEST_NOTICE = 60
_SHORTEST_SENTENCE = 20
_PROMISED = 0.5

_CONSENT_HOST = re.compile(r"(?:^|\.)(?:consent|guce|privacy-mgmt|cmp|consentmanager|choices)\.|^myprivacy\.")
_CONSENT = re.compile(
    r"continuer sans accepter|accepter (?:et|&) (?:continuer|fermer)"
    r"|tout (?:accepter|refuser)|(?:accepter|refuser) tout(?!\s+\w)"
    r"|g[ée]rer (?:mes|vos|les) (?:choix|cookies|pr[ée]f[ée]rences|options)"
    r"|param[ée]trer (?:mes|les|vos) (?:choix|cookies)"
    r"|(?:nous et|avec) nos (?:\d+ )?partenaires|stocker et/ou acc[ée]der [àa] des informations"
    r"|respect de votre vie priv[ée]e|retirer votre consentement|accepter les cookies|utilisons des cookies"
    r"|continue without (?:accepting|agreeing)|(?:accept|reject|allow) all|manage (?:my |your |our )?(?:choices|cookies"
    r"|preferences|options|consent)|we and our (?:\d+ )?(?:partners|vendors)|store and/or access information"
    r"|we (?:value|care about) your privacy|withdraw your consent|accept (?:and|&) (?:continue|close)|we use cookies"
    r"|before you continue to|cookie (?:settings|preferences)",
    re.IGNORECASE,
)
_CONSENT_WORDS = re.compile(
    r"\b(?:cookies?|consent\w*|partenaires|partners|vendors|traceurs|finalit[ée]s|purposes|privacy"
    r"|vie priv[ée]e|personnalis[ée]e?s|personali[sz]ed|donn[ée]es)\b",
    re.IGNORECASE,
)
_CONSENT_DENSITY = 0.04
_MANY_CONSENTS = 3

# These speak of the article at hand, wherever on the page they stand: that it is closed, or how to go on reading.
_CLOSED = re.compile(
    r"il vous reste .{1,40}[àa] lire|(?:la suite|cet article|ce contenu) (?:de cet article )?est r[ée]serv[ée]e? "
    r"(?:aux|[àa] nos) (?:abonn|membres)|lecture restreinte"
    r"|this (?:article|content|story|post) is (?:only )?(?:for|available to|reserved for|exclusive to) "
    r"(?:our )?(?:paid |paying |premium )?(?:subscribers|members)"
    r"|you(?:'ve|’ve| have) (?:reached|read|used|hit) your .{0,30}(?:limit|free articles?)",
    re.IGNORECASE,
)
_INVITED = re.compile(
    r"(?:abonnez-vous|connectez-vous) pour (?:lire|continuer|poursuivre|d[ée]bloquer|acc[ée]der)"
    r"|pour lire la suite de cet article|d[ée]bloque[zr] cet article"
    r"|subscribe (?:now )?to (?:continue|keep|finish|unlock) (?:reading|this)|subscribe to read"
    r"|(?:log|sign) in to (?:continue|keep) reading"
    r"|(?:unlock|to read) the (?:full|rest of th\w+) (?:article|story)"
    r"|register (?:for free )?to (?:continue|keep) reading",
    re.IGNORECASE,
)
_ALWAYS_CUT = re.compile(r"il vous reste .{1,40}[àa] lire", re.IGNORECASE)
# These stand on free pages too, in headers and beside links to other articles.
_SUBSCRIBE = re.compile(
    r"(?:article|contenu) r[ée]serv[ée] (?:aux|[àa] nos) abonn|d[ée]j[àa] abonn[ée]|se connecter|abonnez-vous"
    r"|lire la suite|profitez de l.offre|already a (?:subscriber|member)|subscribers?[- ]only|subscribe (?:now|today)"
    r"|start your (?:free )?trial|continue reading|read (?:more|the full)|sign up (?:for|to)|(?:our|free|daily|weekly) "
    r"newsletter|inscrivez-vous|newsletter",
    re.IGNORECASE,
)
_DATELINE = re.compile(
    r"^.{0,60}\b(?:publi[ée]e?s?|mis(?:e)? [àa] jour|modifi[ée]e?|published|updated|posted)\b.{0,50}\d{4}.{0,40}$",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|lire la suite|read more|continue reading)\W*$", re.IGNORECASE)
_GONE = re.compile(
    r"^\W*(?:(?:erreur|error) )?(?:404|410)\b|page (?:not found|introuvable|non trouv[ée]e)|^not found\b"
    r"|(?:page|article|contenu) n.(?:existe|est) (?:pas|plus)|no longer (?:available|exists)",
    re.IGNORECASE,
)
_BLOCKED = re.compile(
    r"^(?:just a moment|un instant|attention required|access denied|acc[èe]s refus[ée]|pardon our interruption"
    r"|are you a robot|robot or human|verify(?:ing)? you are human|v[ée]rification de s[ée]curit[ée]|security check"
    r"|checking your browser|ddos.guard|403\b|forbidden|client challenge|too many requests)"
    r"|enable javascript and (?:cookies|disable)|disable any ad blocker|unusual traffic|trafic (?:inhabituel|anormal)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What stands on a page: the text that was extracted, everything visible, and what it says of itself."""

    text: str
    visible: str
    title: str
    url: str
    summary: str
    free: bool | None


def without_notices(text: str) -> str:
    """The text without lines that only date it, and without those that speak of cookies, subscriptions, newsletters."""
    return "\n".join(line for line in text.split("\n") if not _is_notice(line))


def _is_notice(line: str) -> bool:
    if len(line.split()) > _LONGEST_NOTICE:
        return False
    if _CONSENT.search(line) or _CLOSED.search(line) or _INVITED.search(line):
        return True
    if len(line.split()) > _SHORTEST_SENTENCE:
        return False
    return bool(_SUBSCRIBE.match(line.lstrip(" -–—•*>|")) or (_DATELINE.match(line) and line[-1] not in ".!?»”"))


def judge(found: Found) -> Status:
    """Whether the extracted text (already without notices) is the article, and if not, what was met instead."""
    if _CONSENT_HOST.search(urlsplit(found.url).netloc):
        return Status.CONSENT_WALL
    words = len(found.text.split())
    if words < FEWEST_WORDS:
        return _nothing(found)
    if _is_consent(found, words):
        return Status.CONSENT_WALL
    if words < CUT_WORDS and _GONE.search(found.title):
        return Status.GONE
    if _is_closed(found, words):
        return Status.PAYWALL
    return Status.TEASER if _is_teaser(found, words) else Status.FULL


def _nothing(found: Found) -> Status:
    """Why there is no text to speak of."""
    heard = f"{found.title}\n{found.visible[:5000]}"
    if _GONE.search(found.title):
        return Status.GONE
    if _BLOCKED.search(found.title) or (len(heard.split()) < SHORT_WORDS and _BLOCKED.search(found.visible)):
        return Status.BLOCKED
    if len(_distinct(_CONSENT, heard)) > 1:
        return Status.CONSENT_WALL
    if found.free is False or _CLOSED.search(found.visible) or _INVITED.search(found.visible):
        return Status.PAYWALL
    return Status.TEASER if found.text and _is_teaser(found, len(found.text.split())) else Status.EMPTY


def _distinct(pattern: re.Pattern[str], text: str) -> set[str]:
    return {phrase.lower() for phrase in pattern.findall(text)}


def _is_consent(found: Found, words: int) -> bool:
    """A notice that names its buttons and speaks of little else. A short text may have lost them as notices."""
    dense = len(_CONSENT_WORDS.findall(found.text)) >= _CONSENT_DENSITY * words
    if words < CUT_WORDS:
        return dense and len(_distinct(_CONSENT, found.visible)) > 1
    return dense and len(_distinct(_CONSENT, found.text)) >= _MANY_CONSENTS


def _is_closed(found: Found, words: int) -> bool:
    if _ALWAYS_CUT.search(found.visible):
        return True
    if words < SHORT_WORDS and _CLOSED.search(found.visible):
        return True
    return found.free is False and (words < CUT_WORDS or (words < SHORT_WORDS and bool(_INVITED.search(found.visible))))


def _is_teaser(found: Found, words: int) -> bool:
    """Much shorter than the feed's summary promised, short and broken off, or short and inviting to read on."""
    if words < _PROMISED * len(found.summary.split()):
        return True
    if words < SHORT_WORDS and _INVITED.search(found.visible):
        return True
    return words < CUT_WORDS and _UNFINISHED.search(found.text) is not None

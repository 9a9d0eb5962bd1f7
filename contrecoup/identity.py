"""What makes two things the same thing: canonical addresses, and the ids of entries and articles.

Pure and stable: an id computed today equals the one computed next year, or rows would double.
"""

from hashlib import blake2b

import tldextract
from yarl import URL

from contrecoup.errors import ParseError

DIGEST_BYTES = 16

# Parameters that name the road a reader took and not the page (the lists of ClearURLs and Miniflux, and ``xtor`` and
# ``at_*`` of the French AT Internet / Piano tags).
_TRACKING_TABLE = (
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid twclid ttclid yclid igshid igsh mc_cid mc_eid _hsenc _hsmi "
    "mkt_tok oly_anon_id oly_enc_id vero_id wickedid s_cid xtor xtcr xtref cmpid cmp cid_source ocid ncid sref smid "
    "taid guccounter guce_referrer guce_referrer_sig feedref ref_src ref_url rss_id spm scid _ga _gl amp"
)
_TRACKING = frozenset(_TRACKING_TABLE.split())
_TRACKING_PREFIXES = ("utm_", "at_", "pk_", "mtm_", "matomo_", "hsa_", "ns_", "trk_")
_PORTS = {"http": 80, "https": 443}

# Only the snapshot of the Public Suffix List inside the package: no download, no cache on disk.
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def canonical_url(url: str, base: str = "") -> str:
    """Address without its fragment, default port and tracking parameters, its host in lower-case ASCII.

    A relative ``url`` is joined to ``base``. The order of the other parameters is kept, because this is also
    the address that is fetched.

    Raises
    ------
    ParseError
        of kind ``bad_url``, when there is no http(s) address, or one that carries a user name (RFC 3986 §7.5).

    """
    try:
        address = URL(url.strip())
        if base and not address.absolute:
            address = URL(base.strip()).join(address)
        port = _PORTS.get(address.scheme)
        if port and address.host and not (address.raw_user or address.raw_password):
            return _tidy(address, port)
        cause = None
    except (ValueError, TypeError) as error:
        cause = error
    raise ParseError(
        f"{url[:200]!r} is not a web address.",
        kind="bad_url",
        weight=0.25,
        advice="Nothing to do, unless every item of the feed is concerned.",
    ) from cause


def _tidy(address: URL, default_port: int) -> str:
    if address.port == default_port:
        address = address.with_port(None)
    if dropped := {name for name in address.query if _tracks(name)}:
        address = address.without_query_params(*dropped)
    host = (address.raw_host or "").rstrip(".")
    return str((address if host == address.raw_host else address.with_host(host)).with_fragment(None))


def _tracks(name: str) -> bool:
    name = name.lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def digest_of(*parts: str) -> str:
    """BLAKE2b of the parts in hexadecimal, 16 bytes; ("ab", "c") and ("a", "bc") differ."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()


def entry_id(feed_url: str, guid: str | None, url: str, title: str) -> str:
    """Identity of an item in a feed: its guid, else its address, else its title."""
    return digest_of(_key(feed_url), _key(guid or "") or _key(url) or title)


def article_id(url: str) -> str:
    """Identity of an article: its address, whether by http or https, with or without ``www.`` and a last slash."""
    return digest_of(_key(url))


def _key(text: str) -> str:
    """The same key for addresses that differ in what changes over the years; anything else as it is."""
    try:
        url = canonical_url(text)
    except ParseError:
        return text.strip()
    return url.partition("://")[2].removeprefix("www.").rstrip("/")


def publisher_of(url: str) -> str:
    """Registrable domain of an address (Public Suffix List, private part included), or its host when it has none.

    >>> publisher_of("https://www.lesechos.fr/tech/1"), publisher_of("https://blog.example.co.uk/")
    ('lesechos.fr', 'example.co.uk')
    """
    host = URL(url).host or ""
    return _suffixes.extract_str(host).top_domain_under_public_suffix or host

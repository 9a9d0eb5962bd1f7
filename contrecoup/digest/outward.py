"""What may leave the house: which address may be linked, and how a text of the press is shown. Read by build.

Feeds are written by strangers. An article's own address is linked when it leads to the publisher that we know for it;
no address inside a text is ever linked, and none is left in a form that a mail program would link by itself. A page
that sells, lists or tracks a token is linked for nobody, not even for a publisher who owns the place.
"""

import re

from yarl import URL

from contrecoup.identity import publisher_of
from contrecoup.scrub import scrub

LONGEST_TEXT = 200
LONGEST_HREF = 300

_SCHEME = re.compile(r"(?i)\b(https?|ftp|mailto|tg|javascript|data):(?=\S)")
_DOMAIN_DOT = re.compile(r"(?<=[\w-])\.(?=[^\W\d_]{2,}(?:[/:?#]|\b))")
_BREAKABLE = re.compile(r"(?<=«) | (?=[»:;?!%])")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\"'<>`{}|^\u2028\u2029]")

# Exchanges, launchpads, trackers of tokens, explorers of chains, wallets, and the messengers where tokens are sold.
_VENUES_TABLE = (
    "1inch.io arbiscan.io axiom.trade basescan.org believe.app bingx.com binance.com binance.us birdeye.so bitbank.cc "
    "bitfinex.com bitflyer.com bitget.com bithumb.com bitmart.com bitpanda.com bitstamp.net blockchain.com "
    "blockchair.com blockscout.com bscscan.com bullx.io bybit.com camelot.exchange coinbase.com coincodex.com "
    "coingecko.com coinmarketcap.com coinone.co.kr coinpaprika.com crypto.com cryptorank.io curve.fi deepcoin.com "
    "defined.fi dexscreener.com dextools.io discord.com discord.gg dydx.exchange dydx.trade etherscan.io four.meme "
    "gate.com gate.io geckoterminal.com gemini.com gmgn.ai htx.com huobi.com hyperliquid.xyz jup.ag kraken.com "
    "kucoin.com lbank.com letsbonk.fun livecoinwatch.com magiceden.io mempool.space metamask.io meteora.ag mexc.com "
    "moonshot.money okx.com opensea.io orca.so pancakeswap.finance phantom.app phantom.com phemex.com pinksale.finance "
    "poloniex.com polygonscan.com pump.fun raydium.io rugcheck.xyz snowtrace.io solana.com solana.fm solscan.io "
    "sunpump.meme sushi.com swissborg.com t.me telegram.me telegram.org tokensniffer.com tonscan.org tonviewer.com "
    "tronscan.org uniswap.org upbit.com whitebit.com xeggex.com xt.com"
)
_VENUES = frozenset(_VENUES_TABLE.split())
# Contract addresses: Ethereum and its like, Solana, Bitcoin and Tron (base 58), TON; also shortened in the middle.
_BASE58 = "1-9A-HJ-NP-Za-km-z"
_CONTRACT = (
    r"\b0x[0-9a-fA-F]{4,}(?:(?:\.{2,3}|…)[0-9a-fA-F]{2,})?"
    rf"|\b(?=[A-Za-z]*\d)(?=[\dA-Za-z]*[A-Z])(?=[\dA-Z]*[a-z])[{_BASE58}]{{25,50}}\b"
    rf"|\b(?=[{_BASE58}…]*\d)(?=[{_BASE58}…]*[A-Z])[{_BASE58}]{{3,8}}(?:\.{{3}}|…)[{_BASE58}]{{3,8}}\b"
    r"|\b[EU]Q[\w-]{46}\b"
)
# The last parts of an address that shows one token: /price/bitcoin, /currencies/deepseek, /token/…; not a headline.
_TOKEN_PAGE = re.compile(
    r"(?:^|/)(?:prices?|cours|tokens?|coins?|currenc(?:y|ies)|trade|swap|buy|acheter|pairs?|pools?|contract)"
    rf"/[^/-]*(?:-[^/-]*){{0,2}}/?$|{_CONTRACT}"
)
_SCALE = r"(?:\s?(?:millions?|milliards?|billions?|thousands?|milliers?|mille|bn|Md|[kKmM])\b)?"
_MONEY = r"\s?(?:de\s|d['’])?(?:dollars?|euros?|USD[CT]?|EUR|SOL|ETH|BTC|BNB|cents?|\$|€|£)(?!\w)"
_AMOUNT = r"\d(?:[\d.,\s]*\d)?"
_OFFER = re.compile(
    rf"{_CONTRACT}|\$[A-Za-z]\w{{1,14}}\b|(?:[$€£]|\b(?:US|USD|EUR)\s?[$€]?)\s?{_AMOUNT}{_SCALE}"
    rf"|{_AMOUNT}{_SCALE}{_MONEY}|\b[\w-]+\s(?:millions?|milliards?|billions?){_MONEY}"
    rf"|[+−-]?{_AMOUNT}\s?%|\b\d+x\b|(?<!\w)[x×]\s?\d+\b|\([A-Z]{{3,10}}\)"
    r"|(?<=\b(?:ticker|symbol) )[A-Z]{2,10}\b|(?<=\bsigle )[A-Z]{2,10}\b"
)
WITHHELD = "[…]"


def shown(text: str, longest: int = LONGEST_TEXT) -> str:
    """A text of the press, on one line, clipped at a word, its addresses made unclickable (``site[.]example``).

    ``scrub`` has folded its no-break spaces; those beside French punctuation are put back.
    """
    line = _DOMAIN_DOT.sub("[.]", _SCHEME.sub(r"\1[:]", _BREAKABLE.sub("\N{NO-BREAK SPACE}", scrub(text))))
    if len(line) <= longest:
        return line
    return line[: longest - 1].rsplit(" ", 1)[0].rstrip(" \N{NO-BREAK SPACE},;:") + "…"


def without_offers(text: str) -> str:
    """A text of the watch on tokens without what one would need to buy one: ``[…]`` stands in its place.

    Left out are cashtags and tickers in parentheses, contract addresses, amounts of money, percentages and multiples.
    The borrowed name stays, in whatever capitals: it is what the watch warns of.
    """
    return _OFFER.sub(WITHHELD, text)


def imprint(publisher: str) -> str:
    """A publisher's domain as readers know it, without ``www.``."""
    return publisher.removeprefix("www.")


def safe_href(address: str, publisher: str) -> str | None:
    """The address if it may be linked, else None.

    It may when it is plain http(s) on the usual port, without user information, in ASCII, of at most 300
    characters, its registrable domain is the publisher's, and it is no venue or page of a token.
    """
    if len(address) > LONGEST_HREF or not address.isascii() or _FORBIDDEN.search(address):
        return None
    try:
        url = URL(address, encoded=True)
        usual = url.scheme in {"http", "https"} and url.is_default_port()
        named = url.user is None and url.password is None and url.host is not None
    except ValueError:
        return None
    if not (usual and named) or "@" in address.split("/")[2]:
        return None
    offers = publisher in _VENUES or _TOKEN_PAGE.search(url.path)
    return address if publisher_of(address) == publisher and not offers else None

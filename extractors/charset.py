"""Bytes become text: one rule for feeds and pages, the same on every machine.

Byte order mark, HTTP header, declaration in the document, strict UTF-8, then windows-1252. Statistical guessing
reads French windows-1252 as cp1250 ("à" becomes "ŕ"), so nothing is guessed.
"""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A declaration that is itself in UTF-16 shows it (XML 1.0, appendix F).
_WIDE_STARTS = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
_WHERE_DECLARED = 4096
_XML_DECLARATION = re.compile(rb"""^\s*<\?xml\b[^<>]{0,200}?\bencoding\s*=\s*["']\s*([\w.:-]{1,40})""")
_META = re.compile(rb"""<meta\b[^<>]{0,500}?\bcharset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
# What a label means is the WHATWG Encoding Standard's affair: Latin-1 and ASCII are windows-1252 in practice.
_MEANING = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
            "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874", "euc_kr": "cp949"}  # fmt: skip
# The rest of Python's codecs (rot13, zip, utf-7, unicode_escape …) are no character sets of the Web.
_KNOWN = re.compile(r"utf-(8|16)(-[lb]e)?|cp125\d|cp8(66|74)|cp9(32|49)|iso8859-\d+|koi8-[ru]|mac-(roman|cyrillic)|"
                    r"gb18030|big5|big5hkscs|euc_jp|iso2022_jp")  # fmt: skip


def decode(body: bytes, http_charset: str | None = None) -> str:
    """Text of a feed or page, without its byte order mark; bytes that do not fit become U+FFFD."""
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    for start, codec in _WIDE_STARTS:
        if body.startswith(start):
            return body.decode(codec, "replace")
    if declared := _usable(http_charset, body) or _usable(_declared(body), body):
        return body.decode(declared, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _declared(body: bytes) -> str | None:
    head = body[:_WHERE_DECLARED]
    match = _XML_DECLARATION.search(head) or _META.search(head)
    return match.group(1).decode("ascii", "ignore") if match else None


def _usable(label: str | None, body: bytes) -> str | None:
    """Codec that a label stands for; None when it is unknown or cannot be true of these bytes."""
    try:
        codec = codecs.lookup((label or "").strip(" \"'").lower()).name
    except (LookupError, ValueError):
        return None
    codec = _MEANING.get(codec, codec)
    if codec.startswith("utf-16") and b"\x00" not in body[:_WHERE_DECLARED]:
        return None
    return codec if _KNOWN.fullmatch(codec) else None

"""Makes contrecoup/assets/confusables.tsv: the letters of other alphabets that look like one of ours.

    python training/confusables.py confusables.json

``confusables.json`` comes with the package confusable_homoglyphs (MIT), which makes it from Unicode's confusables.txt
(Unicode Technical Standard 39, Unicode License). Kept are single letters and figures that look like one ASCII letter
or figure and that compatibility normalisation (NFKC) does not already turn into it.
"""

import json
import string
import sys
import unicodedata
from pathlib import Path

ASSET = Path(__file__).parents[1] / "contrecoup" / "assets" / "confusables.tsv"
HEAD = (
    "# Letters that look like an ASCII letter or figure, from Unicode's confusables.txt (Unicode License v3, "
    "https://www.unicode.org/license.txt).\n# Made by training/confusables.py; not edited by hand.\n"
)


def look_alikes(table: dict[str, list[dict[str, str]]], letter: str) -> str:
    """Characters that look like an ASCII character, in the order of their code points."""
    return "".join(
        sorted(
            other["c"]
            for other in table.get(letter, [])
            if len(other["c"]) == 1
            and not other["c"].isascii()
            and other["c"].isalnum()
            and not unicodedata.normalize("NFKC", other["c"]).isascii()
        )
    )


def main() -> None:
    """Write the table: one line an ASCII character, itself and its look-alikes."""
    table = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    lines = [f"{c}\t{found}\n" for c in string.ascii_letters + string.digits if (found := look_alikes(table, c))]
    ASSET.write_text(HEAD + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

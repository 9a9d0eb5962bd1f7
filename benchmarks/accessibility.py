"""The pages of an archive under axe-core, in a headless Chromium: light and dark, on a desk and on a phone.

    npm install --prefix FOLDER axe-core
    contrecoup site --out SITE
    python benchmarks/accessibility.py SITE --axe FOLDER/node_modules/axe-core/axe.min.js [--all]

A copy of each page loads axe (the policy of the pages, which allows no foreign script, is left out of the copy), opens
every ``<details>`` and runs all rules. Without ``--all``: the door, and in each language the index, the three heaviest
editions and the three heaviest stories. Ends with 1 when a finding is serious or critical.
"""

import argparse
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

SCHEMES = {"dark": 0, "light": 1}  # blink::mojom::PreferredColorScheme
WIDTHS = (390, 1200)
GRAVE = frozenset({"serious", "critical"})
HEAVIEST = 3
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
ANSWER = re.compile(r'<pre id="axe-answer">(.*?)</pre>', re.DOTALL)
RUN = """
window.addEventListener("load", () => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  const frame = document.createElement("pre");
  frame.id = "axe-answer";
  axe.run(document, { resultTypes: ["violations"] }).then((found) => {
    frame.textContent = JSON.stringify({
      width: window.innerWidth,
      dark: matchMedia("(prefers-color-scheme: dark)").matches,
      overflow: document.documentElement.scrollWidth - window.innerWidth,
      violations: found.violations.map((one) => [one.impact, one.id, one.nodes.length, one.nodes[0].html]),
    });
    (window.parent === window ? document.body.append(frame) : window.parent.postMessage(frame.textContent, "*"));
  });
});
"""


# Chromium opens no window under 500 pixels: a phone is a frame in it.
PHONE = """<!DOCTYPE html><meta name="color-scheme" content="light dark"><title>phone</title>
<script>window.addEventListener("message", (event) => {
  const frame = document.createElement("pre");
  frame.id = "axe-answer";
  frame.textContent = event.data;
  document.body.append(frame);
});</script>
<body><iframe title="page" width="WIDTH" height="900" style="border: 0" src="PAGE"></iframe>"""
NARROWEST = 500


def pages_of(site: Path, *, everything: bool) -> Iterator[str]:
    """The pages to look at, relative to the site."""
    pages = sorted(site.rglob("*.html"))
    if everything:
        yield from (str(page.relative_to(site)) for page in pages)
        return
    kinds: dict[Path, list[Path]] = {}
    for page in pages:
        kinds.setdefault(page.parent.relative_to(site), []).append(page)
    for _, found in sorted(kinds.items()):
        heaviest = sorted(found, key=lambda page: -page.stat().st_size)[:HEAVIEST]
        yield from (str(page.relative_to(site)) for page in heaviest)


def prepare(site: Path, copy: Path, axe: Path) -> None:
    """Copy the site, with axe and the call of it in every page."""
    shutil.copytree(site, copy)
    shutil.copyfile(axe, copy / "axe.js")
    (copy / "run-axe.js").write_text(RUN, "utf-8")
    for page in copy.rglob("*.html"):
        root = "../" * len(page.relative_to(copy).parent.parts)
        scripts = f'<script src="{root}axe.js"></script><script src="{root}run-axe.js"></script></head>'
        page.write_text(POLICY.sub("", page.read_text("utf-8")).replace("</head>", scripts, 1), "utf-8")


def look_at(chromium: str, page: Path, scheme: str, width: int) -> Mapping[str, object]:
    """What axe finds on a page, in a window or a frame of that width."""
    address = page.resolve().as_uri()
    if width < NARROWEST:
        phone = page.with_name(f"phone-{page.name}")
        phone.write_text(PHONE.replace("WIDTH", str(width)).replace("PAGE", page.name), "utf-8")
        address = phone.resolve().as_uri()
    with tempfile.TemporaryDirectory() as profile:
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"]
        command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        command += [f"--user-data-dir={profile}", f"--window-size={width},900"]
        command += [f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}"]
        command += ["--virtual-time-budget=20000", "--dump-dom", address]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)  # noqa: S603
    answer = ANSWER.search(done.stdout)
    if answer is None:
        sys.exit(f"{page}: axe gave no answer.")
    found: Mapping[str, object] = json.loads(html.unescape(answer[1]))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a page, then the sum; 1 when something is serious or critical."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--axe", type=Path, required=True, help="axe.min.js of the npm package axe-core")
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--all", action="store_true", help="every page, not the heaviest of each kind")
    options = parser.parse_args(arguments)
    impacts: Counter[str] = Counter()
    windows: set[object] = set()
    looks = wide = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "site"
        prepare(options.site, copy, options.axe)
        for page in pages_of(options.site, everything=options.all):
            for scheme in sorted(SCHEMES):
                for width in WIDTHS:
                    found = look_at(options.chromium, copy / page, scheme, width)
                    looks += 1
                    windows.add(found["width"])
                    wide += int(str(found["overflow"])) > 0
                    if found["dark"] != (scheme == "dark"):
                        sys.exit(f"This Chromium did not take the {scheme} scheme.")
                    for impact, rule, number, first in found["violations"]:  # type: ignore[attr-defined]
                        impacts[impact] += 1
                        print(f"{page} {scheme} {found['width']} px: {impact} {rule} ×{number}: {first[:120]}")
    grave = sum(impacts[impact] for impact in GRAVE)
    print(f"{looks} looks at {' and '.join(map(str, sorted(windows)))} px; findings: {dict(impacts) or 'none'}")
    print(f"serious or critical: {grave}; wider than the window: {wide}")
    return 1 if grave else 0


if __name__ == "__main__":
    sys.exit(main())

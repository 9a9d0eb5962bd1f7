"""One stage on a person's own input, by the code that the flows run. docs/pipeline.md lists the fields.

A line of output is one JSON object for one document, in the order of the input.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from contrecoup.claims import find_claims
from contrecoup.engines.glossary import GlossaryTranslator
from contrecoup.engines.keywords import KeywordClassifier
from contrecoup.entities import AliasTable, find_mentions
from contrecoup.errors import ParseError, SettingsError
from contrecoup.language import detect_language
from contrecoup.models import Document, Status
from contrecoup.topics import classify
from contrecoup.translate import translate_documents

"""When a mail that has not left is tried again: five tries by itself, then it waits for a person (RELIABILITY F5).

A try counts when it ends, and from the moment its run began: one that died with its process is not counted.
"""

from datetime import datetime, timedelta

from contrecoup.editions import leaves_at
from contrecoup.models import Delivery
from contrecoup.settings import Recipient, Settings

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""After the first try, the second and so on; RFC 5321 §4.5.4.1 asks for longer ones, but a digest is read at once."""
MOST_TRIES = len(WAITS) + 1


def next_try(row: Delivery, reader: Recipient, settings: Settings) -> datetime | None:
    """When a mail that has not left may be tried next; None when it has had its last try.

    ``row.attempts`` says how often it was tried, ``row.at`` when it last was. Its day ends when the reader's next
    edition is due: what cannot be tried before then is not tried again.
    """
    hour = leaves_at(row.edition_on, reader, settings)
    if row.attempts == 0:
        return hour
    if row.attempts >= MOST_TRIES:
        return None
    due = max(hour, row.at + WAITS[row.attempts - 1])
    return due if due < leaves_at(row.edition_on + timedelta(days=1), reader, settings) else None

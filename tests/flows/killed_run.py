"""A replay that is killed as it keeps rows of a model: ``FOLDER FIRST LAST MODEL before|after [STATE]``.

``before`` is at the end of the transaction, before its commit; ``after`` is right after the commit. With a STATE, only
a row in that state counts.
"""

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from unittest.mock import patch

from flows.run import replay_days
from storage import store

folder, first, last, model, when, *state = sys.argv[1:]


def _meant(batches: Sequence[Sequence[object]]) -> bool:
    rows = [row for batch in batches for row in batch if type(row).__name__ == model]
    return any(not state or getattr(row, "state", None) == state[0] for row in rows)


class Killed(store.Store):
    """Dies where it is told to."""

    def save(self, *batches: Sequence[object], replacing: Sequence[store.Slice] = ()) -> None:
        """See ``Store``; a death before the commit leaves a transaction in which everything has been written."""
        if _meant(batches) and when == "before":
            self._connection.execute("begin")
            with patch.object(store, "transaction", lambda _connection: nullcontext()):
                super().save(*batches, replacing=replacing)
            os.kill(os.getpid(), signal.SIGKILL)
        super().save(*batches, replacing=replacing)
        if _meant(batches):
            os.kill(os.getpid(), signal.SIGKILL)


store.Store = Killed  # type: ignore[misc]
replay_days(Path(folder), date.fromisoformat(first), date.fromisoformat(last))

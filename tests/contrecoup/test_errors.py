"""Errors cross process borders."""

import pickle

from contrecoup.errors import FetchError, ParseError, SettingsError


def test_an_item_error_survives_pickling() -> None:
    """Workers raise it in one process and the flow reads it in another."""
    error = ParseError("Rien à lire.", kind="empty", weight=0.5, advice="Ouvrez la page.")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(copy), str(copy)) == (ParseError, "Rien à lire. Ouvrez la page.")
    assert (copy.message, copy.kind, copy.weight, copy.advice) == ("Rien à lire.", "empty", 0.5, "Ouvrez la page.")


def test_each_error_says_what_to_do() -> None:
    """The message and the advice make one sentence each."""
    assert str(SettingsError("No file.", advice="Make one.")) == "No file. Make one."
    assert FetchError("No answer.", kind="timeout").weight == 1.0

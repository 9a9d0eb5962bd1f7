"""In which unit the lag between a story and a close is told: what wording says, and what move_facts asks for."""

MINUTES, HOURS, DAYS, MOMENT = "minutes", "hours", "days", "moment"
UNITS = ((2.0, MINUTES), (12.0, HOURS), (144.0, MOMENT))
"""Units and up to how many hours each holds: "32 hours before" is less to a reader than "Mon 09:20"; six days on, the
weekday would come round again."""
_IN_AN_HOUR = {MINUTES: 60, HOURS: 1, DAYS: 1 / 24}


def lag_of(hours: float) -> tuple[str, int]:
    """The unit in which a lag is told, and its number in it.

    ``MOMENT`` has no number, for the moment itself is told; without a lag there is neither unit nor number.
    """
    unit = next((unit for until, unit in UNITS if abs(hours) < until), DAYS if hours > 0 else MOMENT)
    if unit == MOMENT:
        return unit, 0
    number = round(abs(hours) * _IN_AN_HOUR[unit])
    return (unit, number) if number else ("", 0)

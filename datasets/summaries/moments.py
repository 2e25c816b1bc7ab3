"""Which day, which instant, how long a unit?  What a caller may write for a time, and what it means."""

from __future__ import annotations

import datetime as dt

import pandas as pd

DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
MICROSECONDS_A_DAY = 86_400_000_000

Moment = str | dt.date | dt.datetime


def days_in(unit: str) -> float:
    """Days in a unit. Raises ValueError for an unknown one."""
    if unit not in DAYS:
        raise ValueError(f"unit is {unit!r}; use one of {', '.join(DAYS)}")
    return DAYS[unit]


def is_date(moment: Moment) -> bool:
    """Whether a day is meant rather than an instant."""
    if isinstance(moment, str):
        return len(moment.strip()) <= len("1997-09-30")
    return not isinstance(moment, dt.datetime)


def instant(moment: Moment) -> dt.datetime:
    """A naive UTC datetime; raises ValueError with a plain sentence."""
    if isinstance(moment, str):
        try:
            moment = dt.datetime.fromisoformat(moment.strip())
        except ValueError:
            raise ValueError(f"{moment!r} is no date; write it as 1997-09-30") from None
    if not isinstance(moment, dt.datetime):
        return dt.datetime(moment.year, moment.month, moment.day)
    if isinstance(moment, pd.Timestamp):
        moment = moment.to_pydatetime(warn=False)
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment


def date(moment: Moment) -> dt.date:
    """The day of a moment, in UTC."""
    return instant(moment).date()


def end(moment: Moment) -> dt.datetime:
    """The instant at which ``moment`` is over: for a plain date the following midnight."""
    return instant(moment) + dt.timedelta(days=1) if is_date(moment) else instant(moment)


def whole(value: int, name: str, *, least: int = 1) -> int:
    """``value`` where it is a whole number of at least ``least``; else ValueError."""
    if isinstance(value, bool) or value != int(value) or value < least:
        raise ValueError(f"{name} is {value!r}; it must be a whole number, {least} or more")
    return int(value)

"""When something was handed in: reads ``timestamp.txt`` exactly, or refuses it.

nbgrader's own parser guesses: it takes a zone that it does not know for UTC, ``-0800`` for 800
seconds, and ``12:00`` for noon of today.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from dateutil.tz import gettz
from nbgrader.exchange.abc import Exchange
from traitlets import TraitError
from traitlets.config import Config

from ..errors import UnreadableTimestamp
from .handed_in import check_timestamp

_DATE_TIME_ZONE = re.compile(
    r"""(?P<date> \w [\w./,\ -]+? ) (?: T | ,?\ + )
        (?P<hour> \d\d?)
        (?P<rest> : \d\d (: \d\d ([.,]\d+)?)? | (?<=T\d\d) \d\d (\d\d ([.,]\d+)?)? )
        \ * (?P<zone> .*)""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_DATES = (
    "%Y %m %d",
    *("%d %m %Y", "%m %d %Y"),
    *("%d %b %Y", "%b %d %Y", "%d %B %Y", "%B %d %Y"),
    *("%a %d %b %Y", "%a %b %d %Y"),
)
_OFFSET = re.compile(r"[+-]([01]\d|2[0-3]):?[0-5]\d", re.ASCII)
_MOST_SHOWN = 60  # characters of what somebody wrote


class Timestamps:
    """Reads the times of a course's submissions; ``timezone`` is its ``c.Exchange.timezone``.

    Raises TraitError if that is no time zone.
    """

    def __init__(self, config: Config) -> None:
        self.timezone: str = Exchange(config=config).timezone
        self._zone = gettz(self.timezone)  # as nbgrader's exchange, which writes in it
        if self._zone is None:
            raise TraitError(
                f"c.Exchange.timezone is {self.timezone!r}, which is no time zone. "
                "Set one such as 'Europe/Berlin', or 'UTC'."
            )

    def of(self, folder: Path) -> datetime | None:
        """Return when a folder was handed in, if it says: UTC without a zone, as in the gradebook.

        Raises UnreadableTimestamp.
        """
        check_timestamp(folder)
        path = folder / "timestamp.txt"
        try:
            text = path.read_text(encoding="utf-8-sig").strip()
            return self.read(text) if text else None
        except FileNotFoundError:
            return None
        except (OSError, OverflowError, ValueError) as error:
            raise UnreadableTimestamp(str(path), str(error)) from error

    def read(self, text: str) -> datetime:
        """Return a full date and time in UTC. Raises ValueError and OverflowError, with reasons."""
        parts = _DATE_TIME_ZONE.fullmatch(text)
        if parts is None:
            raise ValueError(f"{text[:_MOST_SHOWN]!r} is not a full date and time")
        local = f"{_date(parts['date'])}T{parts['hour']:0>2}{parts['rest']}"
        zone = parts["zone"]
        if zone.upper() in ("", "Z", "UTC"):
            return datetime.fromisoformat(local)
        if _OFFSET.fullmatch(zone):
            return _in_utc(datetime.fromisoformat(local + zone))
        return self._of_own_zone(datetime.fromisoformat(local), zone)

    def _of_own_zone(self, local: datetime, name: str) -> datetime:
        """Read a time beside the name that the course's zone has then, in summer or winter."""
        for fold in (0, 1):  # a clock that is put back shows an hour twice, by two names
            utc = local.replace(tzinfo=self._zone, fold=fold).astimezone(UTC)
            shown = utc.astimezone(self._zone)  # another one where the clock left an hour out
            if shown.tzname() == name and shown.replace(tzinfo=None) == local:
                return _in_utc(utc)
        raise ValueError(
            f"{name[:_MOST_SHOWN]!r} is not a zone of this course at that time; "
            f"its c.Exchange.timezone is {self.timezone!r}"
        )


def _in_utc(time: datetime) -> datetime:
    return time.astimezone(UTC).replace(tzinfo=None)


def _date(text: str) -> date:
    """Read a date that cannot be two. Raises ValueError."""
    spaced = re.sub("[./,-]", " ", _COMPACT_DATE.sub(r"\1 \2 \3", text))
    readings = set()
    for form in _DATES:
        with suppress(ValueError):
            readings.add(datetime.strptime(spaced, form).date())
    if len(readings) > 1:
        raise ValueError(f"the day and the month of {text!r} cannot be told apart")
    if not readings:
        raise ValueError(f"{text[:_MOST_SHOWN]!r} is not a full date")
    return readings.pop()

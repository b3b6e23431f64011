"""When a scheduled output is made but not sent: days off, out of office, quiet hours. All as the owner set them.

- a day without working hours, where the profile gives working hours;
- a day whose working hours a hard constraint takes whole ("Out of office", 2026-04-02..2026-04-10);
- quiet hours: an active preference of scope `brief` and strength `never` whose rule is a schedule
  ("DAILY 20:00-06:30").

What is asked for by hand is always given.
"""

from datetime import datetime

from context.profile import Profile
from context.windows import Windows, free, parse
from flows.facts import Moment


def reason(profile: Profile, moment: Moment, now: datetime) -> str | None:
    """Return why nothing is sent at `now` about the moment's day; None where nothing stands against it."""
    hours = profile.hours
    if hours is not None:
        if not hours.on(moment.day, moment.zone):
            return "a day off"
        taken = [
            window for limit in profile.limits() if limit.when for window in limit.when.on(moment.day, moment.zone)
        ]
        if not free(moment.day, moment.zone, hours, taken):
            return "out of office"
    today = now.astimezone(moment.zone).date()
    for window in quiet(profile):
        if any(begins <= now < ends for begins, ends in window.on(today, moment.zone)):
            return f"quiet hours ({window.text})"
    return None


def quiet(profile: Profile) -> list[Windows]:
    """Return the owner's quiet hours."""
    found = []
    for item in profile.preferences:
        if item.status == "active" and item.strength == "never" and item.scope.kind == "brief":
            try:
                found.append(parse(item.rule))
            except ValueError:  # a rule in words, which the narration is told
                continue
    return found

"""The settings of backups."""

from novacast.records import dataclass
from novacast.settings.declaring import setting


@dataclass(frozen=True, slots=True)
class Backups:
    """Encrypted copies of the whole venue. `novacast backup init` sets them up."""

    folder: str = setting("", "Folder where they go to, best on another disk or machine; empty: none are made.")
    every: str = setting(
        "daily",
        "How often `novacast backup create --due` makes one, as the timer calls it every quarter of an hour.",
        choices=("never", "hourly", "daily", "weekly"),
    )
    keep_last: int = setting(3, "Newest ones that are kept, whatever their age.", low=1, high=1000)
    keep_daily: int = setting(7, "Days of which the newest one is kept.", low=0, high=1000)
    keep_weekly: int = setting(5, "Weeks of which the newest one is kept.", low=0, high=1000)
    keep_monthly: int = setting(12, "Months of which the newest one is kept.", low=0, high=1000)

"""The settings of how long things are kept."""

from novacast.records import dataclass
from novacast.settings.declaring import setting


@dataclass(frozen=True, slots=True)
class Retention:
    """Days for which things are kept that nobody needs for ever; 0: for ever. `novacast storage retention` tells what
    is due. Whatever was sold, paid or invoiced stays, and so does the book of what operators did."""

    sessions_days: int = setting(
        30, "Sessions that ended, with the device and network address last seen.", low=0, high=36_500
    )
    account_days: int = setting(
        400, "What happened to an account, for its owner to read: passkeys added and used.", low=0, high=36_500
    )
    live_days: int = setting(
        400,
        "Who did what with channels and stream keys, and addresses that encoders came from.",
        low=0,
        high=36_500,
    )
    unpaid_days: int = setting(
        90, "Names and addresses in orders that were never paid, and that ended.", low=0, high=36_500
    )
    waiting_days: int = setting(
        90, "Addresses on waiting lists of performances, after they were left or it is over.", low=0, high=36_500
    )
    notices_days: int = setting(90, "Notices: what people were told of, read or not.", low=0, high=36_500)
    imports_days: int = setting(
        90,
        "Imports that are over: names of their files, and what was left out. What came over stays, and is still known.",
        low=0,
        high=36_500,
    )
    chat_days: int = setting(
        0,
        "Rooms, after their last message: all of it goes, with the replay beside a recording.",
        low=0,
        high=36_500,
    )

"""What is told of channels, programmes and what feeds them, and to whom."""

from collections.abc import Mapping, Sequence

from novacast.identity import Action
from novacast.live.models import FeedRole, ProgrammeState, Wanted
from novacast.live.targets.models import TargetState
from novacast.topics import Schema, Topic, integer, one_of, string, strings

_CHANNEL = string("Id of its channel.")
_PROGRAMME: Mapping[str, Schema] = {
    "channel": _CHANNEL,
    "state": one_of("As it is now.", *(state.value for state in ProgrammeState)),
}
_FEED: Mapping[str, Schema] = {
    "programme": string("Id of the programme it feeds."),
    "channel": string("Id of that one's channel."),
    "role": one_of("Which of the programme's feeds it is.", *(role.value for role in FeedRole)),
    "protocol": string("By which it comes."),
}
_TARGET: Mapping[str, Schema] = {
    "channel": _CHANNEL,
    "state": one_of("As it is now.", *(state.value for state in TargetState)),
}


def _programme(name: str, about: str, *, unsettles: bool = False) -> Topic:
    return Topic(name=f"programme.{name}", about=about, payload=_PROGRAMME, viewers=True, unsettles=unsettles)


def _of_makers(
    name: str,
    about: str,
    payload: Mapping[str, Schema] | None = None,
    *,
    action: Action = Action.LIVE_PRODUCE,
    kept: bool = True,
) -> Topic:
    return Topic(name=name, about=about, payload={"channel": _CHANNEL, **(payload or {})}, action=action, kept=kept)


TOPICS: Sequence[Topic] = (
    Topic(name="channel.created", about="There is a new channel."),
    Topic(name="channel.changed", about="A channel is another."),
    Topic(name="channel.deleted", about="A channel is gone."),
    _programme("created", "There is a new programme.", unsettles=True),
    _programme("changed", "What is said of it, its hour, or who is shown it, is another.", unsettles=True),
    _programme("deleted", "It is not planned any more.", unsettles=True),
    _programme("standby", "It waits for its encoder."),
    _programme("on_air", "It is on air."),
    _programme("interrupted", "Nothing comes from its encoder."),
    _programme("resumed", "It goes on."),
    _programme("ended", "It is over."),
    _programme("clipped", "Somebody has cut a clip out of it."),
    Topic(
        name="programme.viewers",
        about="So many watch it.",
        payload={"viewers": integer("Viewing sessions with a sign of life.")},
        viewers=True,
        kept=False,
    ),
    _of_makers(
        "programme.measured",
        "What was measured of it in the last seconds.",
        {"numbers": {"type": "object", "description": "As `health` of the programme answers them."}},
        kept=False,
    ),
    _of_makers("programme.health", "Other advice is given than before.", {"advice": strings("Codes.")}),
    _of_makers("programme.alarm", "Something needs to be looked at.", {"alarm": string("For people.")}),
    _of_makers(
        "programme.cut",
        "What viewers are to see is another.",
        {"wanted": one_of("What that is.", *(one.value for one in Wanted))},
        action=Action.LIVE_MARK,
    ),
    _of_makers("programme.end_wanted", "It is to end.", action=Action.LIVE_MARK),
    _of_makers(
        "programme.marked", "A marker was set or removed.", {"marker": string("Its id.")}, action=Action.LIVE_MARK
    ),
    _of_makers("playout.changed", "Its playlist of videos is another."),
    Topic(name="feed.began", about="An encoder is connected.", payload=_FEED, action=Action.LIVE_PRODUCE),
    Topic(name="feed.ended", about="An encoder is gone.", payload=_FEED, action=Action.LIVE_PRODUCE),
    _of_makers("key.created", "There is a new stream key."),
    _of_makers("key.revoked", "A stream key is of no use any more."),
    *(
        Topic(name=f"target.{name}", about=about, payload=_TARGET, action=Action.LIVE_PRODUCE)
        for name, about in (
            ("changed", "A place that programmes are sent on to is new, or another."),
            ("removed", "Nothing is sent on to it any more."),
            ("off", "Nothing is sent on to it at the moment."),
            ("connecting", "It is being connected to."),
            ("live", "The programme is sent on to it."),
            ("failed", "It can't be sent on to it."),
        )
    ),
)

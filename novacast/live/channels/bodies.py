"""Shapes of channels over the API."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from novacast.clock import iso
from novacast.live.channels.models import HEIGHTS, LONGEST_RETURN, MOST_HEIGHTS, Setup
from novacast.live.channels.service import Detail
from novacast.live.models import Channel, PassThrough
from novacast.live.store import Entry
from novacast.texts import DESCRIPTION_LENGTH, TITLE_LENGTH
from novacast.visibility import Visibility
from novacast.web import Body, PageBody

Name = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH, pattern=r"\S")]
Profile = Annotated[
    Literal["ultra", "low", "standard"],
    Field(description="How far viewers are behind: about 1 s, 1.5 s, or 6 s for the most players and the least work."),
]
Height = Annotated[int, Field(ge=HEIGHTS[0], le=HEIGHTS[1], multiple_of=2)]
Heights = Annotated[
    Sequence[Height],
    Field(min_length=1, max_length=MOST_HEIGHTS, description="Rungs to encode; those above the source are left out."),
]
ReturnSeconds = Annotated[
    int, Field(ge=0, le=LONGEST_RETURN, description="How long an encoder that dropped may stay away.")
]
Description = Annotated[str, Field(max_length=DESCRIPTION_LENGTH)]


class ChannelChangesBody(Body):
    """What is left out stays as it is."""

    name: Name | None = None
    description: Description | None = None
    visibility: Visibility | None = None
    profile: Profile | None = None
    heights: Heights | None = None
    pass_through: PassThrough | None = None
    return_seconds: ReturnSeconds | None = None
    record: bool | None = None
    dvr: bool | None = None
    keep_source: bool | None = None

    def setup(self) -> Setup:
        heights = None if self.heights is None else tuple(self.heights)
        return Setup(**{**dict(self), "heights": heights})


class NewChannelBody(ChannelChangesBody):
    """What is left out is as it is for most: public, low latency, 360 and 720 lines, recorded."""

    name: Name


class ChannelSettingsBody(Body):
    profile: Profile
    heights: Heights
    pass_through: PassThrough
    return_seconds: ReturnSeconds
    record: Annotated[bool, Field(description="Whether a programme becomes a video when it ends.")]
    dvr: Annotated[bool, Field(description="Whether viewers may go back while it is on air.")]
    keep_source: Annotated[bool, Field(description="Whether what encoders send is kept too, as it came.")]
    slate: Annotated[str | None, Field(description="Path of the picture shown while no encoder sends.")]

    @classmethod
    def of(cls, channel: Channel) -> "ChannelSettingsBody":
        return cls(
            profile=channel.profile,
            heights=channel.heights,
            pass_through=channel.pass_through,
            return_seconds=channel.return_seconds,
            record=channel.record,
            dvr=channel.dvr,
            keep_source=channel.keep_source,
            slate=slate_path(channel),
        )


class ChannelBody(Body):
    id: str
    organization: str
    name: str
    description: str
    visibility: Annotated[
        Visibility, Field(description="Of its page, and of its programmes unless they say otherwise.")
    ]
    poster: Annotated[str | None, Field(description="Path of a picture.")]
    created_at: str
    settings: Annotated[ChannelSettingsBody | None, Field(description="For those who produce on it.")]

    @classmethod
    def of(cls, channel: Channel) -> "ChannelBody":
        """As those who produce on it see it."""
        return cls.shown(channel, produces=True)

    @classmethod
    def shown(cls, channel: Channel, *, produces: bool) -> "ChannelBody":
        return cls(
            id=channel.id,
            organization=channel.org_id,
            name=channel.name,
            description=channel.description,
            visibility=channel.visibility,
            poster=poster_path(channel),
            created_at=iso(channel.created_at),
            settings=ChannelSettingsBody.of(channel) if produces else None,
        )

    @classmethod
    def detailed(cls, detail: Detail) -> "ChannelBody":
        return cls.shown(detail.channel, produces=detail.produces)


class ChannelsBody(PageBody[ChannelBody]):
    pass


class EntryBody(Body):
    at: str
    action: Annotated[str, Field(description="A noun and a verb, such as `key.revoked`.")]
    person: Annotated[str | None, Field(description="Id of who did it, or whose key it was; null: the house.")]
    programme: str | None
    key: str | None
    detail: str
    address: Annotated[str, Field(description="Network address it came from; empty where that is not kept.")]

    @classmethod
    def of(cls, entry: Entry) -> "EntryBody":
        return cls(
            at=iso(entry.at),
            action=entry.action,
            person=entry.person_id,
            programme=entry.programme_id,
            key=entry.key_id,
            detail=entry.detail,
            address=entry.address,
        )


class LogBody(PageBody[EntryBody]):
    pass


def poster_path(channel: Channel) -> str | None:
    """Another picture has another address, so that browsers may keep what they have."""
    return f"/api/v1/channels/{channel.id}/poster?picture={channel.poster}" if channel.poster else None


def slate_path(channel: Channel) -> str | None:
    return f"/api/v1/channels/{channel.id}/slate?picture={channel.slate}" if channel.slate else None

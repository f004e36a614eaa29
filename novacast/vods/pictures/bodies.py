"""Shapes of pictures' requests and answers."""

from typing import Annotated, Literal

from pydantic import Field

from novacast.clock import SECOND, iso
from novacast.i18n import translated
from novacast.vods.models import LONGEST_POSITION
from novacast.vods.pictures.models import Kind, Picture, State
from novacast.vods.pictures.service import Gallery
from novacast.web import Body

Seconds = Annotated[float, Field(ge=0, le=LONGEST_POSITION / SECOND, allow_inf_nan=False)]


class PictureBody(Body):
    id: str
    kind: Kind
    state: State
    seconds: Annotated[float | None, Field(description="Where in the video; null for one that was brought.")]
    reason: Annotated[str | None, Field(description="Why it could not be made, in words.")]
    file: Annotated[str | None, Field(description="Path of the JPEG, once it is ready.")]
    created_at: str

    @classmethod
    def of(cls, picture: Picture) -> "PictureBody":
        return cls(
            id=picture.id,
            kind=picture.kind,
            state=picture.state,
            seconds=None if picture.at is None else picture.at / SECOND,
            reason=None if picture.reason is None else translated(picture.reason),
            file=path_of(picture),
            created_at=iso(picture.created_at),
        )


class GalleryBody(Body):
    items: list[PictureBody]
    chosen: Annotated[str | None, Field(description="Id of the one that stands for the video; null: the transcode's.")]

    @classmethod
    def of(cls, gallery: Gallery) -> "GalleryBody":
        return cls(items=[PictureBody.of(one) for one in gallery.items], chosen=gallery.video.poster)


class FrameRequest(Body):
    seconds: Seconds
    choose: Annotated[bool, Field(description="Show it as soon as it is ready.")] = False

    @property
    def at(self) -> int:
        return round(self.seconds * SECOND)


class BroughtQuery(Body):
    choose: Annotated[bool, Field(description="Show it as soon as it is ready.")] = False


class ChoiceRequest(Body):
    picture: Annotated[str | None, Field(max_length=64, description="null: the transcode's own.")]


class FrameForm(Body):
    time: Annotated[str, Field(max_length=20)] = ""


class PictureForm(Body):
    picture: Annotated[str, Field(max_length=64)] = ""
    act: Literal["choose", "remove"] = "choose"


def path_of(picture: Picture) -> str | None:
    if picture.state is not State.READY:
        return None
    return f"/api/v1/videos/{picture.video_id}/pictures/{picture.id}/image.jpg"

"""Shapes of the list of unfinished uploads. The protocol itself speaks in headers."""

from novacast.clock import iso
from novacast.vods.uploads.models import Progress
from novacast.web import Body, ListBody


class UploadBody(Body):
    id: str
    """Also the id of the video that it becomes."""
    url: str
    filename: str
    title: str
    organization: str
    length: int
    offset: int
    created_at: str
    expires_at: str

    @classmethod
    def of(cls, progress: Progress) -> "UploadBody":
        upload = progress.upload
        return cls(
            id=upload.id,
            url=f"/api/v1/uploads/{upload.id}",
            filename=upload.filename,
            title=upload.title,
            organization=upload.org_id,
            length=upload.length,
            offset=progress.offset,
            created_at=iso(upload.created_at),
            expires_at=iso(upload.expires_at),
        )


class UploadsBody(ListBody[UploadBody]):
    pass

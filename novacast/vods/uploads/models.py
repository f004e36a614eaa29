"""Uploads and the texts of their protocol, tus 1.0.0. Pure."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from novacast import i18n
from novacast.errors import InvalidInput, Malformed, PreconditionFailed, TooLarge
from novacast.records import dataclass
from novacast.vods.models import Draft, Texts, Visibility, title_of

METADATA_LENGTH = 8 * 1024
METADATA_KEYS = 32
FILENAME_LENGTH = 255

_KEY = re.compile(r"[!-+\--~]{1,64}\Z")
"""ASCII without spaces and commas: "Upload-Metadata" in the protocol's creation extension."""


class ChecksumAlgorithm(StrEnum):
    SHA1 = "sha1"
    SHA256 = "sha256"
    MD5 = "md5"


class Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


class ChecksumMismatch(PreconditionFailed):
    """What arrived is not what was sent; nothing of it was kept. The protocol's status for it is 460."""

    code = "checksum_mismatch"


class Interrupted(PreconditionFailed):
    """Another request for the same upload took over."""

    code = "upload_taken_over"


@dataclass(frozen=True, slots=True)
class Checksum:
    """Of one request's bytes, as `Upload-Checksum: <algorithm> <base64>` announces it."""

    algorithm: ChecksumAlgorithm
    expected: bytes

    @classmethod
    def parse(cls, header: str) -> "Checksum":
        """Raises Malformed: the protocol wants 400 for what is not supported."""
        name, _, text = header.strip().partition(" ")
        known = ", ".join(ChecksumAlgorithm)
        try:
            algorithm = ChecksumAlgorithm(name)
            expected = base64.b64decode(text.strip(), validate=True)
        except (ValueError, binascii.Error) as error:
            raise Malformed(
                i18n.text("Upload-Checksum must be one of {known}, a space, and the digest in base64.", known=known)
            ) from error
        if len(expected) != len(hashlib.new(algorithm, usedforsecurity=False).digest()):
            raise Malformed(
                i18n.text(
                    "Upload-Checksum: {length} bytes are no {algorithm} digest.",
                    length=len(expected),
                    algorithm=algorithm,
                )
            )
        return cls(algorithm, expected)

    def start(self) -> Digest:
        return hashlib.new(self.algorithm, usedforsecurity=False)


@dataclass(frozen=True, slots=True)
class Upload:
    id: str
    """Also the id of the video that it becomes."""
    org_id: str
    person_id: str
    title: str
    description: str
    language: str
    visibility: Visibility
    filename: str
    metadata: str
    """The header as it came; HEAD gives it back."""
    length: int
    finished: bool
    unchecked_from: int | None
    """Bytes from here on came under a checksum that was never compared: a request was interrupted. To be cut off."""
    created_at: int
    expires_at: int

    @property
    def replaces(self) -> str | None:
        """The video whose file it is to become, instead of a video of its own."""
        return parse_metadata(self.metadata).get("replaces") or None

    def draft(self) -> Draft:
        return Draft(
            id=self.id,
            org_id=self.org_id,
            owner_id=self.person_id,
            title=self.title,
            description=self.description,
            language=self.language,
            visibility=self.visibility,
            source_name=self.filename,
            source_bytes=self.length,
        )


@dataclass(frozen=True, slots=True)
class Progress:
    upload: Upload
    offset: int
    """Bytes that are on disk for good."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the metadata of a new upload asks for, checked."""

    filename: str
    title: str
    description: str
    language: str
    visibility: Visibility
    org_id: str | None
    metadata: str
    replaces: str | None = None
    """The video whose file it is to become."""

    @classmethod
    def of(cls, header: str) -> "Wish":
        """Keys that mean something here: filename (or name), title, description, language, visibility, organization,
        replaces (a video's id; then its texts stay as they are)."""
        values = parse_metadata(header)
        filename = (values.get("filename") or values.get("name") or "").replace("\\", "/").rsplit("/", 1)[-1]
        filename = "".join(c for c in filename if c.isprintable())[:FILENAME_LENGTH] or "video"
        texts = Texts()
        title = texts.title(values.get("title") or title_of(filename))
        description = texts.description(values.get("description", ""))
        language = texts.language(values.get("language", ""))
        texts.check()
        wanted = values.get("visibility") or Visibility.PRIVATE.value
        if wanted not in set(Visibility):
            raise InvalidInput.field(
                "visibility", i18n.text("The visibility must be one of {known}.", known=", ".join(Visibility))
            )
        org_id = values.get("organization") or None
        return cls(
            filename=filename,
            title=title,
            description=description,
            language=language,
            visibility=Visibility(wanted),
            org_id=org_id,
            metadata=header,
            replaces=values.get("replaces") or None,
        )


def parse_metadata(header: str) -> Mapping[str, str]:
    """`key base64,key base64,...` (values may be missing). Raises Malformed, TooLarge."""
    if len(header) > METADATA_LENGTH:
        raise TooLarge(i18n.text("Upload-Metadata is longer than {most} characters.", most=METADATA_LENGTH))
    values: dict[str, str] = {}
    for pair in header.split(",") if header.strip() else ():
        key, _, text = pair.strip().partition(" ")
        if not _KEY.match(key) or key in values:
            raise Malformed(
                i18n.text("Upload-Metadata: every key must be there once, in ASCII, without spaces and commas.")
            )
        try:
            values[key] = base64.b64decode(text.strip(), validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise Malformed(
                i18n.text("Upload-Metadata: the value of {key} is no UTF-8 text in base64.", key=key)
            ) from error
    if len(values) > METADATA_KEYS:
        raise TooLarge(i18n.text("Upload-Metadata has more than {most} keys.", most=METADATA_KEYS))
    return values

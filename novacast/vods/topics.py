"""What is told of videos, uploads and collections, and to whom."""

from collections.abc import Mapping, Sequence

from novacast.topics import Schema, Topic, integer, maybe, one_of, string, strings
from novacast.visibility import Visibility

_VISIBILITY = one_of("Who is shown it.", *(one.value for one in Visibility))
_PER_MILLE = integer("Per mille.")
_END: Mapping[str, Schema] = {"reason": string("Why, for people."), "code": string("Why, for programs.")}
_SPEECH: Mapping[str, Schema] = {"state": string("Of writing down what is said."), "progress": _PER_MILLE}
_RUNGS: Mapping[str, Schema] = {"rungs": strings("Names of those that are there now.")}


def _of_makers(name: str, about: str, payload: Mapping[str, Schema] | None = None, *, kept: bool = True) -> Topic:
    return Topic(name=name, about=about, payload=payload or {}, kept=kept)


def _of_viewers(
    name: str, about: str, payload: Mapping[str, Schema] | None = None, *, unsettles: bool = False
) -> Topic:
    return Topic(name=name, about=about, payload=payload or {}, viewers=True, unsettles=unsettles)


TOPICS: Sequence[Topic] = (
    Topic(
        name="upload.progress",
        about="So much of an upload has arrived.",
        payload={"offset": integer("Bytes that are here."), "length": integer("Bytes in all.")},
        personal=True,
        kept=False,
    ),
    _of_makers("video.created", "A file has arrived whole."),
    _of_makers("video.queued", "It waits for its transcode."),
    _of_makers("video.started", "Its transcode has begun."),
    _of_makers(
        "video.progress",
        "So far its transcode is.",
        {
            "step": one_of("What is done.", "probe", "pictures", "encode"),
            "progress": _PER_MILLE,
            "speed": maybe({"type": "number", "description": "Times real time."}),
        },
        kept=False,
    ),
    _of_makers("video.failed", "Its transcode failed.", _END),
    _of_makers("video.cancelled", "Its transcode was cancelled.", _END),
    _of_viewers("video.published", "It can be watched.", {"visibility": _VISIBILITY}, unsettles=True),
    _of_viewers("video.rungs", "It can be watched in other qualities.", _RUNGS),
    _of_viewers("video.finished", "All that was planned of it is there."),
    _of_viewers("video.captions", "Its captions are others."),
    _of_viewers(
        "video.changed",
        "What is said of it, or who is shown it, is another.",
        {
            "visibility": _VISIBILITY,
            "visibility_changed": {"type": "boolean", "description": "Whether that was another."},
        },
        unsettles=True,
    ),
    _of_viewers("video.deleted", "It is gone.", unsettles=True),
    _of_makers("video.chapters", "Its chapters are others.", {"chapters": integer("How many there are.")}),
    _of_makers("video.poster", "Another picture stands for it.", {"picture": string("Id of the picture.")}),
    _of_makers("video.pictures", "Pictures to choose from are there."),
    _of_makers("video.downloads", "What may be downloaded of it is another.", {"allowed": string("What may be.")}),
    _of_makers("video.download", "A file to download is there.", {"rung": string("Its quality.")}),
    _of_makers("video.replacing", "A new file has arrived for it."),
    _of_makers("video.replaced", "It is shown from its new file."),
    _of_makers("video.replacement_refused", "Its new file can't be used."),
    _of_makers("video.heard", "So far writing down what is said in it is.", _SPEECH, kept=False),
    _of_makers("video.transcribed", "What is said in it is written down, or can't be.", _SPEECH),
    _of_makers("collection.created", "There is a new collection."),
    _of_makers("collection.changed", "A collection, or what is in it, is another."),
    _of_makers("collection.deleted", "A collection is gone; its videos are not."),
)

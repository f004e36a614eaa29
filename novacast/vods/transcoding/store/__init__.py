"""All SQL about transcodes and their tasks."""

from novacast.vods.transcoding.store.lost import abandoned, exhausted, forget_wake_ups, forgotten, stalled, workers
from novacast.vods.transcoding.store.tasks import (
    add,
    at_work,
    beat,
    claim,
    fail,
    finish,
    held,
    keep,
    named,
    put_back,
    queue,
    release,
    tasks,
)
from novacast.vods.transcoding.store.transcodes import (
    ask_to_cancel,
    by_video,
    by_videos,
    end,
    forget,
    plan,
    tidied,
    untidy,
)

__all__ = [
    "abandoned", "add", "ask_to_cancel", "at_work", "beat", "by_video", "by_videos", "claim", "end", "exhausted",
    "fail", "finish", "forget", "forget_wake_ups", "forgotten", "held", "keep", "named", "plan", "put_back", "queue",
    "release", "stalled", "tasks", "tidied", "untidy", "workers",
]  # fmt: skip

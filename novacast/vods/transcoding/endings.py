"""What it means for a video when its transcode ends before everything is there."""

from novacast import outbox
from novacast.database import Transaction
from novacast.vods import store as videos
from novacast.vods.models import VideoState
from novacast.vods.transcoding import store
from novacast.vods.transcoding.board import board
from novacast.vods.transcoding.models import TranscodeState
from novacast.vods.transcoding.plan import Plan


def conclude(tx: Transaction, video_id: str, state: TranscodeState, reason: str | None, code: str | None) -> bool:
    """End a transcode that failed or was cancelled; False if it had ended. What can be watched whole stays so."""
    video = tx.one(videos.by_id(video_id))
    if video is None or not store.end(tx, video_id, state, reason, code):
        return False
    videos.drop_unpublished_rungs(tx, video_id)
    if video.state is not VideoState.READY or not _stays(tx, video_id, video.edition):
        videos.change(tx, video_id, {"state": VideoState.FAILED.value})
    topic = "video.cancelled" if state is TranscodeState.CANCELLED else "video.failed"
    outbox.emit(tx, topic, video_id, outbox.org(video.org_id), reason=reason, code=code)
    return True


def _stays(tx: Transaction, video_id: str, edition: str | None) -> bool:
    """Whether what is watched is another edition, or has a rung and its sound whole."""
    transcode = tx.one(store.by_video(video_id))
    if transcode is None or transcode.plan is None or transcode.edition != edition:
        return True
    plan = Plan.read(transcode.plan)
    shown = board(plan, tx.all(store.tasks(video_id)))
    return all(sound.complete for sound in shown.sounds) and (bool(shown.complete) or not plan.rungs)

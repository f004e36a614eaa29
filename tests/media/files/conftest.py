from tests.vods.conftest import ffmpeg, find, house

__all__ = ["ffmpeg", "find", "house"]

"""QR codes of tickets: error correction M, and the quiet zone of four modules that ISO/IEC 18004 asks for."""

from io import BytesIO

import segno


def svg(code: str) -> bytes:
    picture = BytesIO()
    segno.make_qr(code, error="m").save(picture, kind="svg", border=4, scale=4, light="white", xmldecl=False)
    return picture.getvalue()


def png(code: str, scale: int = 8) -> bytes:
    """Without the quiet zone, which paper has around it."""
    picture = BytesIO()
    segno.make_qr(code, error="m").save(picture, kind="png", border=0, scale=scale)
    return picture.getvalue()

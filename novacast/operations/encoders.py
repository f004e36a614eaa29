"""The doctor's part for encoders: what trials found, what is set aside, and why."""

from collections.abc import Iterable, Sequence

from novacast.clock import Clock, moment
from novacast.errors import NovaCastError
from novacast.folder import DataFolder
from novacast.media.encoders import Catalogue, Codec, Health, HealthBook, Proof, Route
from novacast.media.ffmpeg import find_ffmpeg
from novacast.operations.models import Finding, failed, ok, warning
from novacast.settings import Settings

CHECK = "encoders"
UNTRIED = "Not tried yet; the first transcode tries them, `novacast doctor --encoders` does so now."


async def encoders(settings: Settings, folder: DataFolder, clock: Clock, *, again: bool = False) -> Finding:
    """Tells what former trials found; `again` makes all of them anew, which takes some seconds for each encoder."""
    if not folder.cache.is_dir():
        return ok(CHECK, UNTRIED)
    try:
        program = await find_ffmpeg(folder.cache, explicit=settings.transcode.ffmpeg)
        catalogue = Catalogue(program.path, folder.cache, clock)
        proofs = await (catalogue.proofs(tuple(Codec), again=True) if again else catalogue.known())
    except NovaCastError as error:
        return failed(CHECK, f"Could not be tried: {error.message}", "Mend FFmpeg first: see the finding above.")
    if proofs is None:
        return ok(CHECK, UNTRIED)
    return told(proofs, HealthBook(folder.cache, clock).all())


def told(proofs: Sequence[Proof], health: Iterable[Health]) -> Finding:
    working = sorted((proof for proof in proofs if proof.works), key=lambda proof: -proof.speed)
    lost = [f"{proof.encoder}: {proof.reason}" for proof in proofs if not proof.works]
    aside = [one for one in health if one.set_aside]
    message = f"Tried and working, at 720p: {'; '.join(map(_in_words, working)) or 'none'}."
    if lost:
        message += f" Tried in vain: {'; '.join(one.rstrip('.') for one in lost)}."
    if not any(proof.encoder.codec is Codec.H264 for proof in working):
        return failed(
            CHECK, message, "Nothing encodes H.264 here: install another FFmpeg, then novacast doctor --encoders"
        )
    if aside:
        message = f"{message} {' '.join(map(_aside, aside))}"
        return warning(CHECK, message, "Look at the device and its driver; novacast doctor --encoders tries it anew.")
    return ok(CHECK, message)


def _in_words(proof: Proof) -> str:
    words = f"{proof.encoder} at {proof.speed:.1f} times real time"
    if proof.encoder.hardware:
        words += f", {proof.sessions}{'' if proof.limited else ' or more'} at once"
    if proof.route is Route.UPLOAD and proof.reason:
        words += f", decoding by the processor ({proof.reason.rstrip('.')})"
    return words


def _aside(health: Health) -> str:
    until = f"{moment(health.until):%Y-%m-%d %H:%M} UTC"
    return f"{health.device} is set aside until {until} after {health.failures} failures: {health.reason.rstrip('.')}."

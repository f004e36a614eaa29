"""The page that stands at doors, with what makes it start without a network: its manifest and its service worker."""

from novacast.web import Call, Html, page
from novacast.web.secure_context import secure_context

DOOR = "/door/"
FILES = (
    "css/novacast.css", "css/door.css", "img/novacast.svg", "img/icons.svg", "img/touch-180.png", "js/door/camera.js",
    "js/door/code.js", "js/door/foreign.js", "js/door/judge.js", "js/door/keep.js", "js/door/page.js",
    "js/door/post.js", "js/door/server.js", "js/door/signals.js", "js/door/signature.js", "js/door/verdicts.js",
    "js/door/wedge.js", "js/door/words.js", "js/realtime/hub.js", "vendor/noble-ed25519/ed25519.js",
    "vendor/noble-hashes/sha2.js", "vendor/noble-hashes/_md.js", "vendor/noble-hashes/_u64.js",
    "vendor/noble-hashes/utils.js", "vendor/qr/decode.js", "vendor/qr/index.js",
    "vendor/figtree/figtree-latin-wght-normal.woff2", "vendor/young-serif/young-serif-latin-400-normal.woff2",
)  # fmt: skip
"""All that the page needs, for its service worker to keep."""


class DoorPages:
    @page(DOOR, public=True)
    async def show(self, call: Call) -> Html:
        """The same for everybody: what a device may see it gets by its token."""
        return Html("tickets/door.html", {"secure": secure_context(call)}, permissions={"camera": "(self)"})

    @page(f"{DOOR}worker.js", public=True)
    async def worker(self, call: Call) -> Html:
        return Html("tickets/door_worker.js", {"files": FILES, "page": DOOR}, content_type="text/javascript")

    @page(f"{DOOR}manifest.webmanifest", public=True)
    async def manifest(self, call: Call) -> Html:
        return Html("tickets/door.webmanifest", content_type="application/manifest+json")

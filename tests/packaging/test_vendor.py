"""Third-party scripts: by a locked hash, complete, in both distributions, and never from an address of their own."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "novacast/web/static"
NEEDED = {
    "novacast/web/static/css/novacast.css",
    "novacast/web/static/vendor/hls.js/hls.js",
    "novacast/web/static/vendor/hls.js/LICENSE.txt",
    "novacast/web/static/vendor/media-chrome/media-controller.js",
    "novacast/web/static/vendor/tus-js-client/tus.js",
    "novacast/web/static/vendor/young-serif/young-serif-latin-400-normal.woff2",
    "novacast/web/static/vendor/figtree/figtree-latin-wght-normal.woff2",
}


def load_hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "packaging/hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hook = load_hook()


def test_every_locked_package_has_a_hash_and_no_address() -> None:
    lock = json.loads((ROOT / "packaging/npm/package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if not package.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_only_exact_versions_are_asked_for() -> None:
    wanted = json.loads((ROOT / "packaging/npm/package.json").read_text())["dependencies"]
    assert set(wanted) == set(hook.SHIPPED)
    assert [version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_every_import_of_our_pages_is_there() -> None:
    missing = []
    for script in (path for path in STATIC.rglob("*.js") if path.is_file()):
        # Comments show how a package is imported from elsewhere.
        text = re.sub(r"/\*.*?\*/", "", script.read_text(), flags=re.DOTALL)
        for address in re.findall(r"""^(?:import|export)\b[^"';(]*["']([^"']+)["']""", text, re.MULTILINE):
            if not (script.parent / address).resolve().is_file():
                missing.append(f"{script.relative_to(STATIC)}: {address}")
    assert missing == []


def test_every_file_that_the_style_sheet_names_is_there() -> None:
    sheet = STATIC / "css/novacast.css"
    addresses = re.findall(r'url\("([^"]+)"\)', sheet.read_text())
    assert addresses
    assert [one for one in addresses if not (sheet.parent / one).resolve().is_file()] == []


def copy_of_manifest(root: Path) -> None:
    shutil.copytree(ROOT / "packaging/npm", root / "packaging/npm", ignore=shutil.ignore_patterns("node_modules"))


def test_without_a_network_it_says_so_and_keeps_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_of_manifest(tmp_path)
    old = tmp_path / hook.VENDOR / "old.js"
    old.parent.mkdir(parents=True)
    old.touch()
    monkeypatch.setenv("npm_config_offline", "true")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(hook.VendorError, match="Is there a network"):
        hook.fill(tmp_path)
    assert old.exists()
    assert [path.name for path in old.parent.parent.iterdir()] == ["vendor"]


def test_a_changed_lock_makes_the_folder_stale(tmp_path: Path) -> None:
    copy_of_manifest(tmp_path)
    stamp = tmp_path / hook.VENDOR / hook.STAMP
    stamp.parent.mkdir(parents=True)
    stamp.write_text(hook.fingerprint(tmp_path) + "\n")
    assert hook.is_current(tmp_path)
    lock = tmp_path / "packaging/npm/package-lock.json"
    lock.write_text(lock.read_text().replace('"lockfileVersion": 3', '"lockfileVersion": 4'))
    assert not hook.is_current(tmp_path)


@pytest.mark.slow
def test_both_distributions_hold_the_scripts_and_the_second_needs_no_npm(tmp_path: Path) -> None:
    source = tmp_path / "source"
    names = ["novacast", "admin", "packaging", "pyproject.toml", "README.md"]
    for name in names:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(
                place, source / name, ignore=shutil.ignore_patterns("vendor", "__pycache__", "node_modules")
            )
        elif place.exists():
            shutil.copy(place, source / name)
    build(source, "--sdist", tmp_path / "dist")
    archive = next((tmp_path / "dist").glob("*.tar.gz"))
    with tarfile.open(archive) as tar:
        prefix = archive.name.removesuffix(".tar.gz") + "/"
        assert {prefix + name for name in NEEDED} <= set(tar.getnames())
        tar.extractall(tmp_path / "unpacked", filter="data")
    build(tmp_path / "unpacked" / prefix, "--wheel", tmp_path / "dist", offline=True)
    with zipfile.ZipFile(next((tmp_path / "dist").glob("*.whl"))) as wheel:
        assert set(wheel.namelist()) >= NEEDED


def build(source: Path, kind: str, target: Path, *, offline: bool = False) -> None:
    environment = {**os.environ, "npm_config_offline": "true"} if offline else dict(os.environ)
    command = [sys.executable, "-m", "build", "--no-isolation", kind, "--outdir", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr

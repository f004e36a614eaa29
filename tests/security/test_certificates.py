"""Certificates as real TLS clients see them: OpenSSL on both sides, trusting nothing but the local authority."""

import asyncio
import datetime
import ipaddress
import ssl
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from novacast.clock import DAY, SystemClock
from novacast.errors import BadSettings, InvalidInput
from novacast.security.tls import LocalAuthority, TlsFiles, covers, host, load, public_domain, replace
from tests.fakes.clock import FakeClock

HOSTS = ("box.local", "localhost", "192.168.1.20", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class House:
    files: TlsFiles
    authority: LocalAuthority


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An authority by the real clock, since OpenSSL looks at no other."""
    files = TlsFiles(tmp_path / "tls")
    authority = LocalAuthority(files, SystemClock())
    authority.establish("Kino Nova", HOSTS)
    return House(files, authority)


@asynccontextmanager
async def serving(pem: Path) -> AsyncIterator[int]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem, pem)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"hello")
            await writer.drain()
            await reader.read()
        except (OSError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


async def greeting(port: int, trusted: Path, name: str) -> bytes:
    context = ssl.create_default_context(cafile=str(trusted))
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name)
    try:
        return await reader.readexactly(5)
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("name", HOSTS)
async def test_a_client_that_trusts_only_the_local_authority_connects_by_name_and_address(
    house: House, name: str
) -> None:
    house.authority.issue(HOSTS)
    async with serving(house.files.server) as port:
        assert await greeting(port, house.files.authority, name) == b"hello"


@pytest.mark.parametrize("name", ["other.local", "192.168.1.21", "sub.box.local", "example.org"])
async def test_a_name_that_the_certificate_does_not_hold_is_refused(house: House, name: str) -> None:
    house.authority.issue(HOSTS)
    async with serving(house.files.server) as port:
        with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
            await greeting(port, house.files.authority, name)


async def test_a_client_that_does_not_know_the_authority_refuses(house: House, tmp_path: Path) -> None:
    house.authority.issue(HOSTS)
    stranger = TlsFiles(tmp_path / "other")
    LocalAuthority(stranger, SystemClock()).establish("Kino Nova", HOSTS)
    async with serving(house.files.server) as port:
        with pytest.raises(ssl.SSLCertVerificationError):
            await greeting(port, stranger.authority, "localhost")


@pytest.mark.parametrize("name", ["bank.example", "8.8.8.8"])
async def test_a_stolen_authority_key_impersonates_nobody_outside_the_house(
    house: House, tmp_path: Path, name: str
) -> None:
    forged = tmp_path / "forged.pem"
    forged.write_bytes(_forged(house.files, name))
    async with serving(forged) as port:
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
            await greeting(port, house.files.authority, name)


def _forged(files: TlsFiles, name: str) -> bytes:
    """What a thief would sign: `issue` itself refuses to."""
    root = x509.load_pem_x509_certificate(files.authority.read_bytes())
    key = load_pem_private_key(files.authority_key.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    general = x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(root.subject).public_key(key.public_key())
    )
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
        now + datetime.timedelta(days=9)
    )
    builder = builder.serial_number(1).add_extension(x509.SubjectAlternativeName([general]), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM) + files.authority_key.read_bytes()


@pytest.mark.parametrize("name", ["bank.example", "8.8.8.8", "notlocal", "evillocal", "2001:4860::1"])
def test_the_authority_refuses_to_sign_for_what_it_was_not_made_for(house: House, name: str) -> None:
    house.authority.issue(HOSTS)
    before = house.files.server.read_bytes()
    with pytest.raises(InvalidInput, match="--new-authority"):
        house.authority.issue(("box.local", name))
    assert house.files.server.read_bytes() == before


def test_hosts_that_the_authority_was_made_for_may_be_public(tmp_path: Path) -> None:
    authority = LocalAuthority(TlsFiles(tmp_path / "tls"), SystemClock())
    authority.establish("Kino", ("tickets.kino.example", "203.0.113.7"))
    assert authority.issue(("tickets.kino.example", "203.0.113.7")).covers("203.0.113.7")


def test_lives_are_ten_years_and_what_browsers_take(house: House) -> None:
    root, leaf = house.authority.certificate(), house.authority.issue(HOSTS)
    assert root is not None
    assert 3650 * DAY < root.not_after - root.not_before <= 3653 * DAY
    assert leaf.not_after - leaf.not_before < 397 * DAY
    assert leaf.not_after - leaf.not_before > 396 * DAY


def test_no_certificate_outlives_the_authority(tmp_path: Path, clock: FakeClock) -> None:
    authority = LocalAuthority(TlsFiles(tmp_path / "tls"), clock)
    root = authority.establish("Kino", HOSTS)
    clock.set_now(root.not_after - 10 * DAY)
    assert authority.issue(HOSTS).not_after <= root.not_after
    clock.set_now(root.not_after + DAY)
    with pytest.raises(BadSettings, match="has run out"):
        authority.issue(HOSTS)


def test_keys_are_for_their_owner_alone(house: House) -> None:
    house.authority.issue(HOSTS)
    for path in house.files.root.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(house.files.root.stat().st_mode) == 0o700


def test_what_devices_get_holds_no_key(house: House) -> None:
    exported = house.authority.exported()
    assert exported is not None
    pem, der = exported
    assert b"PRIVATE" not in pem
    assert x509.load_der_x509_certificate(der) == x509.load_pem_x509_certificate(pem)


def test_a_lost_authority_key_is_named_with_the_way_out(house: House) -> None:
    house.files.authority_key.unlink()
    with pytest.raises(BadSettings, match=r"ca\.key is missing.*--new-authority"):
        house.authority.issue(HOSTS)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "no certificate"),
        (b"\x00\xff" * 500, "no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no certificate"),
        (b"A" * (1024 * 1024 + 1), "too large"),
    ],
)
def test_a_file_that_is_no_certificate_is_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "server.pem"
    path.write_bytes(content)
    with pytest.raises(BadSettings, match=rf"server\.pem.*{complaint}"):
        load(path, path)


def test_a_certificate_without_its_own_key_is_refused(house: House, tmp_path: Path) -> None:
    house.authority.issue(HOSTS)
    earlier = tmp_path / "earlier.pem"
    earlier.write_bytes(house.files.server.read_bytes())
    house.authority.issue(HOSTS)
    with pytest.raises(BadSettings, match="does not belong"):
        load(house.files.server, earlier)
    with pytest.raises(BadSettings, match="no such file"):
        load(house.files.server, tmp_path / "nowhere.pem")
    with pytest.raises(BadSettings, match="no private key"):
        load(house.files.server, house.files.authority)


async def test_a_renewed_file_is_always_a_pair_for_whoever_reads_it_meanwhile(house: House) -> None:
    house.authority.issue(HOSTS)
    seen = {load(house.files.server, house.files.server).fingerprint}
    renewing = asyncio.gather(*(asyncio.to_thread(house.authority.issue, HOSTS) for _ in range(20)))
    while not renewing.done():
        seen.add(load(house.files.server, house.files.server).fingerprint)
        await asyncio.sleep(0)
    await renewing
    assert len(seen) > 1
    assert [path.name for path in house.files.root.iterdir() if path.name.startswith(".")] == []


def test_a_writer_that_is_killed_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "server.pem"
    replace(path, b"a" * 200_000)
    code = (
        "import itertools, pathlib, sys; from novacast.security.tls.files import replace\n"
        "for letter in itertools.cycle((b'b', b'c')): replace(pathlib.Path(sys.argv[1]), letter * 200_000)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)]) as child:
        while path.read_bytes()[:1] == b"a" and child.poll() is None:
            pass
        child.kill()
    left = path.read_bytes()
    assert len(left) == 200_000
    assert left[:1] in (b"b", b"c")
    assert len(set(left)) == 1


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("I am a file")
    with pytest.raises(BadSettings, match=r"tls can't be written"):
        LocalAuthority(TlsFiles(tmp_path / "tls"), SystemClock()).establish("Kino", HOSTS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Box.LOCAL.", "box.local"),
        (" 192.168.1.20 ", "192.168.1.20"),
        ("[FD00::0001]", "fd00::1"),
        ("kinö.example", "xn--kin-una.example"),
        ("box", "box"),
    ],
)
def test_hosts_are_taken_as_people_type_them(typed: str, meant: str) -> None:
    assert host(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        *("", ".", "a..b", "-a.local", "a b", "http://box.local", "box.local:8080", "box/tls", "*.local"),
        *("999.1.1.1", "0.0.0.0", "::", "224.0.0.1", "fe80::1%eth0"),
        *("a" * 64, "a." * 200 + "b", "bad\nname", "\ud800.local", "é" * 300),
    ],
)
def test_what_is_no_host_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        host(typed)


@given(st.text(max_size=300))
def test_any_text_is_a_host_or_refused_and_a_host_stays_what_it_is(typed: str) -> None:
    try:
        name = host(typed)
    except InvalidInput:
        return
    assert host(name) == name


@pytest.mark.parametrize("typed", ["*.kino.example", "kino", "box.local", "10.0.0.1", "printer.lan", "a.home.arpa"])
def test_what_no_public_authority_can_vouch_for_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        public_domain(typed)


def test_wildcards_cover_one_label() -> None:
    names = ("*.kino.example", "192.168.1.20")
    assert covers(names, "tickets.kino.example")
    assert covers(names, "192.168.1.20")
    assert not covers(names, "kino.example")
    assert not covers(names, "a.b.kino.example")
    assert not covers(names, "192.168.1.2")

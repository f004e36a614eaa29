"""Mail to a server with a certificate: of an authority that this machine trusts, and of one that it does not."""

import ssl
from dataclasses import replace

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.notifications.models import State
from novacast.notifications.transport import Smtp
from novacast.security.tls.files import TlsFiles
from novacast.security.tls.local import LocalAuthority
from tests.notifications.office import Office, PostOffice, short, smtp


@pytest.fixture
def tls_files(folder: DataFolder) -> TlsFiles:
    files = TlsFiles(folder.keys / "tls")
    authority = LocalAuthority(files, SystemClock())
    authority.establish("Test", ["localhost"])
    authority.issue(("localhost",))
    return files


@pytest.fixture
def server_side(tls_files: TlsFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls_files.server)
    return context


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_an_encrypted_mail_with_a_log_in_gets_through(
    office: Office, tls_files: TlsFiles, server_side: ssl.SSLContext, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_files.authority))
    seen: list[LoginPassword] = []

    def check(*given: object) -> AuthResult:
        assert isinstance(given[-1], LoginPassword)
        seen.append(given[-1])
        return AuthResult(success=True)

    mail_id = await office.post()
    # aiosmtpd takes implicit TLS for none at all and has to be told that log-ins are fine.
    way = {"tls_context": server_side} if security == "starttls" else {"tls": server_side, "auth_require_tls": False}
    async with smtp(room := PostOffice(), authenticator=check, auth_required=True, **way) as settings:
        secure = replace(settings, host="localhost", security=security, username="someone", password="secret")
        await office.delivery(Smtp(secure)).send(mail_id)
    assert (await office.mail(mail_id)).state is State.SENT, (await office.mail(mail_id)).error
    assert len(room.taken) == 1
    assert seen == [LoginPassword(b"someone", b"secret")]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_server_that_nobody_vouches_for_gets_nothing(
    office: Office, server_side: ssl.SSLContext, security: str
) -> None:
    mail_id = await office.post()
    way = {"tls_context": server_side} if security == "starttls" else {"tls": server_side}
    async with smtp(room := PostOffice(), **way) as settings:
        await office.delivery(short(replace(settings, host="localhost", security=security))).send(mail_id)
    assert (await office.mail(mail_id)).state is State.QUEUED
    assert room.taken == []

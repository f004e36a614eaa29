"""Secrets that a service manager hands over as files."""

import os
from pathlib import Path

import pytest

from novacast.errors import BadSettings
from novacast.settings import load
from novacast.settings.service import credential


def test_a_credential_is_a_secret_setting(tmp_path: Path) -> None:
    (tmp_path / "secrets_mail.password").write_text("tempest\n")
    (tmp_path / "secrets_server.port").write_text("99")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path), "HOME": str(tmp_path)}
    own = load(environ=environ)
    assert own.mail.password == "tempest"
    assert own.server.port == 8080, "what is no secret is no credential"
    assert load(environ=environ | {"NOVACAST_MAIL_PASSWORD": "storm"}).mail.password == "storm"


def test_a_credential_that_is_wrong_is_named_without_its_content(tmp_path: Path) -> None:
    (tmp_path / "secrets_stripe.secret_key").write_text("pk_live_not_this")
    with pytest.raises(BadSettings) as refused:
        load(environ={"CREDENTIALS_DIRECTORY": str(tmp_path), "HOME": str(tmp_path)})
    assert "not_this" not in str(refused.value)


def test_credentials_of_another_user_are_refused_in_words(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    root = os.geteuid() == 0
    if root:  # whom no mode keeps out
        tmp_path.chmod(0o755)
        os.seteuid(65534)
    try:
        with pytest.raises(BadSettings, match="not to be read"):
            credential("mail.password", {"CREDENTIALS_DIRECTORY": str(closed)})
    finally:
        if root:
            os.seteuid(0)

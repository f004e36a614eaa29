"""Where messages go: an SMTP server, or a folder."""

import asyncio
import errno
import os
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

import aiosmtplib

from novacast.folder import DataFolder
from novacast.notifications.models import Delayed, Refused
from novacast.settings import Mail as MailSettings

STEP_SECONDS = 30.0
WHOLE_SECONDS = 120.0


class Transport(Protocol):
    async def deliver(self, message: EmailMessage, file: str) -> None:
        """Raises Refused or Delayed. `file`: a name for it that stays the same."""
        ...

    def forget(self, file: str) -> None:
        """Drop what is kept of a delivered message, if anything is."""
        ...


def transport(settings: MailSettings, folder: DataFolder) -> Transport:
    return Smtp(settings) if settings.method == "smtp" else Folder(folder.mail)


class Smtp:
    def __init__(
        self, settings: MailSettings, *, step_seconds: float = STEP_SECONDS, whole_seconds: float = WHOLE_SECONDS
    ) -> None:
        self._settings, self._step, self._whole = settings, step_seconds, whole_seconds

    async def deliver(self, message: EmailMessage, file: str) -> None:
        try:
            async with asyncio.timeout(self._whole):
                await self._send(message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0].code, error.recipients[0].message) from error
        except aiosmtplib.SMTPAuthenticationError as error:
            raise Delayed(f"the mail server refuses our log-in ({error.code})") from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error.code, error.message) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError, UnicodeError) as error:
            raise Delayed(f"{type(error).__name__}: {error}"[:300]) from error

    def forget(self, file: str) -> None:
        """What was sent is out of our hands."""

    async def _send(self, message: EmailMessage) -> None:
        own = self._settings
        await aiosmtplib.send(
            message,
            hostname=own.host,
            port=own.port,
            username=own.username or None,
            password=own.password or None,
            use_tls=own.security == "tls",
            start_tls=own.security == "starttls",
            timeout=self._step,
        )


def _refusal(code: int, message: str) -> Refused | Delayed:
    """4yz is for now, 5yz for good (RFC 5321, 4.2.1); anything else is no SMTP, and worth another try."""
    text = f"{code} {message}"[:300]
    return Refused(text) if 500 <= code < 600 else Delayed(text)


class Folder:
    """Each message a file that mail programs open."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def deliver(self, message: EmailMessage, file: str) -> None:
        try:
            await asyncio.to_thread(self._write, message.as_bytes(), file)
        except OSError as error:
            raise Delayed(f"{self._path}: {os.strerror(error.errno or errno.EIO)}") from error

    def forget(self, file: str) -> None:
        (self._path / file).unlink(missing_ok=True)

    def _write(self, data: bytes, file: str) -> None:
        unfinished = self._path / f"{file}.part"
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
        unfinished.rename(self._path / file)

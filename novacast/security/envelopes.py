"""Files that a machine writes and can't read again: only who holds the private key can, elsewhere, years later.

A file is a header and pieces. The header is `MAGIC`, the public half of a key pair made for this one file, and a
commitment. X25519 (RFC 7748) between that pair and the reader's, together with the secret `proof` that writer and
reader share, is what HKDF-SHA-256 (RFC 5869) makes the file's key of; `purpose`, which says what the file is and where
it belongs, goes into it, so that one file can't stand in for another. The commitment comes of the same derivation: a
file opens under one key alone. Pieces are AES-256-GCM under nonces that count and mark the last one (the STREAM
construction, Hoang and others 2015): none can be left out, put elsewhere or cut off at the end.

Behind each piece stands a mark that needs `proof` alone. By it the writer can tell whether what it wrote is still
whole, and nobody without `proof` can put a file of his own there.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from novacast.errors import InvalidInput, Unavailable
from novacast.records import dataclass

MAGIC = b"NovaCst1"
PIECE = 1024 * 1024
"""Bytes of plain text in each piece but the last."""
_KEY, _TAG = 32, 16
HEADER = len(MAGIC) + 2 * _KEY
_READER, _WRITER = "novacast-backup-key-", "novacast-backup-writer-"
_SUM = 4


@dataclass(frozen=True, slots=True)
class WriterKey:
    """Seals, names and checks; opens nothing."""

    public: bytes
    proof: bytes

    def name(self, content: bytes) -> str:
        """Of what has this digest: the same for the same, and it tells nobody else what that is."""
        return hmac.digest(hmac.digest(self.proof, b"names", "sha256"), content, "sha256").hex()

    def mark(self, purpose: str, content: bytes) -> bytes:
        """32 bytes that only who has this key, or the reader's, can make."""
        return hmac.digest(hmac.digest(self.proof, b"marks", "sha256"), purpose.encode() + b"\0" + content, "sha256")

    def marked(self, purpose: str, content: bytes, mark: bytes) -> bool:
        return hmac.compare_digest(self.mark(purpose, content), mark)

    def text(self) -> str:
        return _written(_WRITER, self.public + self.proof)


@dataclass(frozen=True, slots=True)
class ReaderKey:
    """Opens what its writer's half sealed."""

    private: bytes
    proof: bytes

    def writer(self) -> WriterKey:
        key = X25519PrivateKey.from_private_bytes(self.private)
        return WriterKey(key.public_key().public_bytes_raw(), self.proof)

    def text(self) -> str:
        """One line, to be kept in a safe place."""
        return _written(_READER, self.private + self.proof)


def new_reader_key() -> ReaderKey:
    return ReaderKey(X25519PrivateKey.generate().private_bytes_raw(), secrets.token_bytes(_KEY))


def writer_key(line: str) -> WriterKey:
    """Raises InvalidInput."""
    both = _read(_WRITER, line)
    return WriterKey(both[:_KEY], both[_KEY:])


def reader_key(line: str) -> ReaderKey:
    """Raises InvalidInput."""
    both = _read(_READER, line)
    return ReaderKey(both[:_KEY], both[_KEY:])


def _written(kind: str, content: bytes) -> str:
    return kind + base64.urlsafe_b64encode(content + hashlib.sha256(content).digest()[:_SUM]).decode().rstrip("=")


def _read(kind: str, line: str) -> bytes:
    line = line.strip()
    try:
        whole = base64.b64decode(line.removeprefix(kind) + "==", altchars=b"-_", validate=False)
    except (ValueError, binascii.Error):
        whole = b""
    content, total = whole[:-_SUM], whole[-_SUM:]
    if not line.startswith(kind) or len(content) != 2 * _KEY or hashlib.sha256(content).digest()[:_SUM] != total:
        raise InvalidInput(f"This is no key of backups, or not all of it: it begins with {kind} and is one line.")
    return content


def sealed(key: WriterKey, purpose: str, content: Iterable[bytes]) -> Iterator[bytes]:
    """The parts of a file that holds `content`, which may come in parts of any size. Memory for two pieces."""
    own = X25519PrivateKey.generate()
    public = own.public_key().public_bytes_raw()
    shared = own.exchange(X25519PublicKey.from_public_bytes(key.public))
    secret, commitment = _derived(shared + key.proof, public + key.public, purpose)
    yield MAGIC + public + commitment
    cipher, marks = AESGCM(secret), _marks(key.proof, public + commitment, purpose)
    for number, (piece, last) in enumerate(_pieces(content)):
        nonce = _nonce(number, last=last)
        body = cipher.encrypt(nonce, piece, None)
        yield body
        yield marks.encrypt(nonce, b"", body)


def opened(key: ReaderKey, purpose: str, file: BinaryIO) -> Iterator[bytes]:
    """The content, piece by piece, each as soon as it is proved; that it is whole is only proved at the end.

    Raises Unavailable for a file that is damaged, cut off, put together by somebody else, or of another key or purpose.
    """
    public, commitment = _header(file)
    try:
        shared = X25519PrivateKey.from_private_bytes(key.private).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:  # a point that would make the secret zero
        raise _damaged() from error
    secret, expected = _derived(shared + key.proof, public + key.writer().public, purpose)
    if not hmac.compare_digest(commitment, expected):
        raise _damaged()
    cipher = AESGCM(secret)
    for nonce, body, _ in _bodies(file):
        try:
            yield cipher.decrypt(nonce, body, None)
        except InvalidTag as error:
            raise _damaged() from error


def check(key: WriterKey, purpose: str, file: BinaryIO) -> None:
    """That a file is what this key sealed for this purpose, without opening it. Raises Unavailable."""
    public, commitment = _header(file)
    marks = _marks(key.proof, public + commitment, purpose)
    for nonce, body, mark in _bodies(file):
        try:
            marks.decrypt(nonce, mark, body)
        except InvalidTag as error:
            raise _damaged() from error


def _derived(secret: bytes, salt: bytes, purpose: str) -> tuple[bytes, bytes]:
    """The file's key and the commitment to it."""
    both = HKDF(hashes.SHA256(), 2 * _KEY, salt, b"novacast backup 1\0" + purpose.encode()).derive(secret)
    return both[:_KEY], both[_KEY:]


def _marks(proof: bytes, salt: bytes, purpose: str) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), _KEY, salt, b"novacast backup 1 marks\0" + purpose.encode()).derive(proof))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _pieces(content: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Pieces, and whether each is the last; there is always a last one, if need be an empty one."""
    held = bytearray()
    for part in content:
        rest = memoryview(part)
        while len(held) + len(rest) > PIECE:
            taken = PIECE - len(held)
            yield bytes(held) + bytes(rest[:taken]), False
            held.clear()
            rest = rest[taken:]
        held += rest
    yield bytes(held), True


def _header(file: BinaryIO) -> tuple[bytes, bytes]:
    header = file.read(HEADER)
    if len(header) != HEADER or not header.startswith(MAGIC):
        raise _damaged()
    return header[len(MAGIC) : len(MAGIC) + _KEY], header[len(MAGIC) + _KEY :]


def _bodies(file: BinaryIO) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Nonce, encrypted piece and mark of each; the last is the one that nothing stands behind."""
    size, number = PIECE + 2 * _TAG, 0
    part = file.read(size)
    while True:
        following = file.read(size)
        if len(part) < 2 * _TAG:
            raise _damaged()
        yield _nonce(number, last=not following), part[:-_TAG], part[-_TAG:]
        if not following:
            return
        part, number = following, number + 1


def _damaged() -> Unavailable:
    return Unavailable("It is damaged, was not made by this venue, or belongs to another key.")

"""Keys of one caller's media: its keying material messages, draft-sharabayko-srt-01 sections 3.2.2 and 6."""

import secrets

from novacast.errors import Malformed, Unauthenticated, UnsupportedMedia
from novacast.i18n import text
from novacast.security.streamcipher import CounterCipher, unwrapped, wrapped

HEAD = 16
"""Bytes before the salt."""
SALT = 16
ROUNDS = 2048
COUNTER_MODE = 2
EVEN, ODD = 1, 2
_SIGNED = b"\x12\x20\x29"
_SIZES = (16, 24, 32)
_TRANSPORT_STREAM = 2


class MediaKeys:
    """Learns keys from messages, which name them even and odd: an encoder announces the next before it uses it."""

    def __init__(self, passphrase: str) -> None:
        self._passphrase = passphrase
        self._ciphers: dict[int, tuple[CounterCipher, int]] = {}

    def learn(self, message: bytes) -> None:
        """Raises Malformed, UnsupportedMedia for another cipher, Unauthenticated for another passphrase."""
        if len(message) < HEAD + SALT or message[:3] != _SIGNED:
            raise Malformed(text("The encoder sent a key that can't be read."))
        which, cipher, salt, size = message[3] & 3, message[8], 4 * message[14], 4 * message[15]
        if cipher != COUNTER_MODE or salt != SALT:
            raise UnsupportedMedia(text("Of SRT's ciphers only AES-CTR is known here."))
        salted, wrapped = message[HEAD : HEAD + SALT], message[HEAD + SALT :]
        names = [one for one in (EVEN, ODD) if which & one]
        if not names or size not in _SIZES or len(wrapped) != 8 + len(names) * size:
            raise Malformed(text("The encoder sent a key that can't be read."))
        keys = unwrapped(self._passphrase, salted[8:], ROUNDS, size, wrapped)
        begin = int.from_bytes(salted[:14], "big")
        for place, name in enumerate(names):
            self._ciphers[name] = CounterCipher(keys[place * size : (place + 1) * size]), begin

    def opened(self, which: int, sequence: int, data: bytes) -> bytes:
        """Raises Unauthenticated where that key was never told."""
        found = self._ciphers.get(which)
        if found is None:
            raise Unauthenticated(text("The encoder uses a key that it did not tell."))
        cipher, salt = found
        return cipher.apply(data, _counter(salt, sequence))


class OwnKey:
    """What is sent from here is encrypted with: one key of 128 bits, which every receiver knows. A connection may send
    as many packets with it as there are sequence numbers."""

    def __init__(self, passphrase: str) -> None:
        key, salt = secrets.token_bytes(_SIZES[0]), secrets.token_bytes(SALT)
        self._cipher, self._salt = CounterCipher(key), int.from_bytes(salt[:14], "big")
        lengths = bytes((0, _TRANSPORT_STREAM, 0, 0, 0, SALT // 4, len(key) // 4))
        head = _SIGNED + bytes((EVEN, 0, 0, 0, 0, COUNTER_MODE)) + lengths
        self.message = head + salt + wrapped(passphrase, salt[8:], ROUNDS, key)
        """For the receiver, who knows the passphrase."""

    def closed(self, sequence: int, data: bytes) -> bytes:
        return self._cipher.apply(data, _counter(self._salt, sequence))


def _counter(salt: int, sequence: int) -> bytes:
    return ((salt ^ sequence) << 16).to_bytes(16, "big")

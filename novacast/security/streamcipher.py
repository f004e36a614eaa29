"""The cipher of encrypted media streams: AES in counter mode under keys that a passphrase unwraps."""

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from novacast.errors import Unauthenticated
from novacast.i18n import text


def unwrapped(passphrase: str, salt: bytes, rounds: int, size: int, wrapped: bytes) -> bytes:
    """Keys wrapped (RFC 3394) under a key of `size` bytes that PBKDF2 with HMAC-SHA-1, which SRT prescribes, makes of a
    passphrase. Raises Unauthenticated for another passphrase."""
    try:
        return aes_key_unwrap(_derived(passphrase, salt, rounds, size), wrapped)
    except (InvalidUnwrap, InvalidKey, ValueError) as error:
        raise Unauthenticated(text("The passphrase is not the one that is set here.")) from error


def wrapped(passphrase: str, salt: bytes, rounds: int, key: bytes) -> bytes:
    """What `unwrapped` opens."""
    return aes_key_wrap(_derived(passphrase, salt, rounds, len(key)), key)


def _derived(passphrase: str, salt: bytes, rounds: int, size: int) -> bytes:
    kdf = PBKDF2HMAC(algorithm=hashes.SHA1(), length=size, salt=salt, iterations=rounds)  # noqa: S303 - SRT's own choice
    return kdf.derive(passphrase.encode())


class CounterCipher:
    """AES-CTR; each piece of data has a counter of its own to begin at."""

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.AES(key)

    def apply(self, data: bytes, counter: bytes) -> bytes:
        """Encrypted or decrypted, which is the same. `counter`: 16 bytes."""
        return Cipher(self._key, modes.CTR(counter)).encryptor().update(data)

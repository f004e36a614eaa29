"""What a certificate says, and whether a key is its key."""

import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from novacast.clock import DAY, instant
from novacast.errors import BadSettings
from novacast.records import dataclass
from novacast.security.tls import files, names


@dataclass(frozen=True, slots=True)
class Certificate:
    """The first certificate of a chain. Instants are microseconds, `fingerprint` is SHA-256 as AB:CD:…"""

    names: tuple[str, ...]
    """Subject alternative names: host names and addresses."""
    subject: str
    issuer: str
    not_before: int
    not_after: int
    fingerprint: str

    @classmethod
    def of(cls, certificate: x509.Certificate) -> "Certificate":
        digest = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
        return cls(
            names=_names(certificate),
            subject=_called(certificate.subject),
            issuer=_called(certificate.issuer),
            not_before=instant(certificate.not_valid_before_utc),
            not_after=instant(certificate.not_valid_after_utc),
            fingerprint=digest,
        )

    def days_left(self, now: int) -> int:
        """Whole days until it runs out; negative when it has."""
        return (self.not_after - now) // DAY

    def covers(self, host: str) -> bool:
        return names.covers(self.names, host)


def load(chain: Path, key: Path) -> Certificate:
    """The certificate in the file `chain`, whose private key is in the file `key` (which may be the same).

    Raises BadSettings that names the file and what is wrong with it.
    """
    pem = _present(chain)
    # One file is read once: a renewal between two looks at it would show two halves that don't fit.
    private = pem if key == chain else _present(key)
    certificate = parse(pem, chain)
    public = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if _public(private, key) != public:
        raise BadSettings(f"The key in {key} does not belong to the certificate in {chain}. Name the two that do.")
    return Certificate.of(certificate)


def parse(pem: bytes, source: Path) -> x509.Certificate:
    """The first certificate of a PEM text; `source` is named when it has none."""
    try:
        return x509.load_pem_x509_certificates(pem)[0]
    except ValueError as error:
        raise BadSettings(f"{source} holds no certificate in PEM form, or a damaged one.") from error


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def own_key(pem: bytes, source: Path) -> ec.EllipticCurvePrivateKey:
    """A key that `key_pem` wrote."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise BadSettings(f"The key {source} is damaged. Restore it from a backup.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise BadSettings(f"The key {source} is not one that NovaCast made. Restore it from a backup.")
    return key


def san(hosts: tuple[str, ...]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([_general(name) for name in hosts])


def _general(name: str) -> x509.GeneralName:
    found = names.address(name)
    return x509.DNSName(name) if found is None else x509.IPAddress(found)


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    addresses = found.get_values_for_type(x509.IPAddress)
    single = [str(at) for at in addresses if isinstance(at, (ipaddress.IPv4Address, ipaddress.IPv6Address))]
    return (*(name.lower() for name in found.get_values_for_type(x509.DNSName)), *single)


def _called(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def _present(path: Path) -> bytes:
    data = files.read(path)
    if data is None:
        raise BadSettings(f"{path}: there is no such file. `novacast tls` makes one, or mend [tls] in the settings.")
    return data


def _public(pem: bytes, source: Path) -> bytes:
    """The public half of a private key, of whatever kind, as DER."""
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise BadSettings(f"The key {source} is encrypted. NovaCast needs one without a passphrase.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadSettings(f"{source} holds no private key in PEM form, or a damaged one.") from error
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

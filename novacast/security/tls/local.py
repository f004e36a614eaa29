"""A certificate authority of this data folder's own, for names and networks that no public authority vouches for.

Devices that install it trust whatever its key signs, so it binds itself (name constraints, RFC 5280, 4.2.1.10)
to local names, private networks, and the hosts it was made for. A stolen key can't impersonate the rest of the web.
"""

import datetime
import ipaddress
from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from novacast.clock import HOUR, Clock, instant, moment
from novacast.errors import BadSettings, InvalidInput
from novacast.records import dataclass
from novacast.security.tls import certificates, files, names
from novacast.security.tls.certificates import Certificate
from novacast.security.tls.files import TlsFiles

CA_DAYS = 3652
SERVER_DAYS = 397
"""Longest that browsers take from any authority (CA/Browser Forum, Baseline Requirements 6.3.2; Apple)."""

_EARLIER = datetime.timedelta(hours=1)
"""Certificates begin a little in the past, for devices whose clocks are behind."""

_LOCAL_NAMES = ("localhost", "local", "internal", "home.arpa", "lan", "home", "test")
_LOCAL_NETWORKS = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)


@dataclass(frozen=True, slots=True)
class Authority:
    """The local CA as it rests on disk."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def permits(self, host: str) -> bool:
        """Whether the name constraints let it vouch for `host`."""
        try:
            extension = self.certificate.extensions.get_extension_for_class(x509.NameConstraints)
        except x509.ExtensionNotFound:
            return True
        address = names.address(host)
        for permitted in extension.value.permitted_subtrees or ():
            if isinstance(permitted, x509.DNSName) and address is None:
                if host == permitted.value or host.endswith(f".{permitted.value}"):
                    return True
            elif isinstance(permitted, x509.IPAddress) and address is not None and _within(address, permitted.value):
                return True
        return False


class LocalAuthority:
    def __init__(self, folder: TlsFiles, clock: Clock) -> None:
        self._files, self._clock = folder, clock

    def certificate(self) -> Certificate | None:
        """The CA's own certificate, if it has been made."""
        pem = files.read(self._files.authority)
        return Certificate.of(certificates.parse(pem, self._files.authority)) if pem is not None else None

    def exported(self) -> tuple[bytes, bytes] | None:
        """The CA's certificate as PEM and as DER, for devices to install; None before it is made."""
        pem = files.read(self._files.authority)
        if pem is None:
            return None
        return pem, certificates.parse(pem, self._files.authority).public_bytes(Encoding.DER)

    def vouches_for(self, host: str) -> bool:
        authority = self._open()
        return authority is not None and authority.permits(host)

    def establish(self, owner: str, hosts: Iterable[str]) -> Certificate:
        """Make the CA anew, bound to local names and `hosts`. What the earlier one signed loses its trust with it."""
        key = certificates.new_key()
        certificate = self._root(owner, tuple(hosts), key)
        self._files.prepare()
        # Key first: a certificate without its key would look finished. A key alone is replaced by the next run.
        self._files.authority.unlink(missing_ok=True)
        files.replace(self._files.authority_key, certificates.key_pem(key))
        files.replace(self._files.authority, certificate.public_bytes(Encoding.PEM))
        return Certificate.of(certificate)

    def issue(self, hosts: tuple[str, ...]) -> Certificate:
        """A new certificate and key for `hosts` into `server.pem`. Raises InvalidInput for a host out of bounds."""
        authority = self.check(hosts)
        key = certificates.new_key()
        certificate = self._leaf(authority, hosts, key)
        files.replace(self._files.server, certificate.public_bytes(Encoding.PEM) + certificates.key_pem(key))
        return Certificate.of(certificate)

    def check(self, hosts: tuple[str, ...]) -> Authority:
        """The authority, if it may vouch for all of `hosts`. Raises as `issue` does."""
        authority = self._open()
        if authority is None:
            raise BadSettings("There is no local certificate authority yet. `novacast tls local` makes one.")
        for host in hosts:
            if not authority.permits(host):
                raise InvalidInput.field(
                    "host",
                    f"The local authority was not made for {host} and binds itself to local names. "
                    "Add --new-authority to replace it (every device then installs the new one), or use "
                    "`novacast tls acme` for a public domain.",
                    "not_permitted",
                )
        return authority

    def current(self) -> Certificate | None:
        """The certificate in `server.pem`, if it works and this authority signed it."""
        root, pem = files.read(self._files.authority), files.read(self._files.server)
        if root is None or pem is None:
            return None
        try:
            signer = certificates.parse(root, self._files.authority)
            certificates.parse(pem, self._files.server).verify_directly_issued_by(signer)
            return certificates.load(self._files.server, self._files.server)
        except (BadSettings, ValueError, TypeError, InvalidSignature):
            return None

    def _open(self) -> Authority | None:
        pem, key = files.read(self._files.authority), files.read(self._files.authority_key)
        if pem is None:
            return None
        if key is None:
            raise BadSettings(
                f"{self._files.authority_key} is missing, so the local authority can't sign any more. Restore it from "
                "a backup, or make another with `novacast tls local --new-authority`."
            )
        return Authority(
            certificates.parse(pem, self._files.authority), certificates.own_key(key, self._files.authority_key)
        )

    def _root(self, owner: str, hosts: tuple[str, ...], key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        begin = moment(self._clock.now()) - _EARLIER
        called = x509.Name(
            [
                x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, owner[:64]),
                # The day tells two authorities of one house apart in a device's list.
                x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{owner[:40]} local CA {begin:%Y-%m-%d}"),
            ]
        )
        usage = _usage(digital_signature=False, signs_certificates=True)
        builder = _builder(called, called, key.public_key(), begin, begin + datetime.timedelta(days=CA_DAYS))
        return (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(_bounds(hosts), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )

    def _leaf(self, authority: Authority, hosts: tuple[str, ...], key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        root = authority.certificate
        # No certificate outlives what vouches for it.
        begin = max(moment(self._clock.now()) - _EARLIER, root.not_valid_before_utc)
        end = min(begin + datetime.timedelta(days=SERVER_DAYS), root.not_valid_after_utc)
        if instant(end) - self._clock.now() < HOUR:
            raise BadSettings(
                "The local certificate authority has run out, or the clock is wrong. Mend the clock, or make another "
                "authority with `novacast tls local --new-authority`."
            )
        owner = root.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
        called = (
            x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, owner[0].value)]) if owner else root.subject
        )
        return (
            _builder(called, root.subject, key.public_key(), begin, end)
            .add_extension(certificates.san(hosts), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True, signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
            )
            .sign(authority.key, hashes.SHA256())
        )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    begin: datetime.datetime,
    end: datetime.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        # Both ends belong to the validity (RFC 5280, 4.1.2.5): a second less keeps it at whole days.
        .not_valid_after(end - datetime.timedelta(seconds=1))
    )


def _bounds(hosts: tuple[str, ...]) -> x509.NameConstraints:
    """Permitted: local names with all below them, private networks, `hosts` exactly (a name: with all below it)."""
    permitted: list[x509.GeneralName] = [x509.DNSName(name) for name in _LOCAL_NAMES]
    permitted += [x509.IPAddress(ipaddress.ip_network(network)) for network in _LOCAL_NETWORKS]
    for host in hosts:
        address = names.address(host)
        permitted.append(x509.DNSName(host) if address is None else x509.IPAddress(ipaddress.ip_network(address)))
    return x509.NameConstraints(list(dict.fromkeys(permitted)), None)


def _within(address: names.Address, network: object) -> bool:
    return isinstance(network, (ipaddress.IPv4Network, ipaddress.IPv6Network)) and address in network


def _usage(*, digital_signature: bool, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )

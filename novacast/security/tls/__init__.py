"""Certificates for HTTPS: a local authority of our own, ACME (RFC 8555), and what any certificate says.

All is kept in one folder, `keys/tls/` of the data folder. `server.pem` holds chain and private key in one file, so that
a renewal replaces both in one rename: whenever we are killed, what lies there is a pair.
"""

from novacast.security.tls.certificates import Certificate, load
from novacast.security.tls.files import TlsFiles, read, replace
from novacast.security.tls.local import LocalAuthority
from novacast.security.tls.names import addresses_here, covers, host, host_names_here, public_domain
from novacast.security.tls.orders import LETS_ENCRYPT, Answer, Order, Responder

__all__ = [
    "LETS_ENCRYPT",
    "Answer",
    "Certificate",
    "LocalAuthority",
    "Order",
    "Responder",
    "TlsFiles",
    "addresses_here",
    "covers",
    "host",
    "host_names_here",
    "load",
    "public_domain",
    "read",
    "replace",
]

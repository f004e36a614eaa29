"""Whether a browser gives a page cameras, WHIP, service workers and Web Push (W3C Secure Contexts, 3.1).

A page that needs one hands `secure_context(call)` to its template, which says so where it is false and links to /tls.
"""

import ipaddress

from novacast.web.call import Call


def secure_context(call: Call) -> bool:
    return call.secure or is_loopback(call.request.host)


def is_loopback(authority: str) -> bool:
    """Whether `host[:port]`, as the browser wrote it, is this machine to it: trustworthy on plain http too."""
    host = authority.partition("]")[0].removeprefix("[") if authority.startswith("[") else authority.partition(":")[0]
    host = host.lower().rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""Where somebody else may send this server: the wide internet, and what its operator named."""

import pytest

from novacast.errors import BadSettings
from novacast.security.addresses import Reach, literal, public


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("100.64.0.1", False),  # shared address space of providers (RFC 6598)
        ("127.0.0.1", False),
        ("127.255.255.254", False),
        ("169.254.169.254", False),  # metadata of clouds
        ("172.16.0.1", False),
        ("172.31.255.255", False),
        ("192.0.0.8", False),
        ("192.0.2.1", False),
        ("192.168.1.1", False),
        ("198.18.0.1", False),
        ("203.0.113.7", False),
        ("224.0.0.1", False),
        ("239.255.255.250", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::7f00:1", False),  # IPv4-compatible, which nobody routes
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::7f00:1", False),
        ("192.88.99.1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),  # Teredo
        ("2002:7f00:1::", False),
        ("2002:808:808::1", False),  # 6to4, whoever is behind it
        ("3fff::1", False),
        ("2001:db8::1", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),  # metadata of clouds
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("ff02::1", False),
    ],
)
def test_an_address_is_public_whatever_it_is_wrapped_in(address: str, is_public: bool) -> None:
    assert public(address) is is_public


def test_what_an_operator_names_may_be_called_as_well() -> None:
    reach = Reach.of(["10.1.0.0/16", "192.168.7.9", "fd00::/8", "Hooks.Internal."], "key")
    assert reach.allows("any.example", "10.1.2.3")
    assert reach.allows("any.example", "::ffff:10.1.2.3")
    assert reach.allows("any.example", "192.168.7.9")
    assert reach.allows("any.example", "fd12::1")
    assert reach.allows("hooks.internal", "127.0.0.1")
    assert reach.allows("any.example", "8.8.8.8")
    assert not reach.allows("any.example", "10.2.0.1")
    assert not reach.allows("any.example", "192.168.7.10")
    assert not reach.allows("evil.hooks.internal", "127.0.0.1")
    assert [reach.named(one) for one in ("hooks.internal", "10.1.9.9", "any.example", "8.8.8.8")] == [
        True,
        True,
        False,
        False,
    ]
    assert not Reach().allows("any.example", "127.0.0.1")


@pytest.mark.parametrize("entry", ["", "10.0.0.1/8", "host:80", "two words", "http://host/"])
def test_what_is_no_host_and_no_network_is_named(entry: str) -> None:
    with pytest.raises(BadSettings, match=r"\[webhooks\] allowed"):
        Reach.of([entry], "[webhooks] allowed")


def test_names_are_told_from_addresses() -> None:
    assert [literal(one) for one in ("1.2.3.4", "::1", "127.1", "a.example", "")] == [True, True, False, False, False]

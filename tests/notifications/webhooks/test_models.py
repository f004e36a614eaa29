"""Which addresses may be sent to, and how long is waited."""

import pytest

from novacast.clock import DAY, HOUR, SECOND
from novacast.errors import InvalidInput
from novacast.notifications.webhooks.models import JITTER, WAITS, checked_url, wait_after
from novacast.security.addresses import Reach

REACH = Reach.of(["127.0.0.1", "hooks.internal"], "key")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "pattern"),
        ("https://", "pattern"),
        ("ftp://host/", "scheme"),
        ("http://host.example/", "scheme"),
        ("file:///etc/passwd", "pattern"),
        ("https://user:word@host.example/", "secret"),
        ("https://host.example/#part", "secret"),
        ("https://ho st.example/", "pattern"),
        ("https://host.example\\@127.0.0.1/", "pattern"),
        ("https://host.example:99999/", "pattern"),
        ("https://host.example/a\nb", "pattern"),
        ("https://127.0.0.2/", "private"),
        ("https://[::1]/", "private"),
        ("https://[::ffff:10.0.0.1]/", "private"),
        ("https://10.1.2.3/", "private"),
        ("https://100.64.0.1/", "private"),
        ("https://169.254.169.254/latest", "private"),
        ("https://224.0.0.1/", "private"),
        ("https://localhost/", "private"),
        ("https://some.localhost./", "private"),
    ],
)
def test_addresses_that_are_none_or_lead_inside_are_refused(url: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_url(url, REACH)
    assert (refused.value.errors[0].field, refused.value.errors[0].code) == ("url", code)


@pytest.mark.parametrize(
    "url",
    [
        "https://host.example",
        "https://host.example:8443/path?key=1",
        "https://[2606:4700::1111]/",
        "http://127.0.0.1:9000/",
        "http://hooks.internal/",
        "https://HOOKS.internal/",
    ],
)
def test_others_are_taken_as_they_are(url: str) -> None:
    assert checked_url(f" {url} ", REACH) == url


def test_waits_are_the_standards_and_longer_by_chance() -> None:
    waits = [wait_after(attempts, 0) for attempts in range(1, 11)]
    assert waits == [*WAITS, None]
    assert sum(WAITS) > 3 * DAY
    assert wait_after(1, 1) == 6 * SECOND
    assert wait_after(1, 0, 60) == 60 * SECOND
    assert wait_after(3, 0, 60) == WAITS[2]
    assert wait_after(9, 1, 1e9) == round(24 * HOUR * (1 + JITTER))

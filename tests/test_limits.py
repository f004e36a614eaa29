import pytest

from novacast.errors import RateLimited
from novacast.limits import Rate, RateLimiter, network
from tests.fakes.clock import FakeClock

RATE = Rate("try", burst=3, period=30, growth=2, longest=100)


def refused(limiter: RateLimiter, key: str = "a") -> float:
    with pytest.raises(RateLimited) as caught:
        limiter.check(RATE, key)
    return caught.value.retry_after


def test_a_burst_passes_then_one_waits(clock: FakeClock) -> None:
    limiter = RateLimiter(clock)
    for _ in range(3):
        limiter.check(RATE, "a")
    wait = refused(limiter)
    clock.advance(wait)
    limiter.check(RATE, "a")


def test_keys_and_rates_do_not_touch_each_other(clock: FakeClock) -> None:
    limiter = RateLimiter(clock)
    for _ in range(3):
        limiter.check(RATE, "a")
    refused(limiter)
    limiter.check(RATE, "b")
    limiter.check(Rate("other", burst=1, period=1), "a")


def drain(limiter: RateLimiter) -> float:
    """Use up what is left; the wait that the refusal names."""
    while True:
        try:
            limiter.check(RATE, "a")
        except RateLimited as refusal:
            return refusal.retry_after


def test_refusals_grow_up_to_the_longest(clock: FakeClock) -> None:
    limiter = RateLimiter(clock)
    waits = []
    for _ in range(7):
        waits.append(drain(limiter))
        clock.advance(waits[-1])
    assert waits == [10, 20, 40, 80, 100, 100, 100]


def test_a_quiet_period_forgives(clock: FakeClock) -> None:
    limiter = RateLimiter(clock)
    clock.advance(drain(limiter))
    clock.advance(drain(limiter) + 30)
    limiter.check(RATE, "a")
    assert drain(limiter) == 10


def test_asking_while_blocked_does_not_lengthen_the_block(clock: FakeClock) -> None:
    limiter = RateLimiter(clock)
    for _ in range(3):
        limiter.check(RATE, "a")
    first = refused(limiter)
    for _ in range(50):
        refused(limiter)
    assert refused(limiter) == pytest.approx(first)


def test_a_success_forgives(clock: FakeClock) -> None:
    limiter = RateLimiter(clock)
    for _ in range(3):
        limiter.check(RATE, "a")
    refused(limiter)
    limiter.forgive(RATE, "a")
    for _ in range(3):
        limiter.check(RATE, "a")


def test_the_table_is_bounded(clock: FakeClock) -> None:
    limiter = RateLimiter(clock, capacity=100)
    for number in range(1000):
        limiter.check(RATE, str(number))
    assert len(limiter._cells) <= 100


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("local", "local"),
        ("", ""),
    ],
)
def test_an_ipv6_line_counts_as_one_place(address: str, place: str) -> None:
    assert network(address) == place

"""When a packet is due."""

from novacast.live.srt.playout import SAMPLES, WRAP, Playout

LATENCY, TRIP = 120_000, 40_000
HOUR = 3_600_000_000


def test_a_packet_is_due_when_it_was_sent_and_the_delay_is_over() -> None:
    playout = Playout(sent=5_000, now=1_000_000, latency=LATENCY)
    assert playout.due(5_000) == 1_000_000 + LATENCY
    assert playout.due(25_000) == 1_020_000 + LATENCY


def test_stamps_go_on_where_32_bits_end_and_packets_may_be_in_disorder_there() -> None:
    playout = Playout(sent=WRAP - 10_000, now=0, latency=0)
    assert [playout.due(stamp % WRAP) for stamp in (WRAP - 5_000, WRAP + 5_000, WRAP - 1_000, WRAP + 9_000)] == [
        5_000, 15_000, 9_000, 19_000,
    ]  # fmt: skip


def test_clocks_that_drift_for_hours_make_nothing_late() -> None:
    """By 100 in a million, which is more than the delay after 20 minutes."""
    playout, off = Playout(sent=0, now=0, latency=LATENCY), []
    step = 10_000
    for sent in range(0, 2 * HOUR, HOUR // 60):
        for sample in range(SAMPLES):
            stamp = sent + sample * step
            now = stamp + stamp // 10_000
            playout.hear(stamp % WRAP, now, TRIP)
        off.append(playout.due(stamp % WRAP) - LATENCY - now)
    assert max(map(abs, off)) < 20_000


def test_a_way_that_gets_longer_is_no_drift() -> None:
    playout = Playout(sent=0, now=0, latency=LATENCY)
    playout.hear(0, 0, TRIP)
    for stamp in range(10_000, 10_000 * (SAMPLES + 1), 10_000):
        playout.hear(stamp, stamp + 100_000, TRIP + 200_000)
    assert abs(playout.due(stamp) - LATENCY - stamp) < 1_000

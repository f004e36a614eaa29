from novacast.live.broadcast.strain import (
    BEHIND_SECONDS,
    LATE_SECONDS,
    LATE_WEIGHT,
    MOST_RESTORES,
    RESTED,
    SUSTAINED,
    Strain,
    weighed,
)


def passes(strain: Strain, now: float, seconds: float, *, weight: float) -> float:
    """Time goes by, in the steps that the broadcast's own loop takes."""
    for _ in range(round(seconds * 10)):
        now += 0.1
        strain.note(weight, now)
    return now


def test_one_hiccup_costs_nothing() -> None:
    strain = Strain(0)
    now = 0.0
    for _ in range(20):
        now = passes(strain, now, SUSTAINED - 1, weight=1)
        now = passes(strain, now, SUSTAINED, weight=0)
        assert not strain.too_much


def test_what_lasts_is_too_much_also_with_short_breaks() -> None:
    strain = Strain(0)
    now = 0.0
    for _ in range(10):
        now = passes(strain, now, 1, weight=1)
        now = passes(strain, now, 0.3, weight=0)
    assert strain.too_much
    strain.relieved(now)
    assert not strain.too_much


def test_a_lag_that_stays_costs_the_top_rung_only_where_viewers_are_to_be_close() -> None:
    behind = (LATE_SECONDS + BEHIND_SECONDS) / 2
    strain, now = Strain(0), 0.0
    now = passes(strain, now, SUSTAINED / LATE_WEIGHT - 1, weight=weighed(behind, waiting=False, close=True))
    assert not strain.too_much
    passes(strain, now, 2, weight=weighed(behind, waiting=False, close=True))
    assert strain.too_much
    assert weighed(behind, waiting=False, close=False) == 0 == weighed(LATE_SECONDS / 2, waiting=False, close=True)


def test_an_encoder_that_takes_nothing_or_is_far_behind_is_strained_in_every_profile() -> None:
    for close in (False, True):
        assert weighed(0, waiting=True, close=close) == 1 == weighed(BEHIND_SECONDS, waiting=False, close=close)


def test_a_loop_that_stood_still_is_not_taken_for_strain() -> None:
    strain = Strain(0)
    strain.note(1, 3600)
    assert not strain.too_much


def test_a_rung_comes_back_after_a_rest_later_the_second_time_and_then_never() -> None:
    strain = Strain(0)
    now = 0.0
    for number in range(MOST_RESTORES):
        strain.relieved(now)
        now = passes(strain, now, RESTED * 4**number - 1, weight=0)
        assert not strain.may_restore(now)
        now = passes(strain, now, 2, weight=0)
        assert strain.may_restore(now)
        strain.restores += 1
    now = passes(strain, now, 3600, weight=0)
    assert not strain.may_restore(now)

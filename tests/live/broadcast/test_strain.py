from novacast.live.broadcast.strain import MOST_RESTORES, RESTED, SUSTAINED, Strain


def passes(strain: Strain, now: float, seconds: float, *, strained: bool) -> float:
    """Time goes by, in the steps that the broadcast's own loop takes."""
    for _ in range(round(seconds * 10)):
        now += 0.1
        strain.note(strained, now)
    return now


def test_one_hiccup_costs_nothing() -> None:
    strain = Strain(0)
    now = 0.0
    for _ in range(20):
        now = passes(strain, now, SUSTAINED - 1, strained=True)
        now = passes(strain, now, SUSTAINED, strained=False)
        assert not strain.too_much


def test_what_lasts_is_too_much_also_with_short_breaks() -> None:
    strain = Strain(0)
    now = 0.0
    for _ in range(10):
        now = passes(strain, now, 1, strained=True)
        now = passes(strain, now, 0.3, strained=False)
    assert strain.too_much
    strain.relieved(now)
    assert not strain.too_much


def test_a_loop_that_stood_still_is_not_taken_for_strain() -> None:
    strain = Strain(0)
    strain.note(True, 3600)
    assert not strain.too_much


def test_a_rung_comes_back_after_a_rest_later_the_second_time_and_then_never() -> None:
    strain = Strain(0)
    now = 0.0
    for number in range(MOST_RESTORES):
        strain.relieved(now)
        now = passes(strain, now, RESTED * 4**number - 1, strained=False)
        assert not strain.may_restore(now)
        now = passes(strain, now, 2, strained=False)
        assert strain.may_restore(now)
        strain.restores += 1
    now = passes(strain, now, 3600, strained=False)
    assert not strain.may_restore(now)

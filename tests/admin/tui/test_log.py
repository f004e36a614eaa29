"""The log that the console shows."""

import logging

from novacast.logs import Ring, Wanted

LOOKS = [
    "GET /api/v1/admin/log 200 0.8 ms local -",
    "GET /api/v1/admin/realtime 499 9114.2 ms 192.0.2.7 p7t9v3x5",
    "GET /api/v1/channels/k3p5n2w7/keys 200 0.8 ms local -",
]
OTHERS = [
    "GET /api/v1/admin/log 403 0.8 ms 192.0.2.7 -",
    "POST /api/v1/admin/storage/sweep 200 9.1 ms local -",
    "GET /api/v1/channels/k3p5n2w7/keys 200 0.8 ms 192.0.2.7 p7t9v3x5",
    "GET /api/v1/channels/k3p5n2w7/keys 404 0.8 ms local -",
    "GET /events 200 3.0 ms 192.0.2.7 -",
]


def test_its_own_looks_are_not_in_it_but_one_that_was_refused_is() -> None:
    ring, access = Ring(), logging.getLogger("novacast.access")
    for said in (*LOOKS, *OTHERS, *LOOKS):
        ring.emit(access.makeRecord(access.name, logging.INFO, "", 0, said, (), None))
    assert [line.message for line in ring.lines(Wanted())] == OTHERS

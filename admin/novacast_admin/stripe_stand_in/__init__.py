"""A stand-in for Stripe that the unmodified SDK talks to: in tests, and in a demo whose cards need no account."""

SECRET_KEY = "sk_test_novacast"  # noqa: S105 - known to everybody: it opens nothing but a stand-in
SIGNING = "whsec_test"

"""Signatures, held against the reference `standardwebhooks` where it can tell, and against the standard's text."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from novacast.clock import SECOND, SystemClock
from novacast.notifications.webhooks.signing import Scheme, Secret, signatures

BODY = '{"type":"order.paid.v1","data":{"id":"Bühne"}}'.encode()
ID = "msg_abcdef"


def headers(*secrets: Secret, seconds: int | None = None) -> dict[str, str]:
    at = SystemClock().now() // SECOND if seconds is None else seconds
    signed = signatures(list(secrets), ID, at, BODY)
    return {"webhook-id": ID, "webhook-timestamp": str(at), "webhook-signature": signed}


def test_the_reference_takes_what_is_signed_and_nothing_else() -> None:
    secret = Secret.new(Scheme.V1)
    reference, sent = Webhook(secret.text), headers(secret)
    assert reference.verify(BODY, sent) == {"type": "order.paid.v1", "data": {"id": "Bühne"}}
    for wrong in ({"webhook-id": "msg_other"}, {"webhook-timestamp": str(int(sent["webhook-timestamp"]) - 1)}):
        with pytest.raises(WebhookVerificationError):
            reference.verify(BODY, sent | wrong)
    with pytest.raises(WebhookVerificationError):
        reference.verify(BODY + b" ", sent)
    with pytest.raises(WebhookVerificationError, match="too old"):
        reference.verify(BODY, headers(secret, seconds=int(sent["webhook-timestamp"]) - 301))
    with pytest.raises(WebhookVerificationError):
        Webhook(Secret.new(Scheme.V1).text).verify(BODY, sent)


def test_the_reference_signs_the_same() -> None:
    secret, at = Secret.new(Scheme.V1), 1_700_000_000
    theirs = Webhook(secret.text).sign(ID, datetime.fromtimestamp(at, UTC), BODY.decode())
    assert signatures([secret], ID, at, BODY) == theirs


def test_while_a_secret_rotates_the_old_and_the_new_both_fit() -> None:
    old, new, asymmetric = Secret.new(Scheme.V1), Secret.new(Scheme.V1), Secret.new(Scheme.V1A)
    sent = headers(new, old, asymmetric)
    assert [one.partition(",")[0] for one in sent["webhook-signature"].split(" ")] == ["v1", "v1", "v1a"]
    for one in (old, new):
        assert Webhook(one.text).verify(BODY, sent)


def test_a_public_key_checks_v1a_and_is_written_as_the_standard_has_it() -> None:
    secret = Secret.new(Scheme.V1A)
    assert secret.text.startswith("whsk_")
    assert secret.public.startswith("whpk_")
    sent = headers(secret)
    version, _, signature = sent["webhook-signature"].partition(",")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(secret.public.removeprefix("whpk_")))
    content = f"{ID}.{sent['webhook-timestamp']}.".encode() + BODY
    key.verify(base64.b64decode(signature), content)
    assert version == "v1a"
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(signature), content + b"x")


def test_secrets_are_as_long_as_the_standard_wants_and_told_to_nobody() -> None:
    secret = Secret.new(Scheme.V1)
    assert 24 <= len(base64.b64decode(secret.text.removeprefix("whsec_"))) <= 64
    assert secret.text not in repr(secret)
    assert Secret.new(Scheme.V1) != secret

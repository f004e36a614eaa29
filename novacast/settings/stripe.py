"""The settings of payments by card."""

from novacast.records import dataclass
from novacast.settings.declaring import setting

TEST_PUBLIC, LIVE_PUBLIC = "pk_test_", "pk_live_"
TEST_KEYS, LIVE_KEYS = ("sk_test_", "rk_test_"), ("sk_live_", "rk_live_")


@dataclass(frozen=True, slots=True)
class Stripe:
    """Cards, wallets and bank debits, paid at Stripe's own pages."""

    secret_key: str = setting(
        "",
        "Secret or, better, restricted key of the Stripe account, of the mode that [tickets] mode says; empty: no "
        "payments by card. Better in NOVACAST_STRIPE_SECRET_KEY_FILE.",
        secret=True,
    )
    webhook_secrets: tuple[str, ...] = setting(
        (),
        "Signing secrets (whsec_...) of the webhook endpoint; two while one is rolled; none: Stripe is asked every few "
        "minutes instead. Better in NOVACAST_STRIPE_WEBHOOK_SECRETS_FILE, with commas between.",
        secret=True,
    )
    element: bool = setting(
        False,
        "Whether a buyer's first attempt to pay is on a page of this house, in Stripe's Payment Element; off: at "
        "Stripe's page. Needs publishable_key.",
    )
    publishable_key: str = setting("", "Publishable key (pk_...) of the account; browsers see it.")
    element_script: str = setting(
        "", "Address of another script than Stripe's own, on this machine; for tests alone; empty: Stripe's."
    )
    timeout_seconds: float = setting(15.0, "Seconds that Stripe may take for one answer.", low=1, high=80)
    retries: int = setting(1, "Repetitions of a request whose connection broke, with the same key.", low=0, high=3)
    base_url: str = setting("", "Address of the API; empty: Stripe's own.")

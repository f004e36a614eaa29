"""States as people read them."""

from novacast.i18n import gettext as _
from novacast.notifications.webhooks.models import Progress, State


def state_name(state: State) -> str:
    return {
        State.ENABLED: _("Enabled"),
        State.PAUSED: _("Paused"),
        State.GONE: _("Gone"),
        State.FAILING: _("Failing"),
    }[state]


def progress_name(progress: Progress) -> str:
    return {
        Progress.PENDING: _("On its way"),
        Progress.DELIVERED: _("Delivered"),
        Progress.FAILED: _("Given up"),
        Progress.SKIPPED: _("Not sent"),
    }[progress]

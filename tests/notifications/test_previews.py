"""Every mail can be looked at in every language, by those who run the server alone."""

import pytest

from novacast.errors import Forbidden, NotFound
from novacast.i18n import Languages
from novacast.identity import SYSTEM, Principal, Role
from novacast.notifications.choices.links import UnsubscribeLinks
from novacast.notifications.kinds import KINDS, RULES, Way
from novacast.notifications.letters import Letters
from novacast.notifications.previews.service import Previews


@pytest.fixture(scope="module")
def previews() -> Previews:
    languages = Languages()
    letters = Letters(languages, "The Venue", "noreply@venue.example", UnsubscribeLinks(bytes(32), "https://v.example"))
    return Previews(letters, languages, "https://v.example")


@pytest.mark.parametrize("language", Languages().tags)
def test_every_mail_has_a_preview_in_every_language(previews: Previews, language: str) -> None:
    for known in previews.all():
        one = previews.show(known.name, language)
        assert one.language == language
        assert (one.subject, one.text, one.html) > ("", "", "")
        assert ("List-Unsubscribe" in dict(one.headers)) is RULES[KINDS[known.name]].switchable(Way.MAIL)
        assert "{{" not in one.html


def test_what_there_is_not_is_not_shown(previews: Previews) -> None:
    for name in ("no_such", "../layout", "parts/foot", ""):
        with pytest.raises(NotFound):
            previews.show(name, "en")


def test_only_those_who_run_the_server_may_look(previews: Previews) -> None:
    assert previews.shown(SYSTEM, "order_paid", "de").language == "de"
    for who in (Principal(), Principal(person_id="ada", roles={"org": Role.OWNER})):
        with pytest.raises(Forbidden):
            previews.listed(who)
        with pytest.raises(Forbidden):
            previews.shown(who, "order_paid", "de")

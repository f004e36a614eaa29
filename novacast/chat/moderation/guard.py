"""What stands between a text and its room: bans, who may write, how new an account may be, links, words. In the
transaction that would store it, so that what was set a moment ago counts."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from novacast.chat.markup import links
from novacast.chat.models import Draft, Entry, Guest, Links, Message, Room, State, Who
from novacast.chat.moderation.authority import Authority, Chair
from novacast.chat.moderation.holds import store as holds
from novacast.chat.moderation.journal import Journal, shown
from novacast.chat.moderation.ports import Standings
from novacast.chat.moderation.rules import store as rules
from novacast.chat.moderation.rules.models import Rules
from novacast.chat.moderation.sanctions.door import SanctionDoor
from novacast.chat.moderation.sanctions.marking import Marking
from novacast.chat.moderation.words.models import WordAction
from novacast.chat.moderation.words.service import WordLists
from novacast.clock import MINUTE, SECOND
from novacast.database import Transaction
from novacast.errors import Forbidden, RateLimited
from novacast.i18n import text

_BARE = re.compile(
    r"(?<![\w@.])(?:[\w-]{1,63}\.){1,4}(?:com|net|org|info|biz|io|gg|tv|me|co|xyz|top|site|online|shop|live|link|click|"
    r"app|dev|ru|cn|tk|ly|de|eu|uk|[a-z]{2}(?=/))(?![\w-])",
    re.IGNORECASE,
)
"""An address as people type it, without what makes a link of it. Each part is bounded, so it takes no time."""

Heard = Callable[[str, Message], None]
"""Is told the organization and what was said in one of its rooms."""


class NotSaid(Forbidden):
    """A message has a word or a link in it that the room does not take. Its author still has it."""

    code: ClassVar[str] = "not_said"


class NotForYou(Forbidden):
    """At this moment only some may write in a room, such as members or those with a ticket."""

    code: ClassVar[str] = "not_for_you"


class AccountTooYoung(RateLimited):
    """A room takes messages only from accounts that are older."""

    code = "account_too_young"


class ModerationGuard:
    def __init__(
        self,
        door: SanctionDoor,
        lists: WordLists,
        standings: Standings,
        marking: Marking,
        authority: Authority,
        journal: Journal,
        heard: Heard,
    ) -> None:
        """`heard` is told of what was said where the machine is to look at it."""
        self._door, self._lists, self._standings, self._marking = door, lists, standings, marking
        self._authority, self._journal, self._heard = authority, journal, heard

    async def prepare(self, guest: Guest) -> None:
        if not guest.moderates:
            await self._lists.prepare(guest.place.org_id, guest.place.media_id)

    def admit(self, tx: Transaction, guest: Guest) -> None:
        """Raises Banned, TimedOut."""
        self._door.check(tx, guest)

    def check(self, tx: Transaction, room: Room, guest: Guest, draft: Draft) -> Draft:
        """Raises NotForYou, AccountTooYoung, Forbidden, NotSaid."""
        if guest.moderates:
            return draft
        layers = rules.layers_of(tx, room.org_id, room.id)
        here = layers.rules
        _check_badges(here.who, guest)
        self._check_account(tx, here, guest)
        draft = _without_links(here.links, draft)
        self._marking.trace(tx, guest, here)
        verdict = self._lists.of(tx, room.org_id, room.id, layers.version).judge(draft.text)
        if verdict.action is WordAction.REFUSE:
            words = ", ".join(verdict.found)
            raise NotSaid(text("This is not said here: {words}. Change it; your text is still yours.", words=words))
        if verdict.action is WordAction.HOLD:
            return replace(
                draft, text=verdict.text, state=State.HELD, held_for=("word", ", ".join(verdict.patterns)[:200])
            )
        if verdict.action is WordAction.REPLACE or here.automatic:
            draft = replace(draft, text=verdict.text, watched=here.automatic)
        return draft

    def said(self, tx: Transaction, room: Room, guest: Guest, draft: Draft, made: Message) -> None:
        reason, detail = draft.held_for
        if made.state is State.HELD and reason:
            holds.put(tx, made.id, reason, detail)
            self._journal.tell(tx, room.id, {"hold": {"id": made.id, "reason": reason, "detail": detail}})
        elif made.state is State.SHOWN and draft.watched:
            tx.after_commit(lambda: self._heard(room.org_id, made))

    def outrank(self, tx: Transaction, guest: Guest, person_id: str) -> None:
        """Raises Forbidden."""
        chair = Chair.of(guest)
        if person_id:
            self._authority.over(tx, chair, person_id)
        else:
            self._authority.demand(tx, chair)

    def noted(self, tx: Transaction, entry: Entry) -> None:
        self._journal.tell(tx, entry.room_id, {"entry": shown(entry)})

    def _check_account(self, tx: Transaction, found: Rules, guest: Guest) -> None:
        if not (found.min_account_minutes or found.verified_mail) or guest.person_id is None:
            return
        standing = self._standings.standing(tx, guest.person_id, guest.place.org_id)
        if found.verified_mail and (standing is None or not standing.verified):
            raise Forbidden(text("Only accounts with a proven mail address may write here. Prove yours first."))
        joined = tx.now if standing is None else standing.joined_at
        wait = (joined + found.min_account_minutes * MINUTE - tx.now) / SECOND
        if wait > 0:
            raise AccountTooYoung(
                text(
                    "Your account must be {minutes} minutes old to write here. Yours is still yours.",
                    minutes=found.min_account_minutes,
                ),
                retry_after=wait,
            )


def _check_badges(who: Who, guest: Guest) -> None:
    """Whoever works for the organization may always."""
    needed = who.badges | {"staff", "organizer"}
    if who is Who.EVERYONE or any(one.kind in needed for one in guest.badges):
        return
    said = {
        Who.MEMBERS: text("Only members may write here at the moment."),
        Who.TICKETS: text("Only those with a ticket may write here at the moment."),
    }
    raise NotForYou(said.get(who, text("Only members and those with a ticket may write here at the moment.")))


def _without_links(rule: Links, draft: Draft) -> Draft:
    """Raises NotSaid."""
    if rule is Links.ALLOWED:
        return draft
    found = [*links(draft.text), *(match[0] for match in _BARE.finditer(draft.text))]
    if not found:
        return draft
    if rule is Links.REFUSED:
        raise NotSaid(text("No links are taken here. Leave it out; your text is still yours."))
    return replace(draft, state=State.HELD, held_for=("link", found[0][:200]))

"""Money on its way in and back, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from novacast_admin.records import Attempt, Oddity, Proof
from novacast_admin.tui.deeds import Deed, bindings
from novacast_admin.tui.screens.book import Book, Row, View
from novacast_admin.tui.widgets.figures import moment, money, words

ATTEMPTS, OPEN, INCIDENTS, DISPUTES, REFUNDS = "attempts", "open", "incidents", "disputes", "refunds"
HEADS = ("order", "name", "amount", "by", "state", "changed")
SLOW = 10.0
WAYS = [("cash", "Cash"), ("transfer", "Bank transfer"), ("card_terminal", "Card terminal")]


class Payments(Book):
    KEY, NAME, LABEL = "7", "payments", "Money"
    ABOUT = "Payments, incidents, disputes, refunds, and the proof of the books."
    VIEWS = (
        View(ATTEMPTS, "Payments", HEADS, "Nobody has paid or tried to."),
        View(OPEN, "Open", HEADS, "Nothing is open."),
        View(INCIDENTS, "Incidents", ("what", "subject", "detail"), "No money is in a wrong place.", pace=SLOW),
        View(
            DISPUTES, "Disputes", ("of", "amount", "reason", "state", "answer until"), "Nobody disputes a payment.",
            pace=SLOW,
        ),
        View(
            REFUNDS, "Refunds", ("order", "amount", "by", "state", "reason", "made"),
            "Nothing waits to be given back.", pace=SLOW,
        ),
    )  # fmt: skip
    DEEDS = (
        Deed("y", "verify", "Verify", "Prove the books against orders, seats and payments.", on_row=False),
        Deed("a", "again", "Try again", "Try the refund once more, by the same way.", (REFUNDS,)),
        Deed("g", "given", "Given by hand", "Say that you gave the money back yourself.", (REFUNDS,)),
        Deed("c", "call_off", "Call off", "Call the refund off, while nobody has heard of it.", (REFUNDS,)),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(DEEDS)

    async def rows(self, view: str, words: str) -> Mapping[str, Row]:
        if view in (ATTEMPTS, OPEN):
            page = await self.client.attempts(open_only=view == OPEN, limit=100)
            return {one.id: Row(_attempt(one), one) for one in self.newest(page)}
        if view == INCIDENTS:
            incidents = await self.client.incidents()
            return {f"{n}:{one.subject}": Row(_oddity(one), one) for n, one in enumerate(incidents)}
        found: dict[str, Row] = {}
        for org in (await self.client.organizations()).items:
            listed = await self.client.get(f"/api/v1/organizations/{org.id}/{view}", limit=100)
            cells = _dispute if view == DISPUTES else _refund
            found |= {one["id"]: Row(cells(one), {"org": org.id, **one}) for one in listed["items"]}
        return found

    async def detail(self, record: Any) -> str:
        if not isinstance(record, Attempt):
            return ""
        parts = [f"mode {record.mode}", f"captured {money(record.captured, record.currency)}"]
        parts.append(f"given back {money(record.refunded, record.currency)}")
        if record.reference:
            parts.append(f"reference {record.reference}")
        return ", ".join(parts) + (f"\nMISMATCH: {record.mismatch}" if record.mismatch else "")

    async def do_verify(self, _: Any) -> str:
        proof = await self.client.verify()
        if proof.clean:
            return f"The books are right: {proof.moves} moves, {proof.units} units, {proof.transfers} transfers."
        await self.read("What is wrong with the books", _wrong(proof))
        return f"{len(proof.wrong)} things are wrong in the books."

    async def do_again(self, refund: Mapping[str, Any]) -> str:
        await self.client.send("POST", f"{_path(refund)}/again", {"way": None})
        return f"The refund of {refund['code']} is tried again."

    async def do_given(self, refund: Mapping[str, Any]) -> str | None:
        way = await self.choose(f"How did you give {_amount(refund)} back?", WAYS)
        if way is None or not await self.sure(f"Have you given {_amount(refund)} back for {refund['code']}?", "Given"):
            return None
        await self.client.send("POST", f"{_path(refund)}/given", {"way": way, "reference": ""})
        return f"{_amount(refund)} of {refund['code']} are given back."

    async def do_call_off(self, refund: Mapping[str, Any]) -> str | None:
        if not await self.sure(f"Call off the refund of {_amount(refund)}? The money stays owed.", "Call off"):
            return None
        await self.client.send("POST", f"{_path(refund)}/call-off")
        return f"The refund of {refund['code']} is called off; the money is owed still."


def _path(refund: Mapping[str, Any]) -> str:
    return f"/api/v1/organizations/{refund['org']}/refunds/{refund['id']}"


def _amount(one: Mapping[str, Any]) -> str:
    return money(one["amount"], one["currency"])


def _attempt(one: Attempt) -> Sequence[str]:
    marks = ("MISMATCH" if one.mismatch else "", "TEST" if one.mode == "test" else "")  # first: what is cut is the end
    state = words((*marks, one.state.replace("_", " ")), " ")
    amount = money(one.amount, one.currency)
    return one.code, one.name, amount, one.provider.replace("_", " "), state, moment(one.changed_at)


def _oddity(one: Oddity) -> Sequence[str]:
    return one.what.replace("_", " "), one.subject, one.detail


def _dispute(one: Mapping[str, Any]) -> Sequence[str]:
    waits = one["state"] in ("open", "asked")
    state = "ONLY ASKED" if one["state"] == "asked" else one["state"]
    return one["code"] or "membership", _amount(one), one["reason"], state, moment(one["due_at"]) if waits else ""


def _refund(one: Mapping[str, Any]) -> Sequence[str]:
    state = f"{'BY HAND ' if one['by_hand'] else ''}{one['state']}"
    return one["code"], _amount(one), one["provider"], state, one["reason"] or "", moment(one["created_at"])


def _wrong(proof: Proof) -> str:
    lines = [f"{one.what}: {one.subject} {one.detail}" for one in proof.wrong]
    return "\n".join([*lines, *proof.attacks])

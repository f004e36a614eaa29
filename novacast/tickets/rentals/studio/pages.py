"""What a video is sold as, on one form."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import Field

from novacast.errors import Conflict, FieldError, InvalidInput, NotFound
from novacast.i18n import gettext as _
from novacast.i18n import text
from novacast.tickets.rentals.models import DAYS, OfferKind, Price, Terms
from novacast.tickets.rentals.pages import film_shown
from novacast.tickets.rentals.ports import Trailers
from novacast.tickets.rentals.service import OnSale, VideoSales
from novacast.tickets.words import plain
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import minor

SALE = "/studio/videos/{video_id}/sale"
HOURS = 48
MOST_PROPOSED = 100
"""Trailers that the field proposes; of any other the address can be written."""
Short = Annotated[str, Field(max_length=20)]


class SaleForm(Body):
    currency: Annotated[str, Field(max_length=3)] = "EUR"
    tax: Short = "0"
    buy: Short = ""
    rent: Short = ""
    hours: Annotated[int, Field(ge=1, le=8760)] = HOURS
    days: Annotated[int, Field(ge=1, le=366)] = DAYS
    trailer: Annotated[str, Field(max_length=300)] = ""

    def terms(self) -> Terms:
        """Raises InvalidInput with every field at fault."""
        currency, wrong = self.currency.strip().upper(), list[FieldError]()
        tax = _rate(self.tax)
        if tax is None:
            wrong.append(FieldError("tax", "invalid", text("Write a rate of tax such as 20 or 5.5.")))
        prices: dict[str, int | None] = {}
        for name, written in (("buy", self.buy), ("rent", self.rent)):
            prices[name] = minor(written, currency) if written.strip() else None
            if written.strip() and not prices[name]:
                wrong.append(FieldError(name, "invalid", text("Write the price as 9.00.")))
        if wrong:
            raise InvalidInput(wrong[0].message, errors=wrong)
        buy, rent, rate = prices["buy"], prices["rent"], tax or 0
        return Terms(
            currency,
            None if buy is None else Price(buy, rate),
            None if rent is None else Price(rent, rate, self.hours, self.days),
            self.trailer.strip().rstrip("/").rpartition("/")[2] or None,
        )


class VideoSalePages:
    def __init__(self, sales: VideoSales, trailers: Trailers) -> None:
        self._sales, self._trailers = sales, trailers

    @page(SALE)
    async def show(self, call: Call, video_id: str) -> Html:
        found = await self._sales.arranged(call.principal, video_id)
        return await self._shown(call, found, _values(found))

    @form(SALE)
    async def decide(self, call: Call, video_id: str, form: SaleForm) -> Html | Redirect:
        found = await self._sales.arranged(call.principal, video_id)
        try:
            await self._sales.decide(call.principal, video_id, form.terms())
        except InvalidInput as error:
            return await self._shown(call, found, form, error.errors)
        except NotFound:
            said = text("There is no such video that everybody sees.")
            return await self._shown(call, found, form, [FieldError("trailer", "unknown", said)])
        except Conflict as error:
            return await self._shown(call, found, form, [FieldError("", error.code, error.message)])
        return Redirect(f"/studio/videos/{video_id}/sale", notice=Notice("good", _("Saved.")))

    async def _shown(self, call: Call, found: OnSale, values: SaleForm, errors: Sequence[FieldError] = ()) -> Html:
        reports = [f"/studio/tickets/reports?org={found.film.org_id}&performance={one.perf_id}" for one in found.offers]
        open_ = await self._trailers.open(call.principal, found.film.org_id, MOST_PROPOSED)
        named = {id_: f"{title} · /watch/{id_}" for id_, title in open_ if id_ != found.film.media_id}
        context = {
            "film": film_shown(found.film),
            "values": values.model_copy(update={"trailer": named.get(values.trailer, values.trailer)}),
            "trailers": list(named.values()),
            "errors": errors,
            "sold": bool(found.offers),
            "report": reports[0] if reports else "",
        }
        return Html("tickets/video_sale.html", context, 422 if errors else 200)


def _values(found: OnSale) -> SaleForm:
    offers = {one.kind: one for one in found.offers}
    buy, rent = offers.get(OfferKind.BUY), offers.get(OfferKind.RENT)
    any_ = buy or rent
    currency = found.currency or "EUR"
    return SaleForm(
        currency=currency,
        tax="0" if any_ is None else f"{Decimal(any_.tax_bp) / 100:f}",
        buy="" if buy is None else plain(buy.price, currency),
        rent="" if rent is None else plain(rent.price, currency),
        hours=(rent.hours if rent is not None else None) or HOURS,
        days=(rent.days if rent is not None else None) or DAYS,
        trailer=found.trailer or "",
    )


def _rate(written: str) -> int | None:
    """In hundredths of a percent."""
    try:
        value = Decimal(written.strip().replace(",", ".") or "0") * 100
    except InvalidOperation:
        return None
    return int(value) if value.is_finite() and 0 <= value <= 10_000 and value == value.to_integral_value() else None

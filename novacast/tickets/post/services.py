"""Mails about orders, sent again: API and pages, and the house's page of an order, from which they are."""

from novacast.tickets.office.handling.pages import OrderStudioPages, People
from novacast.tickets.post.pages import ResendPages
from novacast.tickets.post.routes import PostRoutes
from novacast.tickets.post.service import OrderPost
from novacast.tickets.services import TicketServices


def post_routes(own: TicketServices, order_post: OrderPost, people: People) -> list[object]:
    return [
        PostRoutes(order_post, own.orders),
        ResendPages(order_post, own.orders),
        OrderStudioPages(own, order_post, people),
    ]

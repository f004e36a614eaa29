"""HTTP kit: what every slice's routes and pages are made with."""

from novacast.web.answers import Html, Notice, Redirect
from novacast.web.authentication import Authenticator, Credentials
from novacast.web.bodies import Body, ListBody, ListQuery, PageBody
from novacast.web.call import Call
from novacast.web.routing import Route, collect, delete, form, get, head, options, page, patch, post, put, route

__all__ = [
    "Authenticator",
    "Body",
    "Call",
    "Credentials",
    "Html",
    "ListBody",
    "ListQuery",
    "Notice",
    "PageBody",
    "Redirect",
    "Route",
    "collect",
    "delete",
    "form",
    "get",
    "head",
    "options",
    "page",
    "patch",
    "post",
    "put",
    "route",
]

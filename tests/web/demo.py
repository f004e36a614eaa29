"""A small slice as the kit's tests need one: things that can be made, changed, shown and uploaded."""

import asyncio
from typing import Literal

from aiohttp import web
from pydantic import Field

from novacast.database import Database, Query, Then, Transaction
from novacast.errors import (
    Conflict,
    Forbidden,
    Gone,
    InvalidInput,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from novacast.identity import Action, Principal, new_id
from novacast.limits import Rate
from novacast.topics import Topic, Topics
from novacast.web import (
    Body,
    Call,
    Credentials,
    Html,
    ListQuery,
    Notice,
    Redirect,
    delete,
    form,
    get,
    options,
    page,
    patch,
    post,
)

RATE = Rate("demo", burst=2, period=60)


class NewThing(Body):
    title: str = Field(min_length=1, max_length=50)
    size: int = Field(0, ge=0, le=10)
    tags: list[str] = Field(default_factory=list)
    kind: Literal["big", "small"] | None = None


class Thing(Body):
    id: str
    title: str

    @classmethod
    def of(cls, pair: tuple[str, str]) -> "Thing":
        return cls(id=pair[0], title=pair[1])


class Things(Body):
    items: list[Thing]
    next: str | None


class LoginForm(Body):
    email: str
    remember: bool = False
    next: str = "/"


class Log:
    """The table that effects go to."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, title: str, then: Then[tuple[str, str]] | None = None) -> tuple[str, str]:
        def unit(tx: Transaction) -> tuple[str, str]:
            pair = (new_id(), title)
            tx.insert("things", id=pair[0], title=title)
            if then is not None:
                then(tx, pair)
            if title == "doomed":
                raise Conflict("The doomed can't be added.")
            return pair

        return await self._db.write(unit)

    async def titles(self) -> list[str]:
        return await self._db.all(Query("SELECT title FROM things ORDER BY rowid", (), lambda row: str(row[0])))


class DemoRoutes:
    def __init__(self, things: Log) -> None:
        self._things = things
        self.entered, self.gate = asyncio.Event(), asyncio.Event()
        self.fail_after_commit = False

    @post("/api/v1/things", tag="things", status=201, summary="Make one", errors=(Conflict,))
    async def create(self, call: Call, body: NewThing) -> Thing:
        """Words about it."""
        pair = await self._things.add(body.title, then=call.remember(Thing.of))
        if body.title == "slow":
            self.entered.set()
            await self.gate.wait()
        if self.fail_after_commit:
            raise OSError("the cable was pulled after the commit")
        return Thing.of(pair)

    @post("/api/v1/wholes", tag="things", status=201, atomic=True, errors=(Conflict,))
    async def create_whole(self, call: Call, body: NewThing) -> Thing:
        return await self.create(call, body)

    @post("/api/v1/silent", tag="things", status=201)
    async def silent(self, call: Call, body: NewThing) -> Thing:
        return Thing.of(await self._things.add(body.title))

    @post("/api/v1/quiet", tag="things")
    async def quiet(self, call: Call, body: NewThing) -> None:
        await self._things.add(body.title, then=call.remember(lambda pair: None))

    @post("/api/v1/token", tag="tokens", public=True, idempotent=False)
    async def token(self, call: Call, body: NewThing) -> Thing:
        return Thing(id="token", title=body.title)

    @get("/api/v1/things", tag="things", public=True)
    async def all(self, call: Call, query: ListQuery) -> Things:
        return Things(
            items=[Thing(id=str(query.limit), title=t) for t in await self._things.titles()], next=query.cursor
        )

    @get("/api/v1/things/{thing}", tag="things", public=True, errors=(NotFound,))
    async def show(self, call: Call, thing: str) -> Thing:
        return Thing(id=thing, title="a thing")

    @get("/api/v1/numbers/{n}", tag="things", public=True)
    async def number(self, call: Call, n: int) -> Thing:
        return Thing(id=str(n), title="a number")

    @delete("/api/v1/things/{thing}", tag="things")
    async def remove(self, call: Call, thing: str) -> None:
        return None

    @patch("/api/v1/uploads/{thing}", tag="uploads", public=True, stream=True, status=204, errors=(TooLarge,))
    async def upload(self, call: Call, thing: str) -> web.Response:
        size = 0
        async for chunk in call.chunks(8 * 1024 * 1024):
            size += len(chunk)
        return web.Response(status=204, headers={"Upload-Offset": str(size)})

    @options(
        "/api/v1/uploads",
        tag="uploads",
        public=True,
        operation={"responses": {"204": {"description": "What tus can do here."}}},
    )
    async def capabilities(self, call: Call) -> web.Response:
        return web.Response(status=204, headers={"Tus-Version": "1.0.0"})

    @get("/api/v1/me", tag="me")
    async def me(self, call: Call) -> Thing:
        return Thing(id=call.principal.person_id or "system", title=f"{call.address} {call.language}")

    @get("/api/v1/whence", tag="me", public=True)
    async def whence(self, call: Call) -> Thing:
        return Thing(id=call.address, title="https" if call.secure else "http")

    @get("/api/v1/often", tag="me", public=True, errors=(RateLimited,))
    async def often(self, call: Call) -> None:
        call.limit(RATE)

    @get("/api/v1/waits", tag="me", public=True)
    async def waits(self, call: Call) -> Thing:
        self.entered.set()
        await self.gate.wait()
        return Thing(id="waited", title="done")

    @get("/api/v1/fails/{how}", tag="me", public=True)
    async def fails(self, call: Call, how: str) -> Thing:
        known: dict[str, Exception] = {
            "secret": RuntimeError("the password is hunter2"),
            "gone": Gone("It was here."),
            "forbidden": Forbidden("No."),
            "unavailable": Unavailable("/srv/secret/path is down"),
            "field": InvalidInput.field("a.b", "Bad b."),
            "refused": ConnectionRefusedError("the mail server"),
        }
        raise known[how]

    @page("/", public=True)
    async def home(self, call: Call) -> Html:
        return Html("demo/home.html", {"words": "<b>bold</b>"})

    @page("/private")
    async def private(self, call: Call) -> Html:
        return Html("demo/home.html", {"words": call.principal.name}, csp={"style-src": "'self' 'unsafe-inline'"})

    @page("/broken", public=True)
    async def broken(self, call: Call) -> Html:
        raise NotFound("Nobody of that name.")

    @form("/login", public=True)
    async def login(self, call: Call, form: LoginForm) -> Html | Redirect:
        if "@" not in form.email:
            return Html("demo/home.html", {"words": "again"}, status=422)
        call.start_session("tom", 60 if form.remember else 30)
        return Redirect("/private", notice=Notice("good", f"Welcome, {form.email}"))

    @form("/logout")
    async def logout(self, call: Call, form: Body) -> Redirect:
        call.end_session()
        return Redirect("/")


class Known:
    """An authenticator that knows whom it is told of, by session and bearer alike."""

    def __init__(self) -> None:
        self.lookers: set[tuple[str | None, str]] = set()
        """Who may look at which thing, strangers being None."""
        self.people = {
            "tom": Principal("tom", "session-tom", "Tom"),
            "ada": Principal("ada", "session-ada", "Ada", language="de"),
            "reader": Principal("tom", None, "Tom", scopes=frozenset({"read"})),
        }

    async def authenticate(self, credentials: Credentials) -> Principal:
        found = self.people.get(credentials.session or credentials.bearer or "")
        if found is None:
            raise Unauthenticated("That has run out.")
        return found

    async def may_look(self, principal: Principal, subject: str) -> bool:
        return (principal.person_id, subject) in self.lookers


def demo_topics(known: Known) -> Topics:
    topics = Topics()
    names = (
        "a.all a.ada a.b a.house a.internal a.tom chat.said chatter.said demo.big demo.made demo.more member.changed "
        "session.revoked video.ready video.ready.again"
    )
    topics.declare([Topic(name=name, about="It happened.") for name in names.split()])
    topics.declare([Topic(name="video.progress", about="So far it is.", kept=False)])
    topics.declare([Topic(name="order.paid", about="Money came.", action=Action.ORDER_VIEW)])
    seen = [
        Topic(name="stage.said", about="Of those who look.", viewers=True),
        Topic(name="stage.moved", about="Others may look.", viewers=True, unsettles=True),
        Topic(name="stage.viewers", about="So many look.", viewers=True, kept=False),
    ]
    topics.declare(seen, known.may_look)
    return topics

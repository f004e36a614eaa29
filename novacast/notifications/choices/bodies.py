"""Shapes of switches."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import ConfigDict, Field

from novacast.i18n import translated
from novacast.notifications.choices.service import Switches
from novacast.notifications.kinds import Kind, Way
from novacast.web import Body


class SwitchBody(Body):
    way: Way
    on: bool
    fixed: Annotated[bool, Field(description="Whether it can't be switched off; `why` says the reason.")]


class KindBody(Body):
    kind: Kind
    name: str
    about: str
    why: str | None
    switches: list[SwitchBody]

    @classmethod
    def of(cls, one: Switches) -> Self:
        rule = one.rule
        return cls(
            kind=one.kind,
            name=translated(rule.name),
            about=translated(rule.about),
            why=None if rule.why is None else translated(rule.why),
            switches=[
                SwitchBody(way=way, on=way in one.on, fixed=not rule.switchable(way)) for way in Way if way in rule.ways
            ],
        )


class KindsBody(Body):
    items: list[KindBody]

    @classmethod
    def of(cls, switches: Sequence[Switches]) -> Self:
        return cls(items=[KindBody.of(one) for one in switches])


class WishBody(Body):
    kind: Kind
    way: Way
    on: bool


class WishesBody(Body):
    """Those that are to be set; all others stay as they are."""

    switches: Annotated[list[WishBody], Field(max_length=50)]


class UnsubscribeQuery(Body):
    token: Annotated[str, Field(max_length=600)] = ""


class UnsubscribeForm(Body):
    """What mail programs send with it (`List-Unsubscribe=One-Click`), and whatever else, says nothing new: the token is
    in the address."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    again: bool = False


class SwitchesForm(Body):
    """The page's form: each box that is ticked, as `kind.way`."""

    on: Annotated[tuple[str, ...], Field(max_length=50)] = ()

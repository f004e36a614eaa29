"""Shapes of SCIM's queries, and of the admin API that binds groups. Resources themselves are documents of RFC 7643."""

from typing import Annotated

from pydantic import ConfigDict, Field

from novacast.accounts.scim.filters import bare
from novacast.accounts.scim.models import MOST_RESULTS, Group, Order
from novacast.identity import Role
from novacast.web import Body, ListBody

MOST = 2**31


class AttributesQuery(Body):
    """Others that a client may send are let pass."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
    attributes: Annotated[str, Field(max_length=1000, description="Only these, divided by commas.")] = ""
    without: Annotated[str, Field(alias="excludedAttributes", max_length=1000, description="All but these.")] = ""

    def asked(self) -> tuple[list[str], list[str]]:
        return _names(self.attributes), _names(self.without)


class ResourcesQuery(AttributesQuery):
    filter: Annotated[str, Field(max_length=4000, description='Such as `userName eq "ada"`.')] = ""
    start: Annotated[int, Field(alias="startIndex", ge=-MOST, le=MOST, description="Of the first, from 1 on.")] = 1
    count: Annotated[int, Field(ge=-MOST, le=MOST, description=f"At most {MOST_RESULTS}.")] = 100

    sort_by: Annotated[str, Field(alias="sortBy", max_length=200, description="Such as `displayName`.")] = ""
    sort_order: Annotated[str, Field(alias="sortOrder", max_length=20, description="ascending or descending.")] = ""

    def order(self) -> Order | None:
        path = bare(self.sort_by.strip()).lower()
        return Order(path, self.sort_order.strip().casefold() == "descending") if path else None

    def page(self) -> tuple[int, int]:
        """RFC 7644, section 3.4.2.4: less than 1 is 1, and a negative count is 0."""
        return max(1, self.start), max(0, min(self.count, MOST_RESULTS))


class BindBody(Body):
    organization: Annotated[str | None, Field(max_length=40, description="null: its members are nothing by it.")]
    role: Role | None = None


class BoundGroupBody(Body):
    id: str
    name: str
    members: int
    organization: str | None
    role: Role | None

    @classmethod
    def of(cls, one: Group) -> "BoundGroupBody":
        return cls(id=one.id, name=one.name, members=len(one.members), organization=one.org_id, role=one.role)


class BoundGroupsBody(ListBody[BoundGroupBody]):
    pass


def _names(written: str) -> list[str]:
    return [one.strip() for one in written.split(",") if one.strip()]

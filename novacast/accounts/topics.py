"""What is told of people and organizations, and to whom."""

from collections.abc import Sequence

from novacast.identity import Action, Role
from novacast.topics import Topic, maybe, one_of, string

_ORG, _PERSON = string("Id of the organization."), string("Id of the person.")
_ROLE = maybe(one_of("Their role from now on; null: none.", *(role.value for role in Role)))

TOPICS: Sequence[Topic] = (
    Topic(
        name="member.changed",
        about="A person has another role in an organization, or none any more.",
        payload={"org_id": _ORG, "person_id": _PERSON, "role": _ROLE},
        action=Action.MEMBER_VIEW,
    ),
    Topic(name="organization.changed", about="Name or description is another.", payload={"org_id": _ORG}),
    Topic(
        name="person.changed",
        about="What you said of yourself is another.",
        payload={"person_id": _PERSON},
        personal=True,
    ),
    Topic(
        name="session.revoked", about="One of your sessions has ended.", payload={"person_id": _PERSON}, personal=True
    ),
)

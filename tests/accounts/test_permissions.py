"""The table between roles and actions, written out a second time: who changes one must mean it."""

import pytest

from novacast.identity import ANONYMOUS, PERMISSIONS, SYSTEM, Action, Principal, Role

#                        owner manager producer moderator box_office door
TABLE = {
    Action.ORG_VIEW: "yes   yes     yes      yes       yes        yes",
    Action.ORG_EDIT: "yes   yes     no       no        no         no",
    Action.ORG_DELETE: "yes   no      no       no        no         no",
    Action.MEMBER_VIEW: "yes   yes     yes      yes       no         no",
    Action.MEMBER_MANAGE: "yes   yes     no       no        no         no",
    Action.OWNER_MANAGE: "yes   no      no       no        no         no",
    Action.VIDEO_VIEW: "yes   yes     yes      yes       yes        yes",
    Action.VIDEO_UPLOAD: "yes   yes     yes      no        no         no",
    Action.VIDEO_EDIT: "yes   yes     yes      no        no         no",
    Action.VIDEO_DELETE: "yes   yes     yes      no        no         no",
    Action.LIVE_MANAGE: "yes   yes     no       no        no         no",
    Action.LIVE_PRODUCE: "yes   yes     yes      no        no         no",
    Action.LIVE_MARK: "yes   yes     yes      yes       no         no",
    Action.CHAT_MODERATE: "yes   yes     yes      yes       no         no",
    Action.EVENT_MANAGE: "yes   yes     no       no        no         no",
    Action.ORDER_VIEW: "yes   yes     no       no        yes        no",
    Action.ORDER_MANAGE: "yes   yes     no       no        yes        no",
    Action.CHECK_IN: "yes   yes     no       no        yes        yes",
    Action.WEBHOOK_MANAGE: "yes   yes     no       no        no         no",
}
OWN = {Action.VIDEO_VIEW, Action.VIDEO_EDIT, Action.VIDEO_DELETE}


def test_the_table_names_every_action_and_every_role() -> None:
    assert set(TABLE) == set(Action)
    assert set(PERMISSIONS) == set(Role)
    assert {len(row.split()) for row in TABLE.values()} == {len(Role)}


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_what_the_table_says(role: Role, action: Action) -> None:
    allowed = TABLE[action].split()[list(Role).index(role)] == "yes"
    member = Principal("ada", roles={"stage": role})
    assert member.allows(action, "stage") is allowed
    assert member.allows(action, "stage", owner_id="another") is allowed
    assert member.allows(action, "stage", owner_id="ada") is (allowed or action in OWN)
    assert not member.allows(action, "elsewhere", owner_id="ada")


@pytest.mark.parametrize("action", list(Action))
def test_strangers_may_nothing_and_the_system_all(action: Action) -> None:
    assert not ANONYMOUS.allows(action, "stage")
    assert not ANONYMOUS.allows(action, "stage", owner_id=None)
    assert not Principal("ada").allows(action, "stage", owner_id="ada")
    assert SYSTEM.allows(action, "stage")

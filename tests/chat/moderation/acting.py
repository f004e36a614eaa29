"""What moderators do in a room of a test, in a line."""

from typing import Any

from tests.chat.world import World


async def act(world: World, type_: str, who: str = "moderator", **action: Any) -> dict[str, Any]:
    """Over the WebSocket; it must be done."""
    async with world.inside(who) as line:
        done = await line.does(type=type_, **action)
        assert done["type"] == "done", done
        return done


async def rule(world: World, **rules: Any) -> dict[str, Any]:
    """Set rules of the room."""
    status, body = await world.ask("moderator", "PATCH", "ROOM/rules", rules)
    assert status == 200, body
    return dict(body)


async def log(world: World) -> list[dict[str, Any]]:
    status, body = await world.ask("moderator", "GET", "ROOM/log")
    assert status == 200, body
    return list(body["items"])


async def undo(world: World, entry: int, who: str = "moderator") -> tuple[int, Any]:
    return await world.ask(who, "PUT", f"ROOM/log/{entry}/undone")


async def undo_last(world: World) -> dict[str, Any]:
    """Whatever was done last."""
    entry = (await log(world))[0]
    assert entry["can_undo"], entry
    status, body = await undo(world, entry["id"])
    assert status == 200, body
    return dict(body)

"""`novacast webhook`: programs elsewhere that are told what happens, and what became of each message."""

from collections.abc import Sequence
from typing import Annotated

import typer

from novacast.clock import HOUR, iso
from novacast.database import Page
from novacast.errors import InvalidInput
from novacast.identity import SYSTEM
from novacast.notifications.webhooks.models import Delivery, Progress, Story
from novacast.notifications.webhooks.service import Draft, Fresh, Listed
from novacast.notifications.webhooks.signing import Scheme
from novacast.wiring import Services
from novacast_admin.cli import venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import more, print_json, print_table, say

app = noun_app(
    "Webhooks: make, test, see what was sent, send it again.",
    group=True,
    epilog=examples(
        "novacast webhook create https://crm.example/hook --org lantern --topic order.paid.v1",
        "novacast webhook deliveries w7k3p5n2 --state failed",
    ),
)

WebhookId = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Id of the webhook, as `webhook list` shows it.")]
DeliveryId = Annotated[str, typer.Argument(metavar="DELIVERY", help="Id, as `webhook deliveries` shows it.")]
Org = Annotated[str, typer.Option(help="Short name of the organization.")]


@app.command(
    "list",
    cls=Command,
    epilog=examples("novacast webhook list --org lantern", "novacast webhook list --org lantern --json"),
)
def list_(context: typer.Context, org: Org) -> None:
    """List an organization's webhooks."""

    async def work(services: Services) -> Sequence[Listed]:
        organization = await services.accounts.administration.find_organization(SYSTEM, org)
        return await services.webhooks.webhooks.of_org(SYSTEM, organization.id)

    found = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"items": [_json(one) for one in found]})
        return
    rows = [
        (
            one.endpoint.id,
            one.endpoint.url,
            one.endpoint.state.value,
            len(one.endpoint.topics),
            one.endpoint.description,
        )
        for one in found
    ]
    print_table(("id", "address", "state", "topics", "for"), rows)


@app.command(cls=Command, epilog=examples("novacast webhook show w7k3p5n2", "novacast webhook show w7k3p5n2 --json"))
def show(context: typer.Context, webhook_id: WebhookId) -> None:
    """Show a webhook: where it goes, what it is told, since when it fails."""
    found = venue.run(settings_of(context), lambda services: services.webhooks.webhooks.show(SYSTEM, webhook_id))
    if invocation(context).json:
        print_json(_json(found))
        return
    one = found.endpoint
    say(f"{one.url}: {one.state} since {iso(one.state_at)[:19]}. {one.description}")
    if one.failing_since is not None:
        say(f"It has taken nothing since {iso(one.failing_since)[:19]}.")
    print_table(("topic",), [(topic,) for topic in sorted(one.topics)])
    print_table(
        ("signed with", "since", "until"),
        [(each.scheme.value, iso(each.created_at)[:19], (iso(each.expires_at) or "")[:19]) for each in found.secrets],
    )


@app.command(
    cls=Command,
    epilog=examples(
        "novacast webhook create https://crm.example/hook --org lantern --topic order.paid.v1 --topic order.placed.v1",
        "novacast webhook create https://crm.example/hook --org lantern --topic order.paid.v1 --scheme v1a --json",
    ),
)
def create(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Where messages are sent to: https://host/path.")],
    org: Org,
    topic: Annotated[list[str], typer.Option("--topic", help="Type of messages, such as order.paid.v1; repeatable.")],
    description: Annotated[str, typer.Option(help="For whom it is.")] = "",
    scheme: Annotated[str, typer.Option(help=f"How messages are signed: {', '.join(Scheme)}.")] = Scheme.V1.value,
) -> None:
    """Make a webhook. The secret that the receiver checks messages by is printed once, and never again."""
    if scheme not in tuple(Scheme):
        raise InvalidInput.field("scheme", f"{scheme} is none of {', '.join(Scheme)}.")
    draft = Draft(url, topic, description, True)

    async def work(services: Services) -> Fresh:
        organization = await services.accounts.administration.find_organization(SYSTEM, org)
        return await services.webhooks.webhooks.create(SYSTEM, organization.id, draft, Scheme(scheme))

    fresh = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json(_json(fresh.listed) | {"secret": fresh.secret})
    else:
        say(f"Webhook {fresh.listed.endpoint.id}. What its receiver checks messages by, never shown again:")
        print(fresh.secret)


@app.command(cls=Command, epilog=examples("novacast webhook remove w7k3p5n2", "novacast webhook remove w7k3p5n2 --yes"))
def remove(
    context: typer.Context,
    webhook_id: WebhookId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a webhook, with all that is known of what was sent to it."""
    settings = settings_of(context)
    found = venue.run(settings, lambda services: services.webhooks.webhooks.show(SYSTEM, webhook_id))
    if not yes:
        typer.confirm(f"Remove {found.endpoint.url}?", abort=True, err=True)
    venue.run(settings, lambda services: services.webhooks.webhooks.remove(SYSTEM, webhook_id))
    if invocation(context).json:
        print_json({"removed": webhook_id})
    else:
        say(f"{found.endpoint.url} is told nothing any more.")


@app.command(
    cls=Command,
    epilog=examples(
        "novacast webhook deliveries w7k3p5n2", "novacast webhook deliveries w7k3p5n2 --state failed --json"
    ),
)
def deliveries(
    context: typer.Context,
    webhook_id: WebhookId,
    state: Annotated[str | None, typer.Option(help=f"Only in this state: {', '.join(Progress)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 100,
    cursor: Annotated[str | None, typer.Option(help="Where the last list ended.")] = None,
) -> None:
    """List what was sent to a webhook, newest first."""
    if state is not None and state not in tuple(Progress):
        raise InvalidInput.field("state", f"{state} is none of {', '.join(Progress)}.")
    wanted = None if state is None else Progress(state)

    async def work(services: Services) -> Page[Delivery]:
        return await services.webhooks.deliveries.of_endpoint(SYSTEM, webhook_id, wanted, cursor, limit)

    page = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"items": [_delivery(one) for one in page.items], "next": page.next})
        return
    rows = [
        (one.id, iso(one.created_at)[:19], one.type, one.state.value, one.attempts, one.status or one.error)
        for one in page.items
    ]
    print_table(("delivery", "when", "message", "state", "attempts", "answer"), rows)
    more(page.next)


@app.command(cls=Command, epilog=examples("novacast webhook story d5n2w7k3", "novacast webhook story d5n2w7k3 --json"))
def story(context: typer.Context, delivery_id: DeliveryId) -> None:
    """Tell what was sent, and what was answered each time."""
    found = venue.run(settings_of(context), lambda services: services.webhooks.deliveries.story(SYSTEM, delivery_id))
    if invocation(context).json:
        print_json(_delivery(found.delivery) | {"body": found.body, "log": [*_attempts(found)]})
        return
    one = found.delivery
    say(f"{one.type}, {one.state}: {found.body}")
    rows = [
        (each["at"], each["milliseconds"], each["status"] or each["error"], each["answer"]) for each in _attempts(found)
    ]
    print_table(("when", "ms", "answer", "its words"), rows)


@app.command(
    cls=Command,
    epilog=examples("novacast webhook redeliver d5n2w7k3", "novacast webhook redeliver --webhook w7k3p5n2 --hours 24"),
)
def redeliver(
    context: typer.Context,
    delivery_id: Annotated[
        str | None, typer.Argument(metavar="DELIVERY", help="One, as `webhook deliveries` shows it.")
    ] = None,
    webhook: Annotated[str, typer.Option("--webhook", help="All that did not arrive at this one.")] = "",
    hours: Annotated[int, typer.Option(min=1, max=720, help="Of the last so many hours.")] = 24,
) -> None:
    """Send a message again, or all that did not arrive. Its id stays, so that a receiver knows it."""
    if (delivery_id is None) == (not webhook):
        raise InvalidInput("Name a delivery, or a webhook with --webhook.")
    own = invocation(context)

    async def work(services: Services) -> int:
        sender = services.webhooks.deliveries
        if delivery_id is not None:
            await sender.replay(SYSTEM, delivery_id)
            return 1
        return (await sender.replay_since(SYSTEM, webhook, services.clock.now() - hours * HOUR)).deliveries

    count = venue.run(settings_of(context), work)
    if own.json:
        print_json({"deliveries": count})
    else:
        say(f"{count} {'message is' if count == 1 else 'messages are'} sent again by the running server.")


@app.command(cls=Command, epilog=examples("novacast webhook test w7k3p5n2", "novacast webhook test w7k3p5n2 --json"))
def test(context: typer.Context, webhook_id: WebhookId) -> None:
    """Send a message of the type webhook.test.v1, whatever topics were chosen."""
    sent = venue.run(settings_of(context), lambda services: services.webhooks.deliveries.test(SYSTEM, webhook_id))
    if invocation(context).json:
        print_json(_delivery(sent))
    else:
        say(f"A running server sends it in a moment. What came of it: `novacast webhook story {sent.id}`.")


def _json(listed: Listed) -> dict[str, object]:
    one = listed.endpoint
    return {
        "id": one.id,
        "url": one.url,
        "description": one.description,
        "topics": sorted(one.topics),
        "state": one.state.value,
        "since": iso(one.state_at),
        "failing_since": iso(one.failing_since),
        "created_at": iso(one.created_at),
        "secrets": [
            {"scheme": each.scheme.value, "created_at": iso(each.created_at), "expires_at": iso(each.expires_at)}
            for each in listed.secrets
        ],
    }


def _delivery(one: Delivery) -> dict[str, object]:
    return {
        "id": one.id,
        "webhook": one.endpoint_id,
        "message": one.message_id,
        "type": one.type,
        "state": one.state.value,
        "attempts": one.attempts,
        "next_at": iso(one.next_at) if one.state is Progress.PENDING else None,
        "status": one.status,
        "error": one.error,
        "created_at": iso(one.created_at),
        "ended_at": iso(one.ended_at),
    }


def _attempts(found: Story) -> Sequence[dict[str, object]]:
    return [
        {
            "at": iso(one.at),
            "milliseconds": one.took // 1000,
            "status": one.status,
            "error": one.error,
            "answer": one.answer,
        }
        for one in found.attempts
    ]

"""What choices need of others."""

from collections.abc import Awaitable, Callable

Operates = Callable[[str], Awaitable[bool]]
"""Whether the person of this id is one of those who run the server."""

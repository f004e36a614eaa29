"""A console at a real server, driven by its keys."""

from tests.operations.admin.conftest import house

__all__ = ["house"]

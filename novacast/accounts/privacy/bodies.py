"""Shapes of the export: what each slice holds, under a key of its own."""

from typing import Any

from pydantic import ConfigDict, RootModel


class ExportBody(RootModel[dict[str, Any]]):
    """Everything held about a person. The keys are `exported_at` and one per part of the house."""

    model_config = ConfigDict(frozen=True)

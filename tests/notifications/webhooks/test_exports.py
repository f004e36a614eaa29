"""What integrators may hear is a part of what is told, under names that keep their meaning."""

import re

from novacast.facts import TOPICS
from novacast.notifications.webhooks.exports import EXPORTS, reference


def test_every_export_is_told_and_its_fields_are_of_its_topic() -> None:
    topics = {one.name: one for one in TOPICS}
    for name, export in EXPORTS.items():
        topic = topics[export.topic]
        assert set(export.fields.values()) <= topic.payload.keys(), name
        assert topic.kept, name
        assert not topic.personal, name
        assert re.fullmatch(r"[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*\.v[1-9]", name), name


def test_the_reference_names_all_of_them() -> None:
    page = reference(TOPICS)
    assert all(f"`{name}`" in page for name in EXPORTS)

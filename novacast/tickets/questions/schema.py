"""Tables of questions and answers. An answer belongs to a unit that was bought, however often its ticket is made anew,
or to the order as a whole."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import frozen

migrations = Migrations("tickets_questions")


@migrations()
def m001_questions(db: Any) -> None:
    """`until_minutes`: before the performance begins; later an answer stays as it is."""
    statements(
        db,
        """CREATE TABLE questions (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            event_id TEXT NOT NULL REFERENCES events (id),
            position INTEGER NOT NULL,
            scope TEXT NOT NULL CHECK (scope IN ('ticket', 'order')),
            kind TEXT NOT NULL CHECK (kind IN ('text', 'choice', 'several', 'yes_no', 'date', 'number')),
            label TEXT NOT NULL CHECK (label <> ''),
            help TEXT NOT NULL,
            required INTEGER NOT NULL CHECK (required IN (0, 1)),
            options TEXT NOT NULL CHECK (json_valid(options)),
            items TEXT NOT NULL CHECK (json_valid(items)),
            depends_on TEXT REFERENCES questions (id),
            depends_value TEXT CHECK (depends_value IS NULL OR json_valid(depends_value)),
            until_minutes INTEGER NOT NULL CHECK (until_minutes >= 0),
            archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            CHECK ((depends_on IS NULL) = (depends_value IS NULL))
        ) STRICT""",
        "CREATE INDEX questions_event ON questions (event_id, position, id)",
        frozen("questions", "id", "org_id", "event_id", "scope", "kind"),
        """CREATE TABLE answers (
            order_id TEXT NOT NULL REFERENCES orders (id),
            claim_id TEXT REFERENCES claims (id),
            question_id TEXT NOT NULL REFERENCES questions (id),
            value TEXT NOT NULL CHECK (json_valid(value)),
            changed_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE UNIQUE INDEX answers_one ON answers (order_id, question_id, coalesce(claim_id, ''))",
        "CREATE INDEX orders_performance ON orders (perf_id, code)",
        "CREATE INDEX answers_claim ON answers (claim_id) WHERE claim_id IS NOT NULL",
        """CREATE TRIGGER answers_where BEFORE INSERT ON answers BEGIN
            SELECT RAISE(ABORT, 'answers: of another order') WHERE NEW.claim_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM claims WHERE id = NEW.claim_id AND order_id = NEW.order_id);
            SELECT RAISE(ABORT, 'answers: a unit exactly where it is asked of each')
            WHERE (NEW.claim_id IS NOT NULL) <> (SELECT scope = 'ticket' FROM questions WHERE id = NEW.question_id);
        END""",
        frozen("answers", "order_id", "claim_id", "question_id"),
    )

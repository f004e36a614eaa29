"""Tables of occasions and of who was told of them. A row is written in the transaction that queues what it tells of:
neither a crash nor a fact that is heard again tells anybody twice."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("notifications_news")


@migrations()
def m001_news(db: Any) -> None:
    """`reader`: a person's id, or the address of somebody without an account; `shown`: in the list of notices."""
    statements(
        db,
        """CREATE TABLE news_occasions (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            key TEXT NOT NULL UNIQUE,
            things TEXT NOT NULL CHECK (json_valid(things)),
            stage INTEGER NOT NULL DEFAULT 0,
            after TEXT NOT NULL DEFAULT '',
            created_at INTEGER NOT NULL,
            ended_at INTEGER
        ) STRICT""",
        "CREATE INDEX news_occasions_open ON news_occasions (created_at) WHERE ended_at IS NULL",
        "CREATE INDEX news_occasions_ended ON news_occasions (ended_at) WHERE ended_at IS NOT NULL",
        """CREATE TABLE news_notices (
            id TEXT PRIMARY KEY,
            reader TEXT NOT NULL,
            key TEXT NOT NULL,
            kind TEXT NOT NULL,
            news TEXT NOT NULL CHECK (json_valid(news)),
            path TEXT NOT NULL,
            shown INTEGER NOT NULL CHECK (shown IN (0, 1)),
            sent INTEGER NOT NULL CHECK (sent IN (0, 1)),
            at INTEGER NOT NULL,
            read_at INTEGER,
            UNIQUE (reader, key)
        ) STRICT""",
        "CREATE INDEX news_notices_reader ON news_notices (reader, at, id)",
        "CREATE INDEX news_notices_unread ON news_notices (reader) WHERE shown = 1 AND read_at IS NULL",
        "CREATE INDEX news_notices_at ON news_notices (at)",
    )

"""What orders are found by. Words are kept by triggers, so that nobody can forget to; `n` counts in the order in which
orders were made, and rows of the index are read backwards."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("tickets_sales")

_HOLDERS = (
    "SELECT coalesce(group_concat(name, ' '), '') FROM (SELECT DISTINCT t.name FROM tickets t "
    "JOIN orders o ON o.id = t.order_id WHERE t.order_id = {order} AND t.name <> o.name)"
)
"""Names on an order's tickets that are not its buyer's."""


@migrations()
def m001_words(db: Any) -> None:
    statements(
        db,
        "CREATE TABLE order_words (n INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE REFERENCES orders (id)) STRICT",
        """CREATE VIRTUAL TABLE orders_search USING fts5(
            org_id, code, name, email, holders, tokenize="unicode61 remove_diacritics 2", prefix='2 3 4')""",
        "INSERT INTO order_words (order_id) SELECT id FROM orders ORDER BY created_at, id",
        f"""INSERT INTO orders_search (rowid, org_id, code, name, email, holders)
        SELECT w.n, o.org_id, o.code, o.name, o.email, ({_HOLDERS.format(order="o.id")})
        FROM order_words w JOIN orders o ON o.id = w.order_id""",  # noqa: S608 - a text of ours
        """CREATE TRIGGER orders_search_added AFTER INSERT ON orders BEGIN
            INSERT INTO order_words (order_id) VALUES (NEW.id);
            INSERT INTO orders_search (rowid, org_id, code, name, email, holders)
            SELECT n, NEW.org_id, NEW.code, NEW.name, NEW.email, '' FROM order_words WHERE order_id = NEW.id;
        END""",
        """CREATE TRIGGER orders_search_changed AFTER UPDATE OF name, email ON orders BEGIN
            UPDATE orders_search SET name = NEW.name, email = NEW.email
            WHERE rowid = (SELECT n FROM order_words WHERE order_id = NEW.id);
        END""",
        f"""CREATE TRIGGER orders_search_ticketed AFTER INSERT ON tickets
        WHEN NEW.name <> (SELECT name FROM orders WHERE id = NEW.order_id) BEGIN
            UPDATE orders_search SET holders = ({_HOLDERS.format(order="NEW.order_id")})
            WHERE rowid = (SELECT n FROM order_words WHERE order_id = NEW.order_id);
        END""",  # noqa: S608 - a text of ours
        f"""CREATE TRIGGER orders_search_renamed AFTER UPDATE OF name ON tickets WHEN NEW.name <> OLD.name BEGIN
            UPDATE orders_search SET holders = ({_HOLDERS.format(order="NEW.order_id")})
            WHERE rowid = (SELECT n FROM order_words WHERE order_id = NEW.order_id);
        END""",  # noqa: S608 - a text of ours
        "CREATE INDEX orders_org_state ON orders (org_id, state, created_at, id)",
        "CREATE INDEX orders_listed_performance ON orders (perf_id, created_at, id)",
    )


@migrations()
def m002_counter(db: Any) -> None:
    """`once`: what the counter's page gave its form, so that it sells once however often it is sent."""
    statements(
        db,
        """CREATE TABLE counter_sales (
            once TEXT PRIMARY KEY,
            order_id TEXT NOT NULL REFERENCES orders (id),
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX counter_sales_at ON counter_sales (at)",
    )


@migrations()
def m003_notes(db: Any) -> None:
    """What the house noted is found as well. A table of full text gets no further column, so it is made anew."""
    statements(
        db,
        "DROP TRIGGER orders_search_added",
        "DROP TRIGGER orders_search_changed",
        "DROP TABLE orders_search",
        """CREATE VIRTUAL TABLE orders_search USING fts5(
            org_id, code, name, email, holders, note, tokenize="unicode61 remove_diacritics 2", prefix='2 3 4')""",
        f"""INSERT INTO orders_search (rowid, org_id, code, name, email, holders, note)
        SELECT w.n, o.org_id, o.code, o.name, o.email, ({_HOLDERS.format(order="o.id")}), o.note
        FROM order_words w JOIN orders o ON o.id = w.order_id""",  # noqa: S608 - a text of ours
        """CREATE TRIGGER orders_search_added AFTER INSERT ON orders BEGIN
            INSERT INTO order_words (order_id) VALUES (NEW.id);
            INSERT INTO orders_search (rowid, org_id, code, name, email, holders, note)
            SELECT n, NEW.org_id, NEW.code, NEW.name, NEW.email, '', NEW.note FROM order_words WHERE order_id = NEW.id;
        END""",
        """CREATE TRIGGER orders_search_changed AFTER UPDATE OF name, email, note ON orders BEGIN
            UPDATE orders_search SET name = NEW.name, email = NEW.email, note = NEW.note
            WHERE rowid = (SELECT n FROM order_words WHERE order_id = NEW.id);
        END""",
    )

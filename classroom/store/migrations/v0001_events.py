"""What did each learner do?  The table of events, and three views over it."""

import sqlalchemy as sa
from alembic import op

revision = "v0001_events"
down_revision = None

PREDICTIONS = """
CREATE VIEW predictions AS
SELECT e.learner, e.course, e.topic, e.value, e.at
FROM events e
WHERE e.kind = 'predicted' AND NOT EXISTS (
    SELECT 1 FROM events first
    WHERE first.learner = e.learner AND first.course = e.course AND first.kind = e.kind
      AND first.topic = e.topic AND first.id < e.id)
"""

CHECKS = """
CREATE VIEW checks AS
SELECT e.learner, e.course, e.topic, e.name, e.value, e.at
FROM events e
WHERE e.kind = 'checked' AND NOT EXISTS (
    SELECT 1 FROM events later
    WHERE later.learner = e.learner AND later.course = e.course AND later.kind = e.kind
      AND later.topic = e.topic AND later.name = e.name AND later.id > e.id)
"""

DONE = """
CREATE VIEW done AS
SELECT learner, course, topic, min(at) AS at
FROM events
WHERE kind = 'done'
GROUP BY learner, course, topic
"""


def upgrade() -> None:
    """Make the table, its index and the views."""
    op.create_table(
        "events",
        # SQLite numbers the rows by itself only where the key is exactly INTEGER.
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="UTC, microseconds since 1970"),
        sa.Column("learner", sa.Text(), nullable=False),
        sa.Column("course", sa.Text(), nullable=False, server_default="local"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, server_default=""),
        sa.Column("value", sa.Text(), nullable=False, comment="JSON"),
    )
    op.create_index("events_of_learner", "events", ["learner", "course", "kind", "topic", "name", "id"])
    for view in (PREDICTIONS, CHECKS, DONE):
        op.execute(view)

"""What was answered, and where was the learner last?  Two more views over the table of events."""

from alembic import op

revision = "v0002_attempts"
down_revision = "v0001_events"

ATTEMPTS = """
CREATE VIEW attempts AS
SELECT id, learner, course, topic AS exercise, name AS variant, value, at
FROM events
WHERE kind = 'attempted'
"""

PLACES = """
CREATE VIEW places AS
SELECT e.learner, e.course, e.topic, e.at
FROM events e
WHERE e.kind = 'opened' AND e.id = (
    SELECT max(latest.id) FROM events latest
    WHERE latest.learner = e.learner AND latest.course = e.course AND latest.kind = e.kind)
"""


def upgrade() -> None:
    """Make the views."""
    for view in (ATTEMPTS, PLACES):
        op.execute(view)

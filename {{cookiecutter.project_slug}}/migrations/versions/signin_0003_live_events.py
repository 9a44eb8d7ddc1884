"""Events for the open pages of a user."""

import sqlalchemy as sa
from alembic import op

revision = "signin_0003"
down_revision = "signin_0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "live_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=500), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_live_events_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_events")),
    )
    op.create_index(op.f("ix_live_events_created_at"), "live_events", ["created_at"])
    op.create_index(op.f("ix_live_events_user_id"), "live_events", ["user_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_live_events_user_id"), table_name="live_events")
    op.drop_index(op.f("ix_live_events_created_at"), table_name="live_events")

    op.drop_table("live_events")

"""What was said by whom we hold back from."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for name in ("reason", "said"):
        op.add_column(
            "restraint", sa.Column(name, sa.Text, nullable=False, server_default=sa.text("''"))
        )

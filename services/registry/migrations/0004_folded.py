"""Each camera's texts as searches compare them, beside the texts: a database drops there what has not the words."""

import sqlalchemy as sa
from alembic import op

from services.registry.words import folded

revision = "0004"
down_revision = "0003"

_BATCH = 1000
_CAMERAS = sa.table("cameras", *map(sa.column, ("id", "display_name", "display_name_en", "place", "folded")))


def upgrade() -> None:
    """The column, empty where it is not filled yet, and then filled in batches."""
    comment = "both names and the place as searches compare them"
    op.add_column("cameras", sa.Column("folded", sa.Text, nullable=False, server_default="", comment=comment))
    columns, after = _CAMERAS.c, -1
    texts = sa.select(columns.id, columns.display_name, columns.display_name_en, columns.place).order_by(columns.id)
    fill = _CAMERAS.update().where(columns.id == sa.bindparam("b_id")).values(folded=sa.bindparam("b_folded"))
    while rows := op.get_bind().execute(texts.where(columns.id > after).limit(_BATCH)).all():
        after = rows[-1].id
        op.get_bind().execute(fill, [{"b_id": number, "b_folded": folded(said)} for number, *said in rows])

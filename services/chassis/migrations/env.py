"""Alembic's environment, shared by every service: runs on the connection that database.connect hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()

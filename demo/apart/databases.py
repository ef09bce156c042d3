"""A database and a role of its own for each service, in a PostgreSQL that is there: no service can read another's."""

import secrets
from collections.abc import Mapping

import asyncpg
import sqlalchemy as sa

SERVICES = ("registry", "permissions", "streams", "audit")


async def make(owner: str) -> Mapping[str, str]:
    """Make them as the owner of the server at ``owner`` (a URL); the URL of each service's, its password in it."""
    url = sa.make_url(owner)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    made = {}
    try:
        for service in SERVICES:
            name, password = f"kapok_{service}_{secrets.token_hex(4)}", secrets.token_urlsafe(16)
            # Names and passwords are made here, of letters that need no quoting; statements like these take no values.
            await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
            await connection.execute(f"CREATE DATABASE {name} OWNER {name}")
            await connection.execute(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
            mine = url.set(username=name, password=password, database=name)
            made[service] = mine.render_as_string(hide_password=False)
    finally:
        await connection.close()
    return made

"""PostgreSQL of a cluster: a pool for each process, and no request that a restarted server costs."""

import select
from datetime import timedelta
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import create_async_engine

from services.chassis.engines import Dialect, Engines, Limits

_DIALECT = Dialect(
    engine={
        "max_overflow": 0,
        "pool_use_lifo": True,
        # A second writer of a row waits for the first and then sees what it wrote, whatever the server's default
        # is. Stricter levels would fail it instead, and every use case would have to be written to run twice.
        "isolation_level": "READ COMMITTED",
    },
    reads={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    looks={"isolation_level": "AUTOCOMMIT"},
    may_write="SELECT current_setting('transaction_read_only') = 'off'",
)
_ANSWERS_WITHIN_S = 5  # beyond the statement's own time: then the server is taken for away
# Compiling a query costs more than the short ones of a service take, asyncpg's own first of all.
_SERVER_SETTINGS = {"application_name": "kapok", "jit": "off"}


def opened(url: str, limits: Limits) -> Engines:
    """A restarted server costs no request: it has closed its connections, and none that has something to read goes out.

    Looking costs a microsecond. SQLAlchemy's own pool_pre_ping asks the server, in three round trips.
    """
    arguments = {
        "server_settings": {
            **_SERVER_SETTINGS,
            **_milliseconds(statement_timeout=limits.statement, lock_timeout=limits.lock),
        },
        "timeout": limits.connect.total_seconds(),
        "command_timeout": limits.statement.total_seconds() + _ANSWERS_WITHIN_S,
    }
    engine = create_async_engine(
        url, **_DIALECT.engine, connect_args=arguments, pool_size=limits.pool,
        pool_timeout=limits.pool_wait.total_seconds(),
    )  # fmt: skip

    @event.listens_for(engine.sync_engine, "checkout")
    def refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
        driver = connection.driver_connection
        if driver.is_closed() or _has_something_to_read(driver._transport.get_extra_info("socket").fileno()):
            raise DisconnectionError  # the pool then tries another one

    return Engines(engine, engine, _DIALECT)


def _milliseconds(**times: timedelta) -> dict[str, str]:
    """As PostgreSQL's settings want them; 0 would be none at all."""
    return {name: str(max(1, round(time.total_seconds() * 1000))) for name, time in times.items()}


def _has_something_to_read(socket: int) -> bool:
    """On an idle connection that is its end, or a last word about it."""
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))

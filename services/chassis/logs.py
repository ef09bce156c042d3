"""Logs: one JSON object a line on stderr, with the request id of the call being served. Tokens are masked, always."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

from services.chassis import identity

_TOKEN = re.compile(r"(token=)[^&\s\"']+")
_OWN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, request id, principal, and whatever was given as extra."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        caller = identity.current_caller.get()
        if caller is not None:
            line |= {"request_id": caller.request_id, "principal": caller.principal}
        line |= {key: str(value) for key, value in vars(record).items() if key not in _OWN}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _TOKEN.sub(r"\1***", json.dumps(line, ensure_ascii=False))


def configure(level: int = logging.INFO) -> None:
    """Send every log record of this process to stderr as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for talkative in ("alembic", "casbin"):
        logging.getLogger(talkative).setLevel(logging.WARNING)

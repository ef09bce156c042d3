"""Logs: one JSON object a line on stderr, with request id, principal and trace parent of the call being served.

Tokens, passwords and keys are masked, always: in what is said, in what is given beside it, in tracebacks.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from services.chassis import identity, tracing

_MASK = "***"
_NAMES = "token|password|passwd|secret|seed|private_key"
_SECRETS = (
    (re.compile(rf"((?:{_NAMES})\s*=\s*[\"']?)[^&\s\"',;}}]+", re.IGNORECASE), rf"\1{_MASK}"),
    (re.compile(rf"([\"'](?:{_NAMES})[\"']\s*:\s*[\"'])[^\"']+", re.IGNORECASE), rf"\1{_MASK}"),
    (re.compile(r"(\bBearer\s+)[\w.~+/=-]+", re.IGNORECASE), rf"\1{_MASK}"),
    (re.compile(r"(://[^/\s:@\"']*:)[^/\s@\"']+@"), rf"\1{_MASK}@"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), _MASK),  # a JSON Web Token, wherever it stands
    (re.compile(r"\bS[UAONC][A-Z2-7]{56}\b"), _MASK),  # the seed of an nkey
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), _MASK),
)
_SECRET_NAME = re.compile(rf"{_NAMES}|authorization", re.IGNORECASE)
_OWN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {"message", "asctime", "taskName"}


def masked(text: str) -> str:
    """``text`` without whatever looks like a secret."""
    for secret, instead in _SECRETS:
        text = secret.sub(instead, text)
    return text


def _said(record: logging.LogRecord, formatter: logging.Formatter) -> dict[str, str]:
    """Everything about a record, in order, masked."""
    line = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": masked(record.getMessage()),
    }
    caller, trace = identity.current_caller.get(), tracing.current.get()
    if caller is not None:
        line |= {"request_id": caller.request_id, "principal": caller.principal}
    if trace is not None:
        line["trace_parent"] = str(trace)
    for key, value in vars(record).items():
        if key not in _OWN:
            line[key] = _MASK if _SECRET_NAME.search(key) else masked(str(value))
    if record.exc_info:
        line["exception"] = masked(formatter.formatException(record.exc_info))
    return line


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, request id, principal, trace parent, and whatever was given as extra."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_said(record, self), ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """The same for people: a line, then what was raised. A message that breaks the line is shown on one, escaped."""

    def format(self, record: logging.LogRecord) -> str:
        line = _said(record, self)
        raised = line.pop("exception", "")
        words = [line.pop(key) for key in ("time", "level", "logger")]
        words += [json.dumps(line.pop("message"), ensure_ascii=False)[1:-1]]
        words += [f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in line.items()]
        return " ".join(words) + (f"\n{raised}" if raised else "")


FORMATS: Mapping[str, Callable[[], logging.Formatter]] = {"json": JsonFormatter, "text": TextFormatter}


def configure(form: str = "json", level: int = logging.INFO) -> None:
    """Send every log record of this process to stderr, in a form of FORMATS."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FORMATS[form]())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for talkative in ("alembic", "casbin"):
        logging.getLogger(talkative).setLevel(logging.WARNING)

"""Structured logs: one line an event, request id on each, secrets masked in one place."""

import logging
import re
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

# Names that carry secrets, as a key of structured values and in texts (`password=…`, `"token": "…"`, `Cookie: …`).
SECRET_NAME = re.compile(r"authorization|passw(or)?d|secret|token|api_?key|credential|cookie|session|csrf", re.I)
_NAMES = r"[\w-]*(?:passw(?:or)?d|secret|token|api_?key|credentials?|session_?id|signature)[\w-]*"
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
SECRET_TEXT = [
    # Values after a secret's name: key=…, "access_token": "…"; a quoted value ends at its quote, a bare one at a separator.
    (re.compile(rf"(?P<head>(?:{_NAMES})[\"']?\s*[=:]\s*)(?P<tail>\"[^\"]*\"|'[^']*'|[^\s&\"'<>,;}}]+)", re.I), r"\g<head>***"),
    (
        re.compile(r"(?P<head>[?&](?:key|sign|sig|code)=)[^\s&\"'<>]+", re.I),
        r"\g<head>***",
    ),  # too common as words to be masked anywhere else
    (re.compile(r"(?P<head>\b(?:set-)?cookie[\"']?\s*[=:]\s*)[^\r\n]+", re.I), r"\g<head>***"),
    (re.compile(r"(?P<head>\b(?:bearer|basic|digest)\s+)[\w.~+/=-]{6,}", re.I), r"\g<head>***"),
    (re.compile(r"(?P<head>://[^\s/@:]*:)[^\s/@]+(?=@)"), r"\g<head>***"),  # redis://:password@host
    (re.compile(r"(?P<head>\b(?:syt|gops|mct)_)[\w-]+"), r"\g<head>***"),  # Matrix's and our own tokens, wherever they stand
    # Parts of addresses: our doors and one-time links, and the webhooks of platforms.
    (
        re.compile(r"(?P<head>/in/|/first-user/|/invitation/|/password/reset/key/|/hook/|/webhooks/\d+/|/bot\d+:)[^\s/?\"'<>]+"),
        r"\g<head>***",
    ),
]


def mask(text: str) -> str:
    """`text` with every value that looks like a secret replaced by ***."""
    for pattern, instead in SECRET_TEXT:
        text = pattern.sub(instead, text)
    return text


def mask_event(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """structlog processor: masks values under secret names, and secrets inside texts, however deep."""
    return {name: value if name in ("_record", "_from_structlog") else _masked(name, value) for name, value in event.items()}


def _masked(name: str, value: Any) -> Any:
    if SECRET_NAME.search(name):
        return "***"
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: _masked(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_masked("", inner) for inner in value]
    return value if isinstance(value, (int, float, bool, type(None))) else mask(str(value))


def configure(options: dict[str, Any]) -> None:
    """Called by Django with settings.LOGGING: {"level": str, "json": bool}."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
        mask_event,  # after the traceback has become text
    ]
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )  # rich's shows local variables
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if options["json"] else console
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(options["level"])
    for noisy in ("httpx", "httpcore", "urllib3", "celery.app.trace", "celery.worker.strategy", "celery.beat"):
        logging.getLogger(noisy).setLevel(logging.WARNING)  # these log whole URLs, keys included; ticks would drown the rest
    logging.getLogger("django.server").propagate = True
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


class RequestLog:
    """One line a request, with an id that the answer carries too. The path alone: a query string may hold what people typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.log = logging.getLogger("groupops.request")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id, started = uuid.uuid4().hex[:12], time.monotonic()
        with structlog.contextvars.bound_contextvars(request=request_id):
            response = self.get_response(request)
            took = (time.monotonic() - started) * 1000
            self.log.info("%s %s %s %.0fms", request.method, CONTROL.sub("?", request.path), response.status_code, took)
        response["X-Request-ID"] = request_id
        return response

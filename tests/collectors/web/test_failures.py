"""Each failure of the taxonomy under its name, with its fate and a remedy."""

from __future__ import annotations

import pytest
import requests

from collectors.web.failures import FAILURES, failure, of_exception, of_status
from model.errors import Retry, Skip, Stop

SOCKS = "SOCKSHTTPConnectionPool(host='x.onion', port=80): Socket error: {}: Unknown error"


def test_every_failure_says_what_it_means_and_what_to_do() -> None:
    for reason, known in FAILURES.items():
        error = failure(reason, "http://x.example/")
        assert error.reason == reason
        assert isinstance(error, known.fate)
        assert known.meaning
        assert known.remedy


@pytest.mark.parametrize(
    ("code", "reason", "fate"),
    [
        ("0xf0", "descriptor-missing", Retry),
        ("0xF4", "authorisation-missing", Stop),
        ("0xf5", "authorisation-wrong", Stop),
        ("0xf6", "bad-address", Skip),
        ("0x01", "service-down", Retry),
        ("0x04", "service-unreachable", Retry),
        ("0x05", "port-closed", Retry),
        ("0x99", "service-unreachable", Retry),
    ],
)
def test_what_tor_answers_over_socks(code: str, reason: str, fate: type[Exception]) -> None:
    error = of_exception(requests.ConnectionError(SOCKS.format(code)), "x")
    assert error.reason == reason
    assert isinstance(error, fate)


def test_a_proxy_that_is_not_there_is_tor_not_running() -> None:
    text = "SOCKSHTTPConnection: Failed to establish a new connection: [Errno 111] refused"
    assert of_exception(requests.ConnectionError(text), "x").reason == "tor-not-running"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (requests.ReadTimeout("Read timed out."), "timeout"),
        (requests.exceptions.SSLError("certificate verify failed"), "tls"),
        (requests.exceptions.ChunkedEncodingError("IncompleteRead"), "broken-off"),
        (requests.ConnectionError("Connection aborted."), "broken-off"),
        (requests.exceptions.InvalidURL("no host"), "bad-address"),
        (ValueError("bad"), "bad-address"),
    ],
)
def test_what_an_exception_means(error: Exception, reason: str) -> None:
    assert of_exception(error, "x").reason == reason


@pytest.mark.parametrize(
    ("status", "reason", "fate"),
    [
        (401, "login", Stop),
        (403, "http-status", Skip),
        (404, "gone", Skip),
        (410, "gone", Skip),
        (407, "login", Stop),
        (451, "http-status", Skip),
        (999, "http-status", Skip),
        (429, "rate-limit", Retry),
        (500, "server-error", Retry),
        (503, "server-error", Retry),
    ],
)
def test_what_a_status_means(status: int, reason: str, fate: type[Exception]) -> None:
    error = of_status(status, "x")
    assert error is not None
    assert error.reason == reason
    assert isinstance(error, fate)


def test_the_time_a_server_asks_for_is_kept_and_bounded() -> None:
    error = of_status(429, "x", "120")
    assert isinstance(error, Retry)
    assert error.after == 120
    endless = of_status(503, "x", "9" * 30)
    assert isinstance(endless, Retry)
    assert endless.after == 86_400
    assert of_status(429, "x", "soon") is not None
    assert of_status(200, "x") is None
    assert of_status(302, "x") is None

"""Sessions at rest: encrypted, private, bound to their source, over when their time is over."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from requests.cookies import get_cookie_header

from collectors.sessions import (
    SessionCookie,
    forget_session,
    keep_session,
    load_session,
    secret_key,
    session_file,
    session_lost,
)
from config.settings import Workspace
from config.sources import Source
from model.errors import ConfigurationError, Stop

SECRET = "s3cr3t-VALUE-1f9a"
HOST = "market.example.org"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = {"SPOOR_SECRET_KEY": base64.b64encode(bytes(range(32))).decode()}
OTHER = {"SPOOR_SECRET_KEY": base64.b64encode(bytes(32)).decode()}
PHRASE = {"SPOOR_SECRET_KEY": "four tusked herds in the east"}
SOON = int(NOW.timestamp()) + 60


def clock() -> datetime:
    return NOW


def later() -> datetime:
    return NOW + timedelta(hours=1)


def session(**more: int) -> SessionCookie:
    return SessionCookie("session", SECRET, HOST, **more)


def keep(
    workspace: Workspace, cookies: Sequence[SessionCookie] = (session(),), name: str = "bazaar"
) -> Path:
    keep_session(workspace, name, cookies, {HOST}, clock=clock, environment=KEY)
    return session_file(workspace, name)


def test_what_was_handed_in_is_what_is_sent(workspace: Workspace) -> None:
    keep(workspace)
    jar = load_session(workspace, "bazaar", clock=clock, environment=KEY)
    request = requests.Request("GET", f"http://{HOST}/").prepare()
    assert jar is not None
    assert get_cookie_header(jar, request) == f"session={SECRET}"


def test_a_source_without_a_session_needs_no_key(workspace: Workspace) -> None:
    assert load_session(workspace, "bazaar", environment={}) is None


def test_it_is_private_and_encrypted_at_rest(workspace: Workspace) -> None:
    old = os.umask(0)
    try:
        path = keep(workspace)
    finally:
        os.umask(old)
    assert path == workspace.root / "secrets" / "bazaar.cookies"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]
    for value in (SECRET, "session", HOST, base64.b64encode(SECRET.encode()).decode()[:12]):
        assert value.encode() not in path.read_bytes().replace(b'"sealed"', b"")


def test_a_folder_that_others_may_enter_is_shut(workspace: Workspace) -> None:
    workspace.secrets.mkdir(mode=0o755)
    assert keep(workspace).parent.stat().st_mode & 0o777 == 0o700


def test_the_same_session_is_never_encrypted_the_same_way(workspace: Workspace) -> None:
    first = keep(workspace).read_bytes()
    assert keep(workspace).read_bytes() != first


def test_a_wrong_key_is_told(workspace: Workspace) -> None:
    keep(workspace)
    for environment, words in ((OTHER, "another key"), (PHRASE, "a passphrase"), ({}, "is set")):
        with pytest.raises(ConfigurationError, match=words) as caught:
            load_session(workspace, "bazaar", environment=environment)
        assert caught.value.remedy


def test_every_altered_byte_is_told(workspace: Workspace) -> None:
    path = keep(workspace)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ConfigurationError) as caught:
            load_session(workspace, "bazaar", clock=clock, environment=KEY)
        assert str(path) in caught.value.message
    for cut in range(0, len(whole), 7):
        path.write_bytes(whole[:cut])
        with pytest.raises(ConfigurationError):
            load_session(workspace, "bazaar", clock=clock, environment=KEY)


def test_a_session_of_one_source_is_none_of_another(workspace: Workspace) -> None:
    path = keep(workspace)
    session_file(workspace, "other").write_bytes(path.read_bytes())
    with pytest.raises(ConfigurationError, match=r"other\.cookies can not be opened"):
        load_session(workspace, "other", clock=clock, environment=KEY)


def test_a_passphrase_will_do(workspace: Workspace) -> None:
    keep_session(workspace, "bazaar", [session()], {HOST}, clock=clock, environment=PHRASE)
    assert load_session(workspace, "bazaar", clock=clock, environment=PHRASE) is not None
    wrong = {"SPOOR_SECRET_KEY": PHRASE["SPOOR_SECRET_KEY"] + "!"}
    with pytest.raises(ConfigurationError, match="another key"):
        load_session(workspace, "bazaar", clock=clock, environment=wrong)


def test_a_key_in_a_file(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "spoor.key"
    environment = {"SPOOR_SECRET_KEY_FILE": str(path), **OTHER}
    with pytest.raises(ConfigurationError, match="No such file"):
        secret_key(workspace.root, environment)
    path.write_text(KEY["SPOOR_SECRET_KEY"] + "\n")
    assert secret_key(workspace.root, environment) == secret_key(workspace.root, KEY)
    inside = workspace.root / "spoor.key"
    inside.write_text(KEY["SPOOR_SECRET_KEY"])
    with pytest.raises(ConfigurationError, match="inside the workspace"):
        secret_key(workspace.root, {"SPOOR_SECRET_KEY_FILE": str(inside)})
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="not text"):
        secret_key(workspace.root, environment)


@pytest.mark.parametrize("text", ["", "   ", "short", "c2hvcnQ="])
def test_no_key_or_a_weak_one(workspace: Workspace, text: str) -> None:
    with pytest.raises(ConfigurationError, match="SPOOR_SECRET_KEY") as caught:
        secret_key(workspace.root, {"SPOOR_SECRET_KEY": text})
    assert "urandom" in str(caught.value.remedy)


def test_a_key_shows_itself_nowhere(workspace: Workspace) -> None:
    key = secret_key(workspace.root, PHRASE)
    assert "tusked" not in repr(key) + str(key)


def test_a_session_is_over_when_its_cookies_are(workspace: Workspace) -> None:
    keep(workspace, [session(expires=SOON), SessionCookie("lang", "en", HOST)])
    assert load_session(workspace, "bazaar", clock=clock, environment=KEY) is not None
    with pytest.raises(Stop, match="session expired") as caught:
        load_session(workspace, "bazaar", clock=later, environment=KEY)
    assert caught.value.reason == "session-expired"
    assert "spoor sources cookies bazaar" in str(caught.value.remedy)
    assert SECRET not in str(caught.value)


def test_a_cookie_that_opens_nothing_may_expire(workspace: Workspace) -> None:
    keep(workspace, [session(), SessionCookie("lang", "en", HOST, expires=SOON)])
    jar = load_session(workspace, "bazaar", clock=later, environment=KEY)
    assert jar is not None
    assert [one.name for one in jar] == ["session"]


def test_when_all_have_expired_the_session_is_over_whatever_they_are_called(
    workspace: Workspace,
) -> None:
    keep(workspace, [SessionCookie("lang", SECRET, HOST, expires=SOON)])
    with pytest.raises(Stop, match="lang expired"):
        load_session(workspace, "bazaar", clock=later, environment=KEY)


def test_cookies_of_other_hosts_and_expired_ones_are_left_out(workspace: Workspace) -> None:
    unfit = SessionCookie("bank", "1", "bank.example", problem="would break a request")
    cookies = [session(), unfit, SessionCookie("old", "1", HOST, expires=1)]
    kept = keep_session(workspace, "bazaar", cookies, {HOST}, clock=clock, environment=KEY)
    assert kept.cookies == (session(),)
    assert kept.details() == {
        "cookies": [{"name": "session", "host": HOST, "expires": None}],
        "left_out_expired": 1,
        "left_out_of_other_hosts": 1,
    }


@pytest.mark.parametrize(
    ("cookie", "words"),
    [
        (SessionCookie("a", SECRET, "bank.example"), "none of the 1 cookies belongs to bazaar"),
        (SessionCookie("a", SECRET, HOST, expires=1), "have expired"),
        (SessionCookie("a", SECRET, HOST, problem="cookies, line 3: bad"), "line 3: bad"),
    ],
)
def test_nothing_is_kept_of_what_can_not_be_sent(
    workspace: Workspace, cookie: SessionCookie, words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        keep(workspace, [cookie])
    assert SECRET not in str(caught.value)
    assert not workspace.secrets.exists()


def test_a_failed_write_leaves_the_former_session(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = keep(workspace)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match="No space left"):
        keep(workspace)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_forgetting_overwrites_and_removes(workspace: Workspace) -> None:
    path = keep(workspace)
    whole = path.read_bytes()
    beside = path.with_name("link")
    os.link(path, beside)
    assert forget_session(workspace, "bazaar")
    assert not path.exists()
    assert len(beside.read_bytes()) == len(whole)
    assert beside.read_bytes() != whole
    assert not forget_session(workspace, "bazaar")
    assert load_session(workspace, "bazaar", environment={}) is None


def test_a_session_of_another_version_is_told(workspace: Workspace) -> None:
    path = keep(workspace)
    content = json.loads(path.read_bytes())
    path.write_text(json.dumps({**content, "format": "spoor-secret/2"}))
    with pytest.raises(ConfigurationError, match="another version"):
        load_session(workspace, "bazaar", environment=KEY)


def test_a_page_without_the_signs_of_a_session() -> None:
    source = Source(name="bazaar", session=({"select": "a.logout"},))
    inside, outside = b"<a class=logout href=/x>Leave</a>", b"<a href=/login>Log in</a>"
    assert not session_lost(source, inside)
    assert session_lost(source, outside)
    assert not session_lost(Source(name="bazaar"), outside)

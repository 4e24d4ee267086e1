"""A tor of our own: progress, stalls and clock told by a real tor on a real, private network."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.rehearsal.private_tor import PrivateTor
from collectors.tor import require_tor, running_tor, tor_status
from collectors.web.network import Fetcher
from config.settings import TorSettings
from model.errors import ConfigurationError, Retry, Stop

from .conftest import Web, onion_source, own_tor, settings_for, until


def test_our_own_tor_connects_and_is_started_again_where_it_was_killed(
    private_tor: PrivateTor, web: Web, folder: Path
) -> None:
    host = private_tor.onion(web.port)
    said: list[str] = []
    with running_tor(own_tor(private_tor), folder, say=said.append, environment={}) as found:
        assert said[-1] == "tor: 100 %"
        assert len(said) > 3
        status = require_tor(found)
        assert (status.bootstrap, status.circuits, status.network) == (100, True, True)
        with Fetcher(onion_source(), settings_for(found)) as net:
            assert net.get(f"http://{host}/").status == 200
        pid = the_tor_in(folder)
        os.kill(pid, signal.SIGKILL)
        assert until(lambda: "tor: it ended and is started again" in said)
        assert until(lambda: the_tor_in(folder) not in (0, pid) and tor_status(found).ready), (
            "|".join(said) + (folder / "log").read_text()
        )
        with Fetcher(onion_source(), settings_for(found)) as net:
            assert net.get(f"http://{host}/").status == 200
    assert tor_status(found).reason == "tor-not-running"
    private_tor.withdraw(host)


def the_tor_in(folder: Path) -> int:
    """The process id of the tor whose torrc lies in this folder."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if str(folder / "torrc").encode() in words:
                return int(entry.name)
    return 0


CHILD = """
import sys, json
from pathlib import Path
from collectors.tor import running_tor
from config.settings import TorSettings
settings = TorSettings.model_validate_json(sys.argv[1])
with running_tor(settings, Path(sys.argv[2]), environment={}):
    print("up", flush=True)
    sys.stdin.read()
"""


def test_no_tor_is_left_behind_by_a_process_that_was_killed(
    private_tor: PrivateTor, folder: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, own_tor(private_tor).model_dump_json(), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        assert the_tor_in(folder)
        child.kill()
    assert until(lambda: the_tor_in(folder) == 0)


def test_a_tor_that_runs_is_used_where_one_is_needed(private_tor: PrivateTor, folder: Path) -> None:
    settings = private_tor.settings.model_copy(update={"start": "if-needed"})
    with running_tor(settings, folder, environment={}) as found:
        assert found == settings
    assert not folder.exists()
    assert tor_status(private_tor.settings).ready


def test_a_bridge_that_nobody_answers_at_is_told_in_tors_words(
    private_tor: PrivateTor, folder: Path
) -> None:
    settings = own_tor(private_tor, bridges=("127.0.0.9:9",), bootstrap_seconds=6.0)
    with pytest.raises(Retry) as caught, running_tor(settings, folder, environment={}):
        pass
    assert caught.value.reason == "tor-not-bootstrapped"
    assert "CONNECTREFUSED" in caught.value.message
    assert "127.0.0.9" not in caught.value.message
    assert "bridge" in (caught.value.remedy or "")
    assert the_tor_in(folder) == 0


@pytest.mark.parametrize(
    ("seconds", "says"), [(-259_200, "3 days behind"), (259_200, "certificates have run out")]
)
def test_a_clock_that_is_wrong_is_told(
    seconds: int, says: str, private_tor: PrivateTor, skewed: Callable[[int], str], folder: Path
) -> None:
    """The real thing: a tor whose own clock is days off tries to join the network."""
    settings = own_tor(private_tor, executable=skewed(seconds))
    with pytest.raises(Stop) as caught, running_tor(settings, folder, environment={}):
        pass
    assert caught.value.reason == "clock-wrong"
    assert says in caught.value.message
    assert "clock" in (caught.value.remedy or "")


def test_a_network_that_is_switched_off_is_not_waited_for(
    private_tor: PrivateTor, folder: Path
) -> None:
    settings = own_tor(private_tor, options={**private_tor.options, "DisableNetwork": "1"})
    with (
        pytest.raises(Retry, match="DisableNetwork") as caught,
        running_tor(settings, folder, environment={}),
    ):
        pass
    assert caught.value.reason == "tor-not-bootstrapped"


def test_without_a_tor_to_start_it_says_what_to_install(folder: Path) -> None:
    settings = TorSettings(start="always", executable="no-such-tor")
    with (
        pytest.raises(ConfigurationError, match="no-such-tor") as caught,
        running_tor(settings, folder, environment={}),
    ):
        pass
    assert "apt-get install tor" in (caught.value.remedy or "")


def test_what_tor_refuses_is_told_without_the_bridge(tor: str, folder: Path) -> None:
    settings = TorSettings(
        start="always", executable=tor, bridges=("127.0.0.1:1 SECRETFINGERPRINT",),
        options={"DisableNetwork": "1"},
    )  # fmt: skip
    with (
        pytest.raises(ConfigurationError, match="did not start") as caught,
        running_tor(settings, folder, environment={}),
    ):
        pass
    assert "SECRET" not in str(caught.value)


def test_a_tor_that_nobody_runs_is_not_started_unasked(folder: Path) -> None:
    settings = TorSettings(socks="127.0.0.1:1", control="127.0.0.1:1")
    with (
        pytest.raises(Retry, match="nothing listens") as caught,
        running_tor(settings, folder, environment={}),
    ):
        pass
    assert caught.value.reason == "tor-not-running"
    assert not folder.exists()

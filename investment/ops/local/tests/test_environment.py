import argparse
import socket
from pathlib import Path

import pytest

from investment.lib.modes import Mode
from investment.ops.local import environment as env
from investment.ops.local.arguments import parser
from investment.ops.local.console import StartError


def asked(*arguments: str, invoked_from: Path = Path("/")) -> argparse.Namespace:
    return parser().parse_args(["--from", str(invoked_from), *arguments])


def test_an_env_file_may_have_comments_quotes_exports_and_empty_values(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(
        "# A comment\n\nPLAIN=a=b \nexport QUOTED=\"c d\"\nSINGLE='e'\nEMPTY=\nno assignment\n#OFF=1\n"
    )

    assert env.read_env_file(path) == {"PLAIN": "a=b", "QUOTED": "c d", "SINGLE": "e"}
    assert env.read_env_file(tmp_path / "missing") == {}


def test_without_anything_it_is_the_sample_market() -> None:
    assert env.choose_mode(asked(), {}) == (Mode.parse("sample-7-500"), None)
    assert env.choose_mode(asked("--symbols", "12000"), {}) == (Mode.parse("sample-7-12000"), None)


def test_a_key_makes_it_live_unless_a_market_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "dataset.toml").write_text("")

    assert env.choose_mode(asked(), {"MASSIVE_API_KEY": "k"})[0].kind == "live"
    assert env.choose_mode(asked("--symbols", "50"), {"MASSIVE_API_KEY": "k"})[0].kind == "sample"
    assert env.choose_mode(asked("--data", str(tmp_path)), {"MASSIVE_API_KEY": "k"})[0].kind == "data"


def test_a_contact_alone_makes_it_live_and_other_keys_do_not() -> None:
    assert env.choose_mode(asked(), {"SEC_CONTACT": "jane@example.com"})[0].kind == "live"
    assert env.choose_mode(asked(), {"FINNHUB_API_KEY": "k", "NEWSAPI_API_KEY": "k"})[0].kind == "sample"
    with pytest.raises(StartError, match="SEC_CONTACT is no e-mail address"):
        env.choose_mode(asked(), {"SEC_CONTACT": "Jane Doe", "MASSIVE_API_KEY": "k"})
    # Who asks for a market is not asked for anything else.
    assert env.choose_mode(asked("--symbols", "50"), {"SEC_CONTACT": "Jane Doe"})[0].kind == "sample"


def test_a_folder_of_data_is_found_from_where_the_person_is(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "dataset.toml").write_text("")

    mode, folder = env.choose_mode(asked("--data", "mine", invoked_from=tmp_path), {})

    assert (mode.kind, folder) == ("data", tmp_path / "mine")
    with pytest.raises(StartError, match=r"no dataset\.toml"):
        env.choose_mode(asked("--data", "other", invoked_from=tmp_path), {})


@pytest.mark.parametrize(
    ("arguments", "mode", "reset"),
    [
        ([], "sample-7-500", False),
        (["--reset"], "sample-7-500", True),
        (["--reset", "sample"], "sample-7-500", True),
        (["--reset", "sample-7-500"], "sample-7-500", True),
        (["--reset", "live"], "live", True),
    ],
)
def test_reset_means_the_current_mode(arguments: list[str], mode: str, *, reset: bool) -> None:
    assert env.check_reset(asked(*arguments).reset, Mode.parse(mode)) is reset


@pytest.mark.parametrize(
    ("name", "mode"), [("live", "sample-7-500"), ("sample-7-30", "sample-7-500"), ("data", "live")]
)
def test_reset_refuses_another_mode_than_the_current(name: str, mode: str) -> None:
    with pytest.raises(StartError, match="only that can be dropped"):
        env.check_reset(name, Mode.parse(mode))


def test_reset_of_the_live_mode_needs_its_name() -> None:
    with pytest.raises(StartError, match="--reset live"):
        env.check_reset(asked("--reset").reset, Mode.parse("live"))


def test_each_mode_has_a_database_of_its_own() -> None:
    sample = Mode.parse("sample-7-500")
    given = "postgres://user:secret@db.example:5432/mine?sslmode=require"

    assert env.mode_address(given, sample, embedded=False) == (
        "postgres://user:secret@db.example:5432/mine_sample_7_500?sslmode=require"
    )
    assert env.mode_address("postgres://u:s@/postgres?host=/run/x", sample, embedded=True) == (
        "postgres://u:s@/investment_sample_7_500?host=/run/x"
    )
    with pytest.raises(StartError, match="names no database"):
        env.mode_address("postgres://user:secret@db.example", sample, embedded=False)


def test_only_the_live_mode_keeps_the_provider_of_the_env_file() -> None:
    secrets = {"sandbox": "made-up"}

    sample = env.mode_environment(Mode.parse("sample-7-500"), None, secrets, 4000)
    data = env.mode_environment(Mode.parse("data-0123456789ab"), Path("/bars"), secrets, 4000)
    live = env.mode_environment(Mode.parse("live"), None, secrets, 4000)

    assert sample["MASSIVE_BASE_URL"] == "http://127.0.0.1:4000"
    assert (sample["MASSIVE_API_KEY"], sample["MASSIVE_PLAN"]) == ("made-up", "basic")
    assert (data["MASSIVE_PLAN"], data["DATA_DIR"]) == ("unlimited", "/bars")
    # A file named in .env would win over what stands here.
    assert all(sample[name] == "" for name in ("MASSIVE_API_KEY_FILE", "SEC_CONTACT_FILE"))
    assert not any(name.startswith(("MASSIVE", "SEC")) for name in live)


def test_browsers_may_use_the_address_that_was_asked_for() -> None:
    assert env.allowed_hosts("127.0.0.1", {}) == "127.0.0.1,localhost,[::1]"
    assert env.allowed_hosts("10.1.2.3", {"DJANGO_ALLOWED_HOSTS": "my.example"}).endswith(
        ",my.example,10.1.2.3"
    )
    assert env.allowed_hosts("fe80::1", {}).endswith("[fe80::1]")
    assert socket.gethostname() in env.allowed_hosts("*", {}).split(",")


def test_the_page_is_reached_where_it_listens() -> None:
    assert env.own_address("*", 8000) == "http://127.0.0.1:8000"
    assert env.own_address("::1", 8000) == "http://[::1]:8000"
    assert env.bind_address("*", 8000) == "0.0.0.0:8000"
    assert env.bind_address("::1", 8000) == "[::1]:8000"


def test_a_port_in_use_is_refused_if_asked_for_and_passed_over_if_not() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with (
            pytest.raises(StartError, match=f"Port {port} is in use"),
            env.claimed_port("127.0.0.1", port, 8000),
        ):
            pytest.fail("claimed")
        with env.claimed_port("127.0.0.1", None, port) as free:
            assert free > port


def test_an_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(StartError, match="Cannot listen"), env.claimed_port("192.0.2.1", None, 8000):
        pytest.fail("claimed")


def test_two_that_start_at_once_never_choose_the_same_port() -> None:
    with (
        env.claimed_port("127.0.0.1", None, 18_000) as first,
        env.claimed_port("127.0.0.1", None, 18_000) as second,
    ):
        assert first != second

    with env.claimed_port("127.0.0.1", first, 18_000) as again:
        assert again == first


def test_a_free_port_can_be_bound() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", env.free_port()))

"""Telling an installation what to do: variables win over zhike.toml, nonsense is refused by name."""

import stat
from pathlib import Path

import pytest

from zhike.config import environment


@pytest.fixture
def told(tmp_path: Path) -> dict[str, str]:
    return {"ZHIKE_DATA": str(tmp_path / "var"), "ZHIKE_CONFIG": str(tmp_path / "zhike.toml")}


def test_without_being_told_anything_it_is_a_laptop_in_china(told: dict[str, str]) -> None:
    here = environment.read(told)

    assert (here.port, here.live_port, here.language, here.time_zone) == (8000, 8001, "zh-hans", "Asia/Shanghai")
    assert (here.is_embedded, here.debug, here.https, here.bind) == (True, False, False, "127.0.0.1")


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(told: dict[str, str]) -> None:
    Path(told["ZHIKE_CONFIG"]).write_text('port = 9000\nhosts = ["crm.example.cn"]\ndebug = true\n')

    here = environment.read({**told, "ZHIKE_PORT": "9100", "ZHIKE_DEBUG": "no"})

    assert (here.port, here.live_port, here.hosts, here.debug) == (9100, 9101, ("crm.example.cn",), False)


def test_the_secret_is_made_once_and_for_its_owner_only(told: dict[str, str]) -> None:
    first = environment.read(told)

    path = first.data / "secrets.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(first.secret_key) >= 50
    assert environment.read(told).secret_key == first.secret_key
    assert first.secret_key not in path.with_suffix(".lock").read_text()


def test_a_broken_secret_is_not_replaced_behind_the_owners_back(told: dict[str, str]) -> None:
    data = environment.read(told).data
    (data / "secrets.toml").write_text("secret_key = ")

    with pytest.raises(environment.UnableToReadEnvironment, match="restore it from a backup"):
        environment.read(told)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("ZHIKE_PORT", "eight", "ZHIKE_PORT must be a whole number"),
        ("ZHIKE_PORT", "70000", "between 1 and 65535"),
        ("ZHIKE_WEB_WORKERS", "0", "ZHIKE_WEB_WORKERS must lie between"),
        ("ZHIKE_DEBUG", "maybe", "ZHIKE_DEBUG must be true or false"),
        ("ZHIKE_URL", "crm.example.cn", "ZHIKE_URL must look like"),
    ],
)
def test_nonsense_is_refused_by_name(told: dict[str, str], name: str, value: str, complaint: str) -> None:
    with pytest.raises(environment.UnableToReadEnvironment, match=complaint):
        environment.read({**told, name: value})


@pytest.mark.parametrize("content", ["port = ", "prot = 8000", "\x00"])
def test_a_wrong_file_is_named(told: dict[str, str], content: str) -> None:
    Path(told["ZHIKE_CONFIG"]).write_text(content)

    with pytest.raises(environment.UnableToReadEnvironment, match=r"zhike\.toml"):
        environment.read(told)


def test_behind_a_proxy_one_setting_is_enough(told: dict[str, str]) -> None:
    here = environment.read({**told, "ZHIKE_URL": "https://crm.example.cn/"})

    assert "crm.example.cn" in here.hosts
    assert here.trusted_origins == ("https://crm.example.cn",)
    assert here.https and here.public_url == "https://crm.example.cn"


def test_the_embedded_database_is_known_without_starting_it(told: dict[str, str]) -> None:
    here = environment.read(told)

    settings = environment.database_settings(here)

    assert settings["ENGINE"] == "django_tenants.postgresql_backend"
    assert settings["HOST"].startswith(("/tmp", str(here.data)))
    assert not (here.data / "postgres").exists()


def test_a_database_url_is_taken_apart(told: dict[str, str]) -> None:
    url = "postgresql://crm:p%40ss%2Fword@db.example.cn:6432/zhi%E5%AE%A2?sslmode=require"

    settings = environment.database_settings(environment.read({**told, "DATABASE_URL": url}))

    wanted = {"NAME": "zhi客", "USER": "crm", "PASSWORD": "p@ss/word", "HOST": "db.example.cn", "PORT": "6432"}
    assert settings.items() >= wanted.items()
    assert settings["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize("url", ["mysql://a@b/c", "postgresql://host", "db.example.cn", "postgresql://h:port/name"])
def test_a_database_url_of_another_kind_is_refused(told: dict[str, str], url: str) -> None:
    with pytest.raises(environment.UnableToReadEnvironment, match="DATABASE_URL"):
        environment.database_settings(environment.read({**told, "DATABASE_URL": url}))


def test_mail_goes_by_the_address_it_was_given(told: dict[str, str]) -> None:
    here = environment.read({**told, "ZHIKE_EMAIL_URL": "smtps://crm%40x.cn:geheim@smtp.x.cn"})

    settings = environment.email_settings(here)

    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"], settings["EMAIL_USE_SSL"]) == ("smtp.x.cn", 465, True)
    assert settings["EMAIL_HOST_USER"] == "crm@x.cn"
    assert environment.email_settings(environment.read(told)) == {}

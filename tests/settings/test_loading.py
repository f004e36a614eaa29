"""Where settings come from, and what is said about one that is wrong."""

from pathlib import Path

import pytest

from novacast.errors import BadSettings
from novacast.settings import Settings, config_path, load, replace
from novacast.settings.mistakes import TRIES, Mistake


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(file: Path | None = None, **environ: str) -> str:
    with pytest.raises(BadSettings) as caught:
        load(file, {"HOME": "/nowhere", **environ})
    return caught.value.message


def test_without_file_and_environment_the_defaults_hold(tmp_path: Path) -> None:
    settings = load(environ={"HOME": str(tmp_path)})
    assert settings.server == Settings().server
    assert settings.data == tmp_path / ".local" / "state" / "novacast"


def test_the_state_directory_of_the_user_is_respected(tmp_path: Path) -> None:
    assert load(environ={"HOME": "/nowhere", "XDG_STATE_HOME": str(tmp_path)}).data == tmp_path / "novacast"


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(tmp_path: Path) -> None:
    file = written(tmp_path, "[server]\nport = 1\nhost = '::1'\n[log]\nlevel = 'debug'\n")
    settings = load(
        file, {"HOME": "/nowhere", "NOVACAST_SERVER_PORT": "2", "NOVACAST_LOG_LEVEL": "error"}, log__level="info"
    )
    assert (settings.server.host, settings.server.port, settings.log.level) == ("::1", 2, "info")


def test_the_file_in_the_users_config_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "novacast").mkdir()
    file = written(tmp_path / "novacast", "instance = 'Lantern'\n")
    environ = {"HOME": "/nowhere", "XDG_CONFIG_HOME": str(tmp_path)}
    assert config_path(None, environ) == file
    assert load(environ=environ).instance == "Lantern"


def test_a_file_named_in_the_environment_must_exist(tmp_path: Path) -> None:
    message = refusal(NOVACAST_CONFIG=str(tmp_path / "gone.toml"))
    assert str(tmp_path / "gone.toml") in message
    assert "no such file" in message


def test_who_names_a_file_and_a_folder_needs_no_home(tmp_path: Path) -> None:
    file = written(tmp_path, f"data = '{tmp_path}'\n")
    nobody = {"HOME": "~nobody-of-that-name", "NOVACAST_CONFIG": str(file)}
    assert load(environ=nobody).data == tmp_path


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[server]\nprot = 80\n", ("server.prot", "server.port")),
        ("[sever]\nport = 80\n", ("sever", "Did you mean server?")),
        ("port = 80\n", ("port", "Did you mean server.port?")),
        ("[mail]\nzzzzqqqq = 1\n", ("mail.zzzzqqqq", "Known: method, sender")),
        ("[server]\nport = '80'\n", ("server.port", "whole number", "'80'")),
        ("[server]\nport = true\n", ("server.port", "whole number", "True")),
        ("[server]\nport = 65536\n", ("server.port", "from 0 to 65535", "65536")),
        ("[server]\nport = -1\n", ("server.port", "from 0 to 65535", "-1")),
        ("[server]\nuvloop = 1\n", ("server.uvloop", "true or false")),
        ("[server]\nhost = 5\n", ("server.host", "text")),
        ("server = 5\n", ("[server]", "table")),
        ("data = 5\n", ("data", "path")),
        ("[log]\nlevel = 'loud'\n", ("log.level", "debug, info, warning, error", "'loud'")),
        ("[transcode]\ngop_seconds = nan\n", ("transcode.gop_seconds", "finite")),
        ("[transcode]\ngop_seconds = inf\n", ("transcode.gop_seconds", "finite")),
        ("[transcode]\nheights = [360, -1]\n", ("transcode.heights", "each", "-1")),
        ("[transcode]\nheights = []\n", ("transcode.heights", "at least one")),
        ("[transcode]\nheights = [360.0]\n", ("transcode.heights", "list of whole numbers")),
        ("[transcode]\nheights = 360\n", ("transcode.heights", "list of whole numbers")),
        ("[transcode]\ncodecs = ['h264', 'hevk']\n", ("transcode.codecs", "h264, hevc, av1", "'hevk'", "mean hevc?")),
        ("[transcode]\ncodecs = ['H265']\n", ("'H265'. Did you mean hevc?",)),
        ("[transcode]\ncodecs = ['vp9']\n", ("not 'vp9'.",)),
        ("[transcode]\nencoders = ['auto', 'nvidia']\n", ("transcode.encoders", "'nvidia'. Did you mean nvenc?")),
        ("[transcode]\nencoders = ['vapi']\n", ("Did you mean vaapi?",)),
        ("[transcode]\nencoders = 'auto'\n", ("transcode.encoders", "list of texts")),
        ("[log]\nlevel = 'warn'\n", ("Did you mean warning?",)),
        ("[transcode]\nloudness = -31.5\n", ("transcode.loudness", "from -31 to 0", "-31.5")),
        ("[transcode]\nloudness = -4.9\n", ("transcode.loudness", "from -31 to -5, or 0")),
        ("[transcode]\nloudness = 16\n", ("transcode.loudness", "from -31 to 0")),
        ("[tls]\ncertificate = 'a.pem'\n", ("[tls]", "both certificate and key")),
        ("[server]\npublic_url = 'tickets.example.org'\n", ("server.public_url", "https://")),
        (
            "[server]\nembed_origins = ['example.org/x; script-src *']\n",
            ("server.embed_origins", "https://example.org"),
        ),
        ("[server]\npublic_url = 'http://['\n", ("server.public_url", "https://")),
        ('instance = "a\\u0000b"\n', ("instance", "NUL")),
        ("data = '~no-such-person/x'\n", ("data", "home folder")),
        ("[server\n", ("not valid TOML", "line 1")),
        ("a = " + "[" * 5000, ("nested too deeply",)),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_file_key_and_remedy(
    tmp_path: Path, text: str, parts: tuple[str, ...]
) -> None:
    file = written(tmp_path, text)
    message = refusal(file)
    for part in parts:
        assert part in message
    if "[tls]" not in parts and "server.public_url" not in parts and "at least one" not in parts:
        assert str(file) in message


def mistakes(file: Path | None = None, **environ: str) -> list[Mistake]:
    with pytest.raises(BadSettings) as caught:
        load(file, {"HOME": "/nowhere", **environ})
    return [one for one in caught.value.errors if isinstance(one, Mistake)]


def test_all_mistakes_are_named_with_their_lines(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """instance = 7
server.prot = 1
server.public_url = 'nowhere'
text = '''
[mail]
port = 1
'''
[ tls ]
certificate = 'a.pem'
[transcode]
heights = [
  360,
  -1,
]
"gop_seconds" = 99
""",
    )
    found = {one.field: one.line for one in mistakes(file, NOVACAST_SERVER_PROT="1", NOVACAST_LOG_LEVEL="loud")}
    assert found == {
        "instance": 1,
        "server.prot": 2,
        "server.public_url": 3,
        "text": 4,
        "tls.certificate": 9,
        "transcode.heights": 11,
        "transcode.gop_seconds": 15,
        "NOVACAST_SERVER_PROT": None,
        "log.level": None,
    }


def test_what_is_no_choice_is_named_with_the_nearest_that_is(tmp_path: Path) -> None:
    (mistake,) = mistakes(written(tmp_path, "[transcode]\npreset = 'slow'\ncodecs = ['av2']\n"))
    assert (mistake.field, mistake.line, mistake.near) == ("transcode.codecs", 3, "av1")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[server]\nhost = "::1\nport = 1\n', 2, "a quote is not closed"),
        ("[server]\nhost = '::1\nport = 1\n", 2, "a quote is not closed"),
        ('[server]\nhost = "::1', 2, "a quote is not closed"),
        ('# "\ninstance = """\nx\n[server]\nport = 1\n', 2, "a quote is not closed"),
        ("instance = '''\nx\n", 1, "is not valid TOML"),
        ("instance = It's\n", 1, "Invalid value"),
        ('instance = "a"\nlanguage "de"\n', 2, "Expected '='"),
        ("[server]\nport = 1\nport = 2\n", 3, "Cannot overwrite"),
        ("[server\nport = 1\n", 1, "is not valid TOML"),
    ],
)
def test_what_is_no_toml_is_named_by_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    file = written(tmp_path, text)
    first = mistakes(file)[0]
    assert (first.line, first.file) == (line, str(file))
    assert words in first.message
    assert f"{file}:{line}" in first.message


def test_behind_a_line_that_is_no_toml_the_rest_is_read(tmp_path: Path) -> None:
    file = written(tmp_path, "[server]\nhost = \"::1\nprot = 1\nport = = 2\n[log]\nlevel = 'loud'\n")
    assert [(one.field, one.line) for one in mistakes(file)] == [("", 2), ("", 4), ("server.prot", 3), ("log.level", 6)]


def test_below_a_head_that_is_no_toml_nothing_is_judged(tmp_path: Path) -> None:
    file = written(tmp_path, "[server\nport = 1\nprot = 2\n[log]\nlevel = 'loud'\n")
    assert [(one.field, one.line) for one in mistakes(file)] == [("", 1), ("log.level", 5)]


@pytest.mark.parametrize(
    "text", ["x = [\n" * 3000, "=\n" * 3000, "'\n" * 3000, '"' * 9001, "\n[a.b" * 999, "a.a=1\n" * 999]
)
def test_a_file_full_of_nonsense_is_refused_soon(tmp_path: Path, text: str) -> None:
    assert 1 <= len(mistakes(written(tmp_path, text))) <= TRIES + 1


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")
    assert "can't be read" in refusal(tmp_path / "x.toml")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    assert "can't be read" in refusal(tmp_path)


def test_an_unknown_variable_is_refused_with_the_nearest_known_one() -> None:
    assert "NOVACAST_SERVER_PROT is no setting. Did you mean NOVACAST_SERVER_PORT?" in refusal(NOVACAST_SERVER_PROT="1")
    assert "config example" in refusal(NOVACAST_QQQQQQQQQQQQQQQQQ="1")


def test_variables_of_other_programs_are_left_alone() -> None:
    assert load(environ={"HOME": "/nowhere", "_NOVACAST_COMPLETE": "x", "NOVA": "1", "novacast_data": "x"})


@pytest.mark.parametrize(
    ("variable", "text", "parts"),
    [
        ("NOVACAST_SERVER_PORT", "many", ("NOVACAST_SERVER_PORT", "'many'", "whole number")),
        ("NOVACAST_SERVER_PORT", "", ("NOVACAST_SERVER_PORT", "whole number")),
        ("NOVACAST_SERVER_PORT", "70000", ("NOVACAST_SERVER_PORT", "server.port", "65535")),
        ("NOVACAST_SERVER_UVLOOP", "maybe", ("NOVACAST_SERVER_UVLOOP", "neither true nor false")),
        ("NOVACAST_TRANSCODE_HEIGHTS", "360,x", ("NOVACAST_TRANSCODE_HEIGHTS", "list of whole numbers")),
        ("NOVACAST_TRANSCODE_GOP_SECONDS", "nan", ("NOVACAST_TRANSCODE_GOP_SECONDS", "finite")),
        ("NOVACAST_TRANSCODE_ENCODERS", "qvs, vaapi", ("NOVACAST_TRANSCODE_ENCODERS", "'qvs'. Did you mean qsv?")),
    ],
)
def test_what_is_wrong_in_the_environment_names_the_variable(variable: str, text: str, parts: tuple[str, ...]) -> None:
    message = refusal(**{variable: text})
    for part in parts:
        assert part in message


def test_every_kind_of_value_can_come_from_the_environment() -> None:
    settings = load(
        environ={
            "HOME": "/nowhere",
            "NOVACAST_DATA": "/srv/nova",
            "NOVACAST_SERVER_UVLOOP": "Off",
            "NOVACAST_TRANSCODE_HEIGHTS": " 360, 720 ,",
            "NOVACAST_SERVER_TRUSTED_PROXIES": "10.0.0.1,10.0.0.2",
            "NOVACAST_TRANSCODE_GOP_SECONDS": "2",
        }
    )
    assert settings.data == Path("/srv/nova")
    assert settings.server.uvloop is False
    assert settings.server.trusted_proxies == ("10.0.0.1", "10.0.0.2")
    assert settings.transcode.heights == (360, 720)
    assert settings.transcode.gop_seconds == 2.0


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("correct horse\n")
    environ = {"HOME": "/nowhere", "NOVACAST_MAIL_PASSWORD_FILE": str(tmp_path / "password")}
    assert load(environ=environ).mail.password == "correct horse"
    assert "both set" in refusal(**environ, NOVACAST_MAIL_PASSWORD="other")


def test_several_secrets_can_come_from_one_file(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("whsec_old, whsec_new\n")
    found = load(None, {"HOME": "/nowhere", "NOVACAST_STRIPE_WEBHOOK_SECRETS_FILE": str(tmp_path / "secrets")})
    assert found.stripe.webhook_secrets == ("whsec_old", "whsec_new")


@pytest.mark.parametrize(
    ("mode", "key", "said"),
    [("live", "sk_test_x", "other mode"), ("test", "rk_live_x", "other mode"), ("live", "pk_live_x", "must begin")],
)
def test_a_key_of_stripe_that_does_not_fit_the_mode_is_refused_and_never_named(mode: str, key: str, said: str) -> None:
    environ = {"HOME": "/nowhere", "NOVACAST_TICKETS_MODE": mode, "NOVACAST_STRIPE_SECRET_KEY": key}
    with pytest.raises(BadSettings, match=said) as refused:
        load(None, environ)
    assert key not in refused.value.message


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"PUBLISHABLE_KEY": "pk_live_x"}, "must begin with pk_test_"),
        ({"ELEMENT": "true"}, "needs stripe.publishable_key"),
        ({"ELEMENT_SCRIPT": "https://elsewhere.example/stripe.js"}, "127.0.0.1"),
    ],
)
def test_a_page_that_takes_cards_needs_its_key_and_no_script_from_elsewhere(values: dict[str, str], said: str) -> None:
    named = {f"NOVACAST_STRIPE_{name}": value for name, value in values.items()}
    assert said in refusal(NOVACAST_TICKETS_MODE="test", **named)


def test_a_secret_file_that_cannot_be_read_names_its_variable(tmp_path: Path) -> None:
    assert "NOVACAST_MAIL_PASSWORD_FILE" in refusal(NOVACAST_MAIL_PASSWORD_FILE=str(tmp_path / "gone"))
    (tmp_path / "bytes").write_bytes(b"\xff")
    assert "NOVACAST_MAIL_PASSWORD_FILE" in refusal(NOVACAST_MAIL_PASSWORD_FILE=str(tmp_path / "bytes"))


def test_only_secrets_have_a_file_variable() -> None:
    assert "NOVACAST_SERVER_HOST" in refusal(NOVACAST_SERVER_HOST_FILE="/etc/host")


def test_a_dot_is_the_working_folder_and_not_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(environ={"HOME": "/nowhere"}, data=Path()).data == tmp_path
    assert load(environ={"HOME": "/nowhere", "NOVACAST_DATA": "lantern"}).data == tmp_path / "lantern"
    assert load(environ={"HOME": "/nowhere", "NOVACAST_DATA": ""}).data == Path("/nowhere/.local/state/novacast")


@pytest.mark.parametrize("key", ["server", "nothing.port", "server.prot", "", "server.port.x"])
def test_replacing_what_is_no_setting_is_refused(key: str) -> None:
    with pytest.raises(BadSettings, match="is no setting"):
        replace(Settings(), key, 1)


def test_replacing_checks_as_if_it_stood_in_the_file() -> None:
    assert replace(Settings(), "server.port", 0).server.port == 0
    assert replace(Settings(), "instance", "Lantern").instance == "Lantern"
    with pytest.raises(BadSettings, match=r"server\.port"):
        replace(Settings(), "server.port", 99999)


def test_settings_cannot_be_changed_once_loaded() -> None:
    with pytest.raises(AttributeError):
        Settings().server.port = 1  # type: ignore[misc]  # the refusal is what is tested


@pytest.mark.parametrize(
    ("host", "address"),
    [("0.0.0.0", "http://127.0.0.1:8080"), ("::1", "http://[::1]:8080"), ("10.1.2.3", "http://10.1.2.3:8080")],
)
def test_the_public_address_follows_from_host_and_port(host: str, address: str) -> None:
    assert replace(Settings(), "server.host", host).public_url == address


def test_a_public_address_that_is_set_wins() -> None:
    assert replace(Settings(), "server.public_url", "https://a.example/").public_url == "https://a.example"

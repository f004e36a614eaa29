"""Every setting, with its default, bounds and sentence for the manual.

`config.example.toml` is generated from these classes, so that it can't lie. A setting `cache_bytes` of section
`playback` is `[playback] cache_bytes` in the file and `NOVACAST_PLAYBACK_CACHE_BYTES` in the environment.
"""

from dataclasses import field
from pathlib import Path

from novacast.records import dataclass
from novacast.settings.backups import Backups
from novacast.settings.box_office import Tickets
from novacast.settings.declaring import setting
from novacast.settings.live import Live
from novacast.settings.notifications import Notifications
from novacast.settings.oidc import Oidc
from novacast.settings.retention import Retention
from novacast.settings.stripe import Stripe
from novacast.settings.watching import Alarms, Console, Metrics
from novacast.settings.webhooks import Webhooks

CODECS = ("h264", "hevc", "av1")
ENCODERS = ("auto", "software", "nvenc", "qsv", "vaapi", "amf", "v4l2m2m", "videotoolbox")
OTHER_NAMES = {
    "h265": "hevc", "x265": "hevc", "avc": "h264", "x264": "h264", "cpu": "software", "nvidia": "nvenc",
    "cuda": "nvenc", "intel": "qsv", "quicksync": "qsv", "amd": "amf", "apple": "videotoolbox", "v4l2": "v4l2m2m",
}  # fmt: skip
"""By which people know codecs and encoders; what is written like one of ours may mean another."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server listens and how it is reached."""

    host: str = setting("127.0.0.1", "Address to listen on; 0.0.0.0 for every network of this machine.")
    port: int = setting(8080, "TCP port of the pages and the API.", low=0, high=65535)
    public_url: str = setting("", "Address people type, such as https://tickets.example.org; empty: host and port.")
    trusted_proxies: tuple[str, ...] = setting((), "Addresses of reverse proxies whose X-Forwarded-* is believed.")
    allowed_origins: tuple[str, ...] = setting((), "Other sites whose pages may play media from here (CORS).")
    embed_origins: tuple[str, ...] = setting(
        (), "Other sites that may show the player in a frame of theirs, such as https://example.org; * for all."
    )
    max_body: int = setting(1_048_576, "Largest request body in bytes, uploads of media aside.", low=1024)
    header_seconds: float = setting(10.0, "Seconds a client may take to send a request's head.", low=1, high=120)
    body_seconds: float = setting(30.0, "Seconds a client may take to send a small request's body.", low=1, high=600)
    max_connections: int = setting(20_000, "Connections held at once.", low=10)
    connections_per_address: int = setting(
        256,
        "Connections held at once by one IPv4 address or IPv6 /64; this machine and trusted_proxies are not counted.",
        low=8,
    )
    drain_seconds: float = setting(10.0, "Seconds that running requests get when the server stops.", low=0, high=300)
    uvloop: bool = setting(True, "Use the faster event loop where it is installed.")
    api_docs: bool = setting(True, "Show the API's documentation at /api/docs.")
    hsts_days: int = setting(
        0, "Days for which browsers take nothing but https here (HSTS); 0: not sent.", low=0, high=730
    )


@dataclass(frozen=True, slots=True)
class Tls:
    """HTTPS by this server itself. `novacast tls` fills these in."""

    certificate: str = setting("", "Path of the certificate chain (PEM); empty: plain http.")
    key: str = setting("", "Path of the certificate's private key (PEM).")


@dataclass(frozen=True, slots=True)
class Log:
    """What is written to the log."""

    level: str = setting("info", "Least weight that is logged.", choices=("debug", "info", "warning", "error"))
    format: str = setting("text", "text for people, json for machines.", choices=("text", "json"))


@dataclass(frozen=True, slots=True)
class Accounts:
    """People: how they sign up and stay logged in."""

    sign_up: bool = setting(True, "Whether anyone may make an account.")
    session_days: int = setting(30, "Days a browser stays logged in when it is used.", low=1, high=365)
    access_minutes: int = setting(10, "Life of an API access token.", low=1, high=60)
    refresh_days: int = setting(30, "Life of an API refresh token.", low=1, high=365)
    invitation_days: int = setting(14, "Days an invitation stays open.", low=1, high=90)
    argon2_memory_kib: int = setting(19_456, "Memory of one password hash in KiB (OWASP's least: 19456).", low=8192)
    argon2_iterations: int = setting(2, "Passes of one password hash.", low=1, high=20)
    tries_per_address: int = setting(20, "Log-ins one network address may try in five minutes.", low=1)
    tries_per_account: int = setting(8, "Log-ins one account may see in five minutes.", low=1)


@dataclass(frozen=True, slots=True)
class Mail:
    """Outgoing mail."""

    method: str = setting(
        "folder", "smtp, or folder: each mail becomes a file in the data folder.", choices=("smtp", "folder")
    )
    sender: str = setting("NovaCast <noreply@localhost>", "Address that mails come from.")
    host: str = setting("localhost", "SMTP server.")
    port: int = setting(587, "SMTP port.", low=1, high=65535)
    security: str = setting("starttls", "How the SMTP connection is encrypted.", choices=("none", "starttls", "tls"))
    username: str = setting("", "SMTP user; empty: no log-in.")
    password: str = setting("", "SMTP password; better in NOVACAST_MAIL_PASSWORD_FILE.", secret=True)


@dataclass(frozen=True, slots=True)
class Uploads:
    """Videos on their way in."""

    max_bytes: int = setting(64 * 1024**3, "Largest file in bytes.", low=1024)
    expire_hours: int = setting(48, "Hours an unfinished upload is kept after its last byte.", low=1, high=720)
    per_person: int = setting(20, "Unfinished uploads one person may have.", low=1, high=1000)
    reserve_bytes: int = setting(1024**3, "Free disk that uploads and transcodes leave alone.", low=0)


@dataclass(frozen=True, slots=True)
class Transcode:
    """Making renditions."""

    heights: tuple[int, ...] = setting(
        (144, 240, 360, 480, 720, 1080),
        "Rungs, by the short side in pixels; 1440 and 2160 too where the machine can (2 cores: 0.14 of real time).",
        low=64,
        high=4320,
    )
    preset: str = setting(
        "veryfast",
        "x264 preset.",
        choices=("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"),
    )
    gop_seconds: float = setting(4.0, "Distance of keyframes and length of segments.", low=1, high=10)
    copy: bool = setting(True, "Whether a picture that browsers can play is shown as it is while rungs are made.")
    loudness: float = setting(
        0.0,
        "Loudness that sounds are brought to, by EBU R128: LUFS from -31 to -5, such as -16 or -14; 0: as they are. "
        "Peaks are kept below -1 dBTP; a video can be watched only once all of its sound was heard.",
        low=-31,
        high=0,
    )
    chunk_seconds: int = setting(
        120, "Length of the parts that a long video is made in; a crash costs one.", low=10, high=3600
    )
    codecs: tuple[str, ...] = setting(
        ("h264",),
        "Codecs to make ladders in. H.264 is always there and made first.",
        choices=CODECS,
        meant=OTHER_NAMES,
    )
    encoders: tuple[str, ...] = setting(
        ("auto",),
        "auto: whatever proves itself in a trial; software: the processor alone; or the kinds that may be used.",
        choices=ENCODERS,
        meant=OTHER_NAMES,
    )
    max_pixels: int = setting(67_108_864, "Largest frame that is decoded, in pixels.", low=65_536)
    max_hours: float = setting(24.0, "Longest video that is taken.", low=0.01, high=240)
    workers: int = setting(1, "Jobs at the same time.", low=1, high=64)
    nice: int = setting(10, "How far transcodes step back for everything else (nice).", low=0, high=19)
    share_on_air: int = setting(
        25,
        "Percent of its time that a transcode works while a programme is live; 0: it waits for the end of it, "
        "100: it takes what it gets.",
        low=0,
        high=100,
    )
    ffmpeg: str = setting("", "Path of FFmpeg; empty: the system's if it can do all, else the one installed with us.")


@dataclass(frozen=True, slots=True)
class Storage:
    """How much room videos may take, and what goes by itself."""

    quota_bytes: int = setting(
        0, "Bytes an organization may have, renditions included, unless it has a quota of its own; 0: no bound.", low=0
    )
    unwatched_days: int = setting(
        0, "Days after which a video that nobody watched loses its upper rungs, until somebody does; 0: never.", low=0
    )
    keep_height: int = setting(480, "The largest rung that such a video keeps, by its short side.", low=64, high=4320)
    originals: str = setting(
        "keep",
        "keep, or drop: after originals_days the uploaded file goes, and nothing can be made of it again.",
        choices=("keep", "drop"),
    )
    originals_days: int = setting(30, "Days that an original stays where originals are dropped.", low=1)


@dataclass(frozen=True, slots=True)
class Playback:
    """Who may watch, and for how long a permission lasts."""

    grant_minutes: int = setting(5, "Life of a signed address before it is opened.", low=1, high=60)
    session_hours: float = setting(6.0, "Life of a viewing session without renewal.", low=0.1, high=48)
    devices: int = setting(3, "Viewing sessions one person may have on one video.", low=1, high=100)
    cache_bytes: int = setting(256 * 1024**2, "Memory for segments that are asked for often.", low=0)


@dataclass(frozen=True, slots=True)
class Chat:
    """Rooms beside programmes and videos."""

    burst: int = setting(5, "Messages that one person may send at once.", low=1, high=1000)
    burst_seconds: float = setting(10.0, "Seconds in which a person may send as many again.", low=1, high=3600)
    sample_above: int = setting(
        30,
        "Messages a second that viewers of one room are shown at most; moderators see all, and nobody misses what "
        "mentions them. 0: all.",
        low=0,
    )
    connections: int = setting(
        0,
        "Connections to rooms held at once; 0: four fifths of what [server] max_connections and the limit of open "
        "files allow.",
        low=0,
    )
    per_person: int = setting(20, "Of these, held by one person.", low=1)
    per_address: int = setting(
        200, "Of these, held by strangers of one IPv4 address or IPv6 /64; this machine is not counted.", low=1
    )


@dataclass(frozen=True, slots=True)
class Moderation:
    """A machine that judges what is said in rooms, after it was said, where a room's rules ask for it: a server that
    answers `POST /v1/moderations`, or a model of words in a file. It holds messages, and deletes none."""

    base_url: str = setting("", "Address of that server, such as http://127.0.0.1:8000/v1; empty: none.")
    key: str = setting("", "Key for it; better in NOVACAST_MODERATION_KEY_FILE.", secret=True)
    model: str = setting("", "What it is asked to judge with; empty: its own choice.")
    word_model: str = setting("", "Path of a model of words, where there is no server; empty: none.")
    thresholds: tuple[str, ...] = setting(
        ("*=0.8",), "Scores above 0 up to 1 from which on a message is held: category=0.5, and * for all others."
    )
    timeout_seconds: float = setting(5.0, "Seconds that it may take for one question.", low=0.1, high=60)
    queue: int = setting(1000, "Messages that wait for it; more are not judged, and counted.", low=1, high=100_000)


@dataclass(frozen=True, slots=True)
class Speech:
    """Captions made of what is said, by a server that answers `POST /v1/audio/transcriptions`."""

    base_url: str = setting("", "Address of that server, such as http://127.0.0.1:8000/v1; empty: off.")
    key: str = setting("", "Key for it; better in NOVACAST_SPEECH_KEY_FILE.", secret=True)
    model: str = setting("whisper-1", "What it is asked to listen with.")
    language: str = setting("", "Language spoken (BCP 47) where a video does not say; empty: it finds out.")
    automatic: bool = setting(False, "Whether every new video without captions is listened to without asking.")
    piece_seconds: int = setting(
        600, "Longest piece of sound that is sent at once; cut where it is silent.", low=15, high=700
    )
    timeout_seconds: int = setting(900, "Seconds that it may take for one piece.", low=5, high=7200)


@dataclass(frozen=True, slots=True)
class Health:
    """What players tell of how playing goes."""

    keep_days: int = setting(90, "Days for which their sums are kept.", low=1, high=3650)


@dataclass(frozen=True, slots=True)
class Database:
    """SQLite."""

    readers: int = setting(4, "Read-only connections.", low=1, high=64)
    backup_keep: int = setting(5, "Copies made before migrations that are kept.", low=1, high=100)


@dataclass(frozen=True, slots=True)
class Jobs:
    """The queue."""

    engine: str = setting(
        "sqlite",
        "sqlite, or redis / postgres for workers on other machines.",
        choices=("sqlite", "redis", "postgres"),
    )
    url: str = setting("", "Address of Redis or Postgres.", secret=True)
    worker: bool = setting(True, "Whether the server starts a worker of its own.")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. `data` is the one folder that holds all state."""

    data: Path = setting(Path(), "Folder of all state; empty: the user's state directory.")
    instance: str = setting("NovaCast", "Name of this venue's NovaCast, shown on pages and in mails.")
    language: str = setting("en", "Language of pages and mails where a person chose none (BCP 47).")
    server: Server = field(default_factory=Server)
    tls: Tls = field(default_factory=Tls)
    log: Log = field(default_factory=Log)
    accounts: Accounts = field(default_factory=Accounts)
    oidc: Oidc = field(default_factory=Oidc)
    mail: Mail = field(default_factory=Mail)
    notifications: Notifications = field(default_factory=Notifications)
    uploads: Uploads = field(default_factory=Uploads)
    transcode: Transcode = field(default_factory=Transcode)
    storage: Storage = field(default_factory=Storage)
    playback: Playback = field(default_factory=Playback)
    live: Live = field(default_factory=Live)
    chat: Chat = field(default_factory=Chat)
    moderation: Moderation = field(default_factory=Moderation)
    speech: Speech = field(default_factory=Speech)
    health: Health = field(default_factory=Health)
    tickets: Tickets = field(default_factory=Tickets)
    stripe: Stripe = field(default_factory=Stripe)
    webhooks: Webhooks = field(default_factory=Webhooks)
    backups: Backups = field(default_factory=Backups)
    retention: Retention = field(default_factory=Retention)
    metrics: Metrics = field(default_factory=Metrics)
    alarms: Alarms = field(default_factory=Alarms)
    console: Console = field(default_factory=Console)
    database: Database = field(default_factory=Database)
    jobs: Jobs = field(default_factory=Jobs)

    @property
    def public_url(self) -> str:
        """Address people type, without a slash at its end."""
        if self.server.public_url:
            return self.server.public_url.rstrip("/")
        scheme = "https" if self.tls.certificate else "http"
        host = "127.0.0.1" if self.server.host in ("0.0.0.0", "::", "") else self.server.host  # noqa: S104 - compared
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.server.port}"

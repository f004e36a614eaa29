"""The settings of what is on air."""

from novacast.records import dataclass
from novacast.settings.declaring import setting


@dataclass(frozen=True, slots=True)
class Live:
    """Broadcasts: where encoders send to, and what they may."""

    rtmp_port: int = setting(
        1935,
        "TCP port for encoders that speak RTMP; 0: none. Where [server] port is 0, any free one.",
        low=0,
        high=65535,
    )
    rtmps_port: int = setting(
        1936, "TCP port for RTMP over TLS, open when [tls] has a certificate; 0: none.", low=0, high=65535
    )
    rtmp_host: str = setting("", "Address where encoders are listened for; empty: [server] host.")
    max_connections: int = setting(200, "Connections of encoders held at once.", low=1, high=10_000)
    connections_per_address: int = setting(
        20, "Of these, held by one IPv4 address or IPv6 /64; this machine is not counted.", low=1
    )
    publish_seconds: float = setting(10.0, "Seconds an encoder may take from its call to its key.", low=1, high=60)
    idle_seconds: float = setting(30.0, "Seconds without sound or picture after which an encoder is hung up on.", low=2)
    max_message: int = setting(8 * 1024**2, "Largest single frame in bytes.", low=65_536, high=64 * 1024**2)
    srt_port: int = setting(
        8890,
        "UDP port for encoders that speak SRT; 0: none. Where [server] port is 0, any free one.",
        low=0,
        high=65535,
    )
    srt_latency: int = setting(
        120,
        "Milliseconds of delay by SRT, in which lost packets are sent again; an encoder may ask for up to 8000.",
        low=20,
        high=8000,
    )
    srt_passphrase: str = setting(
        "",
        "Passphrase of 10 to 79 letters that SRT encoders must encrypt with; empty: they may not. "
        "Better in NOVACAST_LIVE_SRT_PASSPHRASE_FILE.",
        secret=True,
    )
    whip: bool = setting(True, "Whether browsers and encoders may publish by WebRTC (WHIP).")
    webrtc_host: str = setting(
        "", "Address that WebRTC's media is received at, over UDP; 0.0.0.0: all; empty: [server] host."
    )
    webrtc_addresses: tuple[str, ...] = setting(
        (), "Addresses under which others reach this machine where it does not have them itself, as behind NAT."
    )
    webrtc_first_port: int = setting(0, "First UDP port of WebRTC; 0: whichever are free.", low=0, high=65535)
    webrtc_last_port: int = setting(65535, "Last UDP port of WebRTC.", low=1, high=65535)
    webrtc_publishers: int = setting(25, "Publishers by WebRTC at once; each takes about a tenth of a core.", low=1)
    whep: bool = setting(True, "Whether programmes may be watched by WebRTC (WHEP), half a second behind the stage.")
    whep_viewers: int = setting(25, "Viewers by WebRTC at once; the last fifth of the places is for members.", low=1)
    early_minutes: int = setting(
        30, "Minutes before its planned start from which an encoder puts a planned programme on air.", low=0, high=1440
    )
    clips: str = setting(
        "moderators",
        "Who may cut clips out of programmes and recordings, beside those who produce: nobody, moderators, members "
        "of the organization, or all viewers who are logged in.",
        choices=("nobody", "moderators", "members", "viewers"),
    )
    clip_minutes: int = setting(10, "Longest clip.", low=1, high=60)
    reminder_minutes: int = setting(15, "Minutes before its start for reminding of it by mail.", low=1, high=1440)
    better_rungs: bool = setting(
        False,
        "Whether a recording gets a ladder made anew, with time, once its programme is over. It needs room for both.",
    )
    private_targets: bool = setting(
        False, "Whether programmes may be sent on to addresses inside this server's own network, itself included."
    )

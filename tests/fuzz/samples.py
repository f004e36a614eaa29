"""What is right, for what is wrong to be made of."""

from novacast.live import flv
from novacast.live.ingest import Kind, Tag
from novacast.live.srt.encryption import OwnKey
from novacast.live.srt.packets import CONCLUSION, Extension, Handshake
from novacast.security import passkeys
from novacast.security.envelopes import new_reader_key, sealed
from novacast.security.jwt import AccessTokens
from novacast.security.keys import Signer
from novacast.security.passkeys import Party
from tests.fakes.authenticator import Authenticator, text

HANDSHAKE = Handshake(
    version=5,
    encryption=0,
    extension=5,
    first=7,
    mtu=1500,
    window=8192,
    kind=CONCLUSION,
    socket=9,
    cookie=3,
    extensions=((int(Extension.HS_REQUEST), bytes.fromhex("00010500000000bf00780078")), (5, b"abcdefgh")),
).written()
KEY = OwnKey("ten letters").message
OFFER = (
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
    "c=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendonly\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=fingerprint:sha-256 AA\r\n"
    "a=setup:actpass\r\na=rtpmap:96 H264/90000\r\na=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n"
)
FLV = flv.HEADER + flv.framed(Tag(Kind.VIDEO, 40, b"\x17\1\0\0\0")) * 3
PARTY = Party("localhost", "House", "http://localhost")
CHALLENGE = bytes(range(32))
ASKED = {"challenge": text(CHALLENGE), "user": {"id": text(b"ada")}}
ONE = Authenticator()
MADE = {**ONE.make(ASKED), "rawId": text(ONE.id), "type": "public-key"}
USED = {**ONE.use(ASKED), "rawId": text(ONE.id), "type": "public-key"}
PUBLIC = passkeys.registered(PARTY, CHALLENGE, MADE).public_key
ACCESS = AccessTokens(b"k" * 32, "http://localhost")
SIGNER = Signer(b"k" * 32, "fuzz")
READER = new_reader_key()
SEALED = b"".join(sealed(READER.writer(), "fuzz", [b"what is inside" * 20]))
JWKS = {
    "keys": [
        {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
         "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "kid": "1", "alg": "ES256", "use": "sig"},
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "2"},
        {"kty": "RSA", "n": "AQAB" * 80, "e": "AQAB", "kid": "3"},
    ]
}  # fmt: skip
DISCOVERED = {
    "issuer": "https://a.example",
    "authorization_endpoint": "https://a.example/authorize",
    "token_endpoint": "https://a.example/token",
    "jwks_uri": "https://a.example/keys",
    "token_endpoint_auth_methods_supported": ["client_secret_basic"],
}
SPEECH = {"language": "en", "segments": [{"start": 0.5, "end": 2.0, "text": "hello", "no_speech_prob": 0.1}]}
JUDGED = {"results": [{"flagged": True, "categories": {"a": True}, "category_scores": {"a": 0.5}}]}
TABLE = b'\xef\xbb\xbfName;E-mail;Role\r\n"Ada; B.";ada@example.org;"house:editor"\r\n=1+1;;\n'
SHOP = (
    b'{"event": {"slug": "e", "name": {"en": "E"}, "items": [{"id": 1, "name": "Seat", "variations": []}], "orders": ['
    b'{"code": "A", "status": "p", "total": "3.00", "positions": [{"id": 1, "item": 1, "price": "3.00", "secret": "s"}]'
    b"}]}}"
)
PATCH = {"Operations": [{"op": "Add", "path": 'emails[type eq "work"].value', "value": "a@b.example"},
                        {"op": "replace", "value": {"name.givenName": "A", "active": "False"}},
                        {"op": "remove", "path": "members", "value": [{"value": "1"}]}]}  # fmt: skip
PROVISIONED = {"userName": "ada", "name": {"givenName": "Ada"}, "emails": [{"value": "a@b.example", "type": "work"}],
               "members": [{"value": "1"}], "displayName": "Ada", "active": True}  # fmt: skip

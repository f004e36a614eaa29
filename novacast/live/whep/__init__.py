"""WebRTC out: viewers who watch by WHEP (draft-ietf-wish-whep). Media is sent by a process of its own."""

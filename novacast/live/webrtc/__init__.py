"""WebRTC: browsers and encoders that publish by WHIP (RFC 9725). Media is received by a process of its own."""

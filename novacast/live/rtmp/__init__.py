"""RTMP and enhanced RTMP: a server for many publishers on one port."""

"""Whether what was published keeps the rules: RFC 8216bis of its playlists, ISO/IEC 14496-12 of its segments.

An eye of its own: of what writes playlists it shares nothing but the reading of boxes and codec strings, so that a
mistake there is seen here. Only heads of boxes and the first picture of each segment are read, never all of a video.
"""

from novacast.media.conformance.edition import Report, check_edition
from novacast.media.conformance.findings import SOURCES, Finding, Rule

__all__ = ["SOURCES", "Finding", "Report", "Rule", "check_edition"]

"""An FFmpeg that makes nothing good of a live picture: `live_ffmpeg.py HOW ARGV...`.

HOW is `crash`, `garbage` (noise on the pipes of the renditions), `flood` (of complaints) or `deaf` (gives nothing, and
does not go when asked). Only the standard library: it is started by whatever Python runs the tests.
"""

import os
import signal
import sys
import time


def main() -> None:
    how = sys.argv[1]
    if how == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "garbage":
        for _ in range(200):
            os.write(4, bytes(range(256)) * 16)
        os.read(0, 1)
        time.sleep(60)
    if how == "flood":
        for _ in range(20_000):
            os.write(2, b"Error while decoding stream #0:0: Invalid data found when processing input\n" * 20)
        sys.exit(1)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main()

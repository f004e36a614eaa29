"""What stands in a screen's place while the server is down."""

from textual.widgets import Static

WAYS = """\
This console goes on by itself as soon as the server answers. Until then, in another terminal of that machine:

  systemctl status novacast          is it running, and why not
  journalctl -u novacast -n 50       its last words
  systemctl restart novacast         start it anew; what is on air goes on
  novacast doctor                    what is wrong, and how to mend it
  novacast backup list               what copies there are
"""
HERE = """

In here, without a server: the doctor at 0 System (x), and 9 Backups."""


class Offline(Static):
    def __init__(self, *, local: bool) -> None:
        super().__init__(markup=False, id="offline")
        self._local = local

    def lost(self, why: str) -> None:
        self.update(f"{why}\n\n{WAYS}{HERE if self._local else ''}")

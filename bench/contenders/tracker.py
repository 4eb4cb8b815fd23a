"""tracker.py PORT ADDRESS...: a BitTorrent tracker that answers everybody with all these addresses but the asker's own.

So everybody knows everybody from the first answer on, as peers do that have found each other before.
"""
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PEER_PORT = 6881


class Tracker(BaseHTTPRequestHandler):
    def do_GET(self):
        """BEP 3 with the compact list of BEP 23; what was asked does not matter."""
        peers = b"".join(socket.inet_aton(address) + PEER_PORT.to_bytes(2, "big")
                         for address in sys.argv[2:] if address != self.client_address[0])
        answer = b"d8:intervali30e5:peers%d:%be" % (len(peers), peers)
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        """Nobody reads it."""


if __name__ == "__main__":
    ThreadingHTTPServer(("", int(sys.argv[1])), Tracker).serve_forever()

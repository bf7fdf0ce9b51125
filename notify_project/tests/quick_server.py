"""A server on loopback that ends as soon as its test does."""

from pytest_httpserver import HTTPServer

# How often it looks whether it shall end; the library's own half second is what a test would wait.
POLL_SECONDS = 0.01


class QuickServer(HTTPServer):
    """A server that is started and ended for one test."""

    def thread_target(self):
        """Answer until the end."""
        self.server.serve_forever(poll_interval=POLL_SECONDS)

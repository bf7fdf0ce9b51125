"""A web server that hears nothing from Redis when it queues a message to be stored."""

import sys
from wsgiref.simple_server import make_server

from redis.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError

from notify_project.wsgi import application

_execute = Pipeline.execute


def execute_and_hear_nothing(self, *args, **kwargs):
    """Let Redis do it, and lose the answer."""
    is_message = "persist_deferred" in repr(self.command_stack)
    answer = _execute(self, *args, **kwargs)
    if is_message:
        raise RedisConnectionError("the answer is lost")
    return answer


if __name__ == "__main__":
    Pipeline.execute = execute_and_hear_nothing
    make_server("127.0.0.1", int(sys.argv[1]), application).serve_forever()

"""Asking over a thread's own connection."""

import os
import threading

import pytest
from redis.exceptions import ResponseError

from investment.lib import redis


def test_an_answer_is_that_of_the_command() -> None:
    assert redis.ask(redis.pack("ECHO", "hello")) == b"hello"
    assert redis.ask(redis.pack("ECHO", more=1) + redis.part(b"a\r\nb")) == b"a\r\nb"


def test_an_error_of_the_server_is_raised_and_spoils_nothing() -> None:
    with pytest.raises(ResponseError, match="unknown command"):
        redis.ask(redis.pack("NOSUCH"))

    assert redis.ask(redis.pack("ECHO", "hello")) == b"hello"


def test_a_connection_that_broke_is_made_anew() -> None:
    mine = redis.ask(redis.pack("CLIENT", "ID"))
    redis.state().client_kill_filter(_id=mine)

    assert redis.ask(redis.pack("CLIENT", "ID")) != mine


def test_each_thread_and_each_process_has_its_own_connection() -> None:
    def whose() -> int:
        return int(redis.ask(redis.pack("CLIENT", "ID")))

    mine, others = whose(), []
    thread = threading.Thread(target=lambda: others.append(whose()))
    thread.start()
    thread.join()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, str(whose()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    others.append(int(os.read(reader, 100)))
    for end in (reader, writer):
        os.close(end)

    assert len({mine, *others}) == 3
    assert whose() == mine

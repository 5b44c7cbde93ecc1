"""How fast a portal is asked: a rest after each request, and a longer one for a host in trouble or that asks for it."""

import asyncio
import time
from types import SimpleNamespace

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.news.collecting import robots
from dancheong.nodes.news.collecting.pace import Pace
from protego import Protego


class Answers:
    """What a host gives, and when it was asked."""

    def __init__(self, delay):
        self.ended, self.times = [], []
        self.pace = Pace(delay, self.ended.append)

    async def ask(self, status=200, retry_after=None, lasts=0.0, host="a"):
        request = SimpleNamespace(url=f"http://{host}/x", meta={})
        await self.pace.process_request(request)
        self.times.append(time.monotonic())
        await asyncio.sleep(lasts)
        if status is None:
            self.pace.process_exception(request, TimeoutError())
        else:
            headers = {} if retry_after is None else {"Retry-After": retry_after}
            self.pace.process_response(request, SimpleNamespace(status=status, headers=headers))

    def gaps(self):
        return [after - before for before, after in zip(self.times, self.times[1:], strict=False)]


def asked(delay, *answers, first=None):
    host = Answers(delay)

    async def all_at_once():
        if first:
            first(host.pace)
        await asyncio.gather(*(host.ask(**answer) for answer in answers))

    asyncio.run(all_at_once())
    return host


def test_a_rest_begins_when_a_request_has_ended():
    assert min(asked(0.02, {"lasts": 0.03}, {}, {}).gaps()[:1]) >= 0.05
    assert min(asked(0.02, {}, {"host": "b"}, {}, {"host": "b"}).gaps()) < 0.02, "each host has its own"


@pytest.mark.parametrize("answer", [{"status": 503}, {"status": None}])
def test_a_host_in_trouble_rests_longer(answer):
    assert asked(0.02, answer, {}).gaps()[0] >= 0.04


def test_what_a_host_asks_for_it_gets():
    assert asked(0.0, {"status": 429, "retry_after": b"1"}, {}).gaps()[0] >= 1
    assert asked(0.0, {}, {}, first=lambda pace: pace.slow_down("a", 0.05)).gaps()[0] >= 0.05
    assert asked(0.05, {}, {}, first=lambda pace: pace.slow_down("a", 0.01)).gaps()[0] >= 0.05, (
        "never below what we ask"
    )


@pytest.mark.parametrize("long", [b"7200", b"Fri, 01 Jan 2999 00:00:00 GMT"])
def test_a_host_that_wants_hours_ends_the_work(long):
    (error,) = asked(0.0, {"status": 503, "retry_after": long}).ended
    assert isinstance(error, UserError) and "asks to come back in" in str(error)


@pytest.mark.parametrize("odd", [b"soon", b"", b"-5", b"\xff"])
def test_a_retry_after_that_says_nothing_is_none(odd):
    assert asked(0.0, {"status": 503, "retry_after": odd}, {}).ended == []


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ("Crawl-delay: 2", 2),
        ("Request-rate: 1/10s", 10),
        ("Request-rate: 4/1m\nCrawl-delay: 2", 15),
        ("Request-rate: 100/1s\nCrawl-delay: 2", 2),
        ("Request-rate: 0/5s", 0),
        ("Request-rate: soon\nCrawl-delay: never", 0),
        ("", 0),
    ],
)
def test_the_rest_that_robots_txt_asks_for(lines, seconds):
    assert robots.rest(Protego.parse(f"User-agent: *\n{lines}\n")) == seconds

"""`dancheong collect` against a portal on loopback that does what portals do."""

import csv
import json
import re
import signal
import subprocess
import sys
import time
from datetime import date

import pytest
from dancheong.nodes.curation import Curation, Standards, Walk
from dancheong.nodes.news import records
from dancheong.nodes.news.collecting import read_portal
from dancheong.runner import places
from dancheong.testing.news_portal import ELSEWHERE, KINDS, ODD, PAGES, PICTURES, NewsPortal

DELAY = 0.02


class Desk:
    """Someone who collects from a portal."""

    def __init__(self, portal, folder):
        self.portal, self.folder, self.out = portal, folder, folder / "out"
        self.file = portal.write_file(folder / "portal.json")

    def start(self, *more, delay=DELAY):
        days = ("--from", "2020-01-01", "--to", self.portal.last.isoformat())
        who = ("--contact", "desk@example.com")
        command = ("collect", self.file, *days, "--out", self.out, *who, "--delay", delay, *more)
        return subprocess.Popen(
            [sys.executable, str(places.PACK / "runner"), *map(str, command)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, *more, delay=DELAY):
        """Status, and what was said on either stream."""
        process = self.start(*more, delay=delay)
        shown, error = process.communicate(timeout=120)
        return process.returncode, shown + error

    def after(self, pictures, number, **options):
        """Send a signal as soon as so many pictures were asked for; then as `run`."""
        process = self.start(**options)
        while len(self.portal.paths("/orgImg/")) < pictures:
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)
        process.send_signal(number)
        shown, error = process.communicate(timeout=20)
        return process.returncode, shown + error

    def lines(self):
        """What the runs so far have written down; a killed one may leave half a line."""
        text = (self.out / "journal.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def kept(self):
        with (self.out / "metadata.jsonl").open(encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def rejected(self):
        """Id -> reason."""
        with (self.out / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
            return {row["id"]: row["reason"] for row in csv.DictReader(file)}


@pytest.fixture
def desk(tmp_path):
    """Of a portal whose ten articles are all good; what goes wrong is said by each test."""
    with NewsPortal(10, kinds={}) as portal:
        yield Desk(portal, tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A whole collection of every kind of article, and what was said."""
    with NewsPortal(2 * KINDS) as portal:
        desk = Desk(portal, tmp_path_factory.mktemp("whole"))
        yield desk, desk.run()


def test_every_good_article_is_kept_once_with_its_own_words_and_picture(whole):
    desk, (status, said) = whole
    assert status == 0, said
    kept = desk.kept()
    assert sorted(record["id"] for record in kept) == sorted(desk.portal.good)
    for record in kept:
        article = desk.portal.good[record["id"]]
        title, _, body = record["text"].partition(" [SEP] ")
        assert title == article.title
        assert record["topic"] == article.topic or article.is_in_both
        assert article.body in body and "var AP" not in body
        assert (desk.out / record["img"]).read_bytes() == article.picture
        assert record["img_url"] == f"{desk.portal.root(PICTURES)}/orgImg/{article.id}.jpg"
        assert record["url"].startswith(f"{desk.portal.root()}/view/{article.id}")
        assert list(record) == ["id", "topic", "text", "img", "img_url", "url"]


def test_everything_else_is_refused_by_its_reason(whole):
    desk, (_, said) = whole
    reasons = {
        "short": "short article",
        "english": "not Korean",
        "no picture": "no picture",
        "gif": "the picture is a GIF",
        "broken picture": "the picture is broken",
        "AP": "excluded agency",
        "leads elsewhere": f"it leads to another host ({ELSEWHERE})",
        "gone": "it is not there (HTTP 404)",
        "picture gone": "the picture cannot be had (it is not there (HTTP 404))",
        "no body": "it has no body",
        "forbidden": "robots.txt of 127.0.0.1",
        "another service": "excluded service",
        "leads to the front page": "it leads to another page",
        "picture elsewhere": "no picture",
    }
    assert set(reasons) == set(ODD.values())
    rejected = desk.rejected()
    odd = {article.id: article.kind for article in desk.portal.articles if not article.is_good}
    assert rejected.keys() == odd.keys()
    assert {id_: reason for id_, reason in rejected.items() if not reason.startswith(reasons[odd[id_]])} == {}
    assert f"{len(desk.portal.good)} of {2 * KINDS} articles kept" in said
    assert "ask your counsel" in said


def test_the_portal_is_asked_as_it_wishes(whole):
    portal = whole[0].portal
    assert [one for one in portal.asked if "secret" in one.path or one.host == ELSEWHERE] == []
    assert {one.agent for one in portal.asked} == {"dancheong (+desk@example.com)"}
    for host in (PAGES, PICTURES):
        assert next(one.path for one in portal.asked if one.host == host) == "/robots.txt"
        assert min(portal.gaps(host)) >= DELAY
    lists = portal.paths("/recent")
    assert len(set(lists)) == len(lists)


def test_what_was_collected_is_a_dataset_as_it_is(whole, tmp_path):
    desk, _ = whole
    read = {record.id: record for record in records(desk.out)}
    assert read.keys() == desk.portal.good.keys()
    assert all(record.read() == desk.portal.good[id_].picture for id_, record in read.items())
    walk = Walk(Curation(desk.out, tmp_path / "fit", Standards(min_side=0, duplicate_bits=-1), workers=1))
    assert walk.finish(lambda done: None) == {"kept": len(read)} and walk.left == []


def test_a_killed_run_goes_on_loses_nothing_and_doubles_nothing(tmp_path):
    """At a portal that serves a list's last page again and again."""
    with NewsPortal(KINDS, kinds={}, per_day=12, past_the_end="repeats") as portal:
        desk = Desk(portal, tmp_path)
        for pictures in (1, 12):
            assert desk.after(pictures, signal.SIGKILL)[0] == -signal.SIGKILL
            before, asked = desk.lines(), len(portal.asked)
        status, said = desk.run()
        assert status == 0 and "going on after" in said
        assert sorted(record["id"] for record in desk.kept()) == sorted(portal.good)
        assert min(min(portal.gaps(host)) for host in (PAGES, PICTURES)) >= DELAY
        # Nothing that has its line is asked for again.
        again = {portal.root() + one.path for one in portal.asked[asked:]}
        lists = [line["list"] for line in before if "list" in line]
        articles = [line["url"] for line in before if "list" not in line]
        assert lists and len(articles) >= 5 and len(set(portal.paths("/recent"))) >= 12
        read = read_portal(str(desk.file))
        assert again.isdisjoint(read.list_address(of, date.fromisoformat(day), page) for of, day, page in lists)
        assert again.isdisjoint(articles)


def test_an_interrupt_ends_at_once_keeps_what_is_there_and_the_same_command_goes_on(desk):
    """Though an answer is under way that takes longer than the test waits for the end."""
    desk.portal.slow = {desk.portal.articles[-1].id: 60.0}
    status, said = desk.after(6, signal.SIGINT)
    assert (status, said.splitlines()[1:]) == (130, ["dancheong: interrupted; the same command goes on from here"])
    assert 0 < len(desk.kept()) < 10
    desk.portal.slow = {}
    assert desk.run()[0] == 0
    assert len(desk.kept()) == 10


@pytest.mark.parametrize(
    ("old", "new", "field", "selectors"),
    [
        ("mlt01", "list01", "list.articles", "div.mlt01 a.lt1::attr(href)"),
        ("viewTite", "viewTitle", "article.title", "h3.viewTite, h3.articleSubecjt"),
    ],
)
def test_changed_markup_is_one_sentence_and_costs_nothing(desk, old, new, field, selectors):
    desk.portal.renamed = (old, new)
    status, said = desk.run()
    assert status == 1 and said.count("dancheong: ") == 2
    assert f"None of the selectors {selectors}" in said and f"correct {field} in {desk.file}" in said
    assert desk.rejected() == {} and desk.kept() == []
    if field == "article.title":
        desk.portal.write_file(desk.file, **{field: ["h3.viewTitle"]})
        assert desk.run()[0] == 0
        assert len(desk.kept()) == 10


@pytest.mark.parametrize(
    ("robots", "said"),
    [
        ((200, "User-agent: *\nDisallow: /recent\n"), "robots.txt of 127.0.0.1:\\d+ forbids it"),
        ((503, ""), "robots.txt cannot be had \\(HTTP 503\\), which counts as forbidden \\(RFC 9309\\)"),
    ],
)
def test_a_portal_that_forbids_it_is_left_alone(desk, robots, said):
    desk.portal.robots[PAGES] = robots
    status, shown = desk.run()
    assert status == 1 and re.search(said, shown)
    assert {one.path for one in desk.portal.asked} == {"/robots.txt"}


def test_a_host_sets_its_own_pace(desk):
    """By robots.txt and by being slow."""
    desk.portal.robots[PICTURES] = (200, "User-agent: *\nCrawl-delay: 0.2\n")
    desk.portal.slow = {"": 0.1}
    status, said = desk.run("--topics", "society")
    assert status == 0 and "asks for 0.2 s between requests, which is kept" in said
    assert min(desk.portal.gaps(PICTURES)[1:]) >= 0.2
    assert min(desk.portal.gaps(PAGES)[2:]) >= 0.2, "a rest as long as the work"


def test_pictures_that_are_all_gone_are_the_rules_fault(desk):
    desk.portal.trouble = {"/orgImg/": (404, {})}
    status, said = desk.run()
    assert status == 1 and "3 articles in a row" in said and "picture.original in" in said
    assert desk.rejected() == {}


def test_a_portal_that_refuses_all_is_left_alone_and_trouble_is_waited_out(desk):
    desk.portal.trouble = {"/view/": (403, {})}
    status, said = desk.run()
    assert status == 1 and "10 articles in a row could not be had" in said and desk.rejected() == {}
    assert len(desk.portal.paths("/view/")) == 10
    first, second = (f"/view/{article.id}" for article in desk.portal.articles[:2])
    desk.portal.trouble = {first: (503, {}), second: (403, {})}
    status, said = desk.run()
    assert status == 1
    assert re.search(rf"{first}\S* could not be had \(HTTP 503\); the same command tries it again", said)
    assert re.search(rf"{second}\S* could not be had \(HTTP 403\)", said)
    assert (len(desk.kept()), desk.rejected()) == (8, {})
    assert len(desk.portal.paths(first)) == 1 + 5

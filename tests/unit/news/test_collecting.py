"""Collecting without a network: a portal's file, its pages, what is asked, and what is written down."""

import json
import sys
from dataclasses import replace
from datetime import date

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.news.collecting import Collection, pages, read_portal, summary, tables
from dancheong.nodes.news.collecting.crawl import Crawl
from dancheong.nodes.news.collecting.doubts import AT_FIRST, LATER, Doubts
from dancheong.nodes.news.collecting.ledger import Ledger, Named
from dancheong.nodes.news.collecting.markup import selector
from dancheong.nodes.news.collecting.portal import OWN
from dancheong.runner import cli

LIST = """<div class="mlt01"><a class="lt1" href="//news.nate.com/view/20200206n20499?mid=n0100">
<h2 class="tit">제목</h2></a><span class="medium">press 2020-02-06 09:00</span></div>
<div class="mlt01"><a class="lt1" href="//news.nate.com/view/20200207n00001?mid=n0100">other day</a></div>
<div class="mlt01"><a class="lt1" href="//elsewhere.example/view/20200206n00002">ad</a></div>
<div class="mlt01"><a class="lt1" href="http://[">broken</a></div>"""
TITLES = '<div class="postSubject"><ul><li><a href="/view/20200206n20499">제목</a></li></ul></div>'
ARTICLE = """<a class="svcname">뉴스</a><h3 class="viewTite">금리 <b>동</b>결</h3>
<div id="articleContetns">첫 문장.<br>둘째
<script>x()</script>다음<noscript><p>x()</p></noscript><!-- no --> <p>셋째</p>넷째
<img alt="회의" src="data:image/gif;base64,R0">
<img src="//thumbnews.nateimg.co.kr/view610///news.nateimg.co.kr/orgImg/yt/2020/02/06/A.jpg"><em>설명 [AP=연합뉴스]</em>
<img data-src="https://news.nateimg.co.kr/orgImg/yt/2020/02/06/B.jpg" src="/blank.png">밖 <b>사진=연합뉴스</b></div>"""
BASE = "https://news.nate.com/view/20200206n20499"


@pytest.fixture(scope="module")
def nate():
    return read_portal("nate")


def collection(portal, out, **changes):
    asked = {
        "portal": portal,
        "out": out,
        "first": date(2020, 2, 6),
        "last": date(2020, 2, 7),
        "topics": ("economy", "world"),
        "contact": "desk@example.com",
        "delay": 1.0,
        "article_fault": lambda title, body: None,
        "rules": {},
    }
    return Collection(**{**asked, **changes})


def test_the_address_of_a_list(nate):
    assert nate.list_address("science", date(2020, 2, 6), 3) == (
        "https://news.nate.com/recent?cate=its&mid=n0601&type=c&date=20200206&page=3"
    )


@pytest.mark.parametrize(("html", "links", "ids"), [(LIST, 4, 2), (TITLES, 1, 1)])
def test_a_list_names_the_articles_of_the_asked_days(nate, html, links, ids):
    found = pages.listed(selector(html), nate, "https://news.nate.com/recent", ("20200201", "20200206"))
    (address,) = found.articles.values()
    assert list(found.articles) == ["20200206n20499"] and address.startswith(BASE)
    assert (found.links, found.ids, found.says_nothing_more) == (links, ids, False)


def test_a_list_says_that_it_is_at_its_end(nate):
    found = pages.listed(selector("<p>뉴스가 없습니다.</p>"), nate, BASE, ("20200101", "20201231"))
    assert found.says_nothing_more and not found.articles


def test_an_article_is_what_a_reader_sees(nate):
    article = pages.article(selector(ARTICLE), nate, BASE)
    assert article.title == "금리 동결" and pages.service(selector(ARTICLE), nate) == "뉴스"
    assert article.body.startswith("첫 문장. 둘째 다음 셋째 넷째") and "x()" not in article.body
    assert [picture.address for picture in article.pictures] == [
        "https://news.nateimg.co.kr/orgImg/yt/2020/02/06/A.jpg",
        "https://news.nateimg.co.kr/orgImg/yt/2020/02/06/B.jpg",
    ]
    assert [nate.excludes_credit(picture.caption) for picture in article.pictures] == [True, False]


@pytest.mark.parametrize("field", ["title", "body"])
def test_a_field_that_is_not_there_is_named(nate, field):
    gone = ARTICLE.replace({"title": "viewTite", "body": "articleContetns"}[field], "other")
    with pytest.raises(pages.Unfound, match=f"article.{field}"):
        pages.article(selector(gone), nate, BASE)


def test_credits_of_licensed_agencies_are_told_from_words(nate):
    theirs = [
        "[AP=연합뉴스]",
        "워싱턴 AP/뉴시스",
        "(사진=AP)",
        "ⓒ AP",
        "EPA 연합뉴스",
        "[EPA]",
        "AP Photo",
        "AFP/AP",
        "AP뉴시스",
    ]
    ours = ["[사진=연합뉴스]", "AP 통신은 전했다", "애플리케이션 프로세서(AP)", "APEC 회의", "MAP=지도", "뉴시스", ""]
    assert [caption for caption in theirs if not nate.excludes_credit(caption)] == []
    assert [caption for caption in ours if nate.excludes_credit(caption)] == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("list.address", None, "list.address is missing"),
        ("list.address", "https://elsewhere.example/{page}", "leads to elsewhere.example, which hosts does not name"),
        ("list.address", "https://news.nate.com/{section}", "cannot be filled for the topic 'economy'"),
        ("article.title", "h3", "article.title is 'h3', expected \\[ \\]"),
        ("article.title", [], "article.title is empty"),
        ("article.title", ["h3[["], "article.title holds 'h3\\[\\[', which is no selector"),
        ("picture.caption", ["./following::("], "picture.caption holds"),
        ("article.titel", ["h3"], "article.titel is not known"),
        ("article.id", "n\\d+", "article.id has no group"),
        ("article.id", "(n\\d+", "is none"),
        ("picture.original", ["a"], "is none"),
        ("list.most_pages", True, "list.most_pages is True, expected a number"),
        ("topics", {}, "topics is empty"),
    ],
)
def test_a_wrong_portal_file_is_one_sentence(tmp_path, name, value, said):
    fields = json.loads((OWN / "nate.json").read_text(encoding="utf-8"))
    section, _, inner = name.partition(".")
    holder, key = (fields[section], inner) if inner else (fields, section)
    if value is None:
        del holder[key]
    else:
        holder[key] = value
    path = tmp_path / "other.json"
    path.write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(UserError, match=said):
        read_portal(str(path))


def test_what_is_no_portal_at_all_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="no portal 'naver': expected nate, or"):
        read_portal("naver")
    (tmp_path / "a.json").write_text("[")
    with pytest.raises(UserError, match="it is no JSON"):
        read_portal(str(tmp_path / "a.json"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"topics": ("sports",)}, "no topic 'sports': expected some of economy, society"),
        ({"first": date(2020, 3, 1)}, "is after the last"),
        ({"last": date(2999, 1, 1)}, "is not over"),
        ({"delay": -1.0}, "--delay is -1"),
        ({"delay": float("nan")}, "--delay is nan"),
        ({"contact": ""}, "--contact"),
        ({"contact": "me"}, "--contact"),
        ({"contact": "a@b.c\r\nX: y"}, "--contact"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(nate, tmp_path, changes, said):
    with pytest.raises(UserError, match=said):
        collection(nate, tmp_path, **changes).check()


def test_the_command_asks_for_a_contact_before_it_takes_the_folder(tmp_path, capsys, monkeypatch):
    typed = ["collect", "nate", "--from", "2020-01-01", "--to", "2020-01-02", "--out", str(tmp_path / "out")]
    assert cli.main(typed) == 1
    assert "--contact" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "scrapy", None)
    assert cli.main([*typed, "--contact", "desk@example.com"]) == 1
    assert "needs the package scrapy, which is not installed: run" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_ledger_knows_after_a_kill_what_is_left(nate, tmp_path):
    ledger = Ledger(collection(nate, tmp_path))
    assert ledger.is_new
    first, second = list(ledger.open_lists())[:2]
    one, two, three = ledger.add_page(first, 1, {"n1": "a/n1", "n2": "a/n2", "n3": "a/n3"}, "")
    assert ledger.add_page(second, 1, {"n2": "b/n2"}, "") == [], "it stands in another list already"
    ledger.keep({"id": one.id, "topic": "economy", "text": "t", "img": "i", "img_url": "u", "url": "a/n1"})
    ledger.refuse(two, "short article")
    assert ledger.add_page(second, 2, {"n1": "b/n1"}, "last") == [], "it is kept already"
    ledger.close()
    with (tmp_path / "journal.jsonl").open("a") as file:
        file.write('{"id": "n3", "rea')  # killed here
    again = Ledger(collection(nate, tmp_path, delay=5.0, contact="other@example.com"))
    assert (again.is_new, again.done, again.known) == (False, 2, 3)
    assert list(again.waiting.values()) == [three]
    assert [(one.topic, one.day, one.next_page) for one in again.open_lists()] == [
        ("economy", date(2020, 2, 6), 2), ("economy", date(2020, 2, 7), 1), ("world", date(2020, 2, 7), 1),
    ]  # fmt: skip
    assert next(again.open_lists()).ids == {"n1", "n2", "n3"}
    again.close()
    with pytest.raises(UserError, match="another source or other rules"):
        Ledger(collection(nate, tmp_path, topics=("world",)))


def test_one_odd_article_is_refused_and_many_are_the_portals_doing():
    named = Named("n1", "a/n1", "world", "2020-02-06")
    doubts = Doubts(AT_FIRST)
    doubts.add(named, "it has no body", "The markup has changed.")
    with pytest.raises(UserError, match="markup"):
        doubts.end()
    assert doubts.clear() == [(named, "it has no body")]
    for _ in range(LATER - 1):
        doubts.add(named, "it has no body", "The markup has changed.")
    with pytest.raises(UserError, match=f"{LATER} articles in a row: The markup"):
        doubts.add(named, "it has no body", "The markup has changed.")
    fresh = Doubts(AT_FIRST)
    for _ in range(AT_FIRST - 1):
        fresh.add(named, "", "x")
    with pytest.raises(UserError, match="3 articles in a row"):
        fresh.add(named, "", "x")


class Portal:
    """A crawl that is fed with pages by hand."""

    def __init__(self, nate, out, count):
        self.ledger = Ledger(collection(nate, out))
        self.crawl = Crawl(collection(nate, out), self.ledger, lambda *_: None, print, lambda: None)
        ids = {f"20200206n{number:05d}": f"{BASE[:-14]}20200206n{number:05d}" for number in range(count)}
        self.articles = self.ledger.add_page(next(self.ledger.open_lists()), 1, ids, "last")

    def reads(self, html):
        """The next article is this; the requests that follow."""
        from scrapy.http import HtmlResponse

        named = self.articles.pop(0)
        return list(self.crawl._read(HtmlResponse(named.address, body=html, encoding="utf-8"), named))


def test_articles_without_pictures_are_refused_but_not_all_of_them(nate, tmp_path):
    """Many have none, and a selector that finds none any more must not refuse the rest of the portal."""
    bare = ARTICLE[: ARTICLE.index("<img alt")] + "</div>"
    portal = Portal(nate, tmp_path, LATER + 3)
    assert portal.reads(bare) == [] and portal.ledger.done == 0
    (asked_for,) = portal.reads(ARTICLE)
    assert asked_for.url.endswith("B.jpg") and portal.ledger.done == 1
    for _ in range(LATER - 1):
        portal.reads(bare)
    with pytest.raises(UserError, match=r"correct picture\.found in"):
        portal.reads(bare)
    assert portal.ledger.done == 1


def test_a_list_that_never_ends_is_cut_and_told(nate, tmp_path):
    """Always new articles, as where a portal draws them at random."""
    from scrapy.http import HtmlResponse

    portal = Portal(replace(nate, fields={**nate.fields, "list.most_pages": 3}), tmp_path, 0)
    of, pages_asked = next(iter(portal.ledger.open_lists())), 0
    address = portal.crawl.collection.portal.list_address(of.topic, of.day, 1)
    while address and pages_asked < 5:
        pages_asked += 1
        html = LIST.replace("n20499", f"n{pages_asked:05d}")
        answer = HtmlResponse(address, body=html, encoding="utf-8")
        more = [request.url for request in portal.crawl._listed(answer, of) if "/recent" in request.url]
        address = more[0] if more else ""
    assert pages_asked == 3 and of.is_read
    assert "1 lists have more pages" in list(summary(tables.write(tmp_path, portal.ledger)))[-1]


def test_another_service_is_told_before_its_markup_is_looked_at(nate, tmp_path):
    portal = Portal(nate, tmp_path, 1)
    assert portal.reads('<a class="svcname">연예</a>') == []
    (line,) = (line for line in portal.ledger if "reason" in line)
    assert line["reason"] == "excluded service (연예)"


def test_nothing_written_where_the_body_was_is_changed_markup(nate, tmp_path):
    portal = Portal(nate, tmp_path, AT_FIRST)
    empty = '<h3 class="viewTite">제목</h3><div id="articleContetns"> <script>load()</script></div>'
    for _ in range(AT_FIRST - 1):
        portal.reads(empty)
    with pytest.raises(UserError, match=r"correct article\.body in"):
        portal.reads(empty)


def test_a_list_that_leads_elsewhere_is_told_whatever_letters_its_address_has(nate, tmp_path):
    from scrapy.http import HtmlResponse

    address = "https://news.nate.com/recent?section={cate} 경제&date={day:%Y%m%d}&page={page}"
    portal = Portal(replace(nate, fields={**nate.fields, "list.address": address}), tmp_path, 0)
    (request, *_) = portal.crawl.begin()
    of = request.cb_kwargs["of"]
    with pytest.raises(UserError, match=r"leads to https://news.nate.com/login: correct list\.address"):
        list(portal.crawl._listed(HtmlResponse("https://news.nate.com/login", body=LIST, encoding="utf-8"), of))
    assert list(portal.crawl._listed(HtmlResponse(request.url, body=LIST, encoding="utf-8"), of))

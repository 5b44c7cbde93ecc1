"""A news portal on loopback, in the markup that news.nate.com is known to have, with all that goes wrong on such pages.

It serves made-up articles on 127.0.0.1 and their pictures on 127.0.0.2, and writes down every request.
"""

import json
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice, pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from .scenes import news

NATE = Path(__file__).parent.parent / "nodes/news/collecting/portals/nate.json"
PAGES, PICTURES, ELSEWHERE = "127.0.0.1", "127.0.0.2", "127.0.0.3"
FIRST = date(2020, 1, 1)
TOPICS = {"economy": "eco", "society": "soc"}
PAGE = 5
"""Articles of a list's page."""
ODD = {
    2: "short",
    3: "english",
    5: "no picture",
    6: "gif",
    8: "broken picture",
    9: "AP",
    11: "leads elsewhere",
    12: "gone",
    14: "picture gone",
    15: "no body",
    17: "forbidden",
    18: "another service",
    20: "leads to the front page",
    21: "picture elsewhere",
}
"""Of every `KINDS` articles, those that cannot be kept."""
STRANGE = {
    1: "old markup",
    4: "busy once",
    7: "down once",
    10: "gif first",
    13: "moved",
    16: "older markup",
    19: "AP first",
    22: "cut off once",
}
"""Those that can, though not at once or not in the first way."""
KINDS = 24


@dataclass(frozen=True)
class Article:
    id: str
    topic: str
    day: date
    title: str
    body: str
    picture: bytes
    kind: str
    """What is odd or strange about it; "" where nothing is."""

    @property
    def is_good(self) -> bool:
        return self.kind not in ODD.values()

    @property
    def is_in_both(self) -> bool:
        """Whether it stands in the lists of both topics."""
        return self.id.endswith(("0", "5"))


@dataclass(frozen=True)
class Asked:
    """One request as the portal sees it."""

    host: str
    seconds: float
    path: str
    agent: str


@dataclass
class NewsPortal:
    """`with NewsPortal(30) as portal: ...`"""

    count: int
    per_day: int = 15
    """Articles of a day in all topics."""
    seed: int = 1
    kinds: dict[int, str] = field(default_factory=lambda: {**ODD, **STRANGE})
    robots: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Host -> status and text, where it is not the usual one."""
    past_the_end: str = "says so"
    """Or "repeats": the last page again and again."""
    renamed: tuple[str, str] = ("", "")
    """What the markup calls otherwise now."""
    trouble: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    """Beginning of a path -> status and headers, each time."""
    slow: dict[str, float] = field(default_factory=dict)
    """Part of a page's path -> seconds that it takes."""
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        drawn = islice((one for one in news.articles(self.count * 2, self.seed, (48, 32)) if not one.fault), self.count)
        self.articles = [self._article(number, one) for number, one in enumerate(drawn)]
        self._by_id = {article.id: article for article in self.articles}
        self._tried: Counter[str] = Counter()
        gif = next(one for one in news.articles(20, 1, (48, 32)) if one.fault == "animated")
        self._gif = gif.picture

    def __enter__(self) -> "NewsPortal":
        handler = type("Handler", (_Handler,), {"portal": self})
        self._servers = {host: ThreadingHTTPServer((host, 0), handler) for host in (PAGES, PICTURES, ELSEWHERE)}
        for server in self._servers.values():
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        for server in self._servers.values():
            server.shutdown()
            server.server_close()

    @property
    def good(self) -> dict[str, Article]:
        return {article.id: article for article in self.articles if article.is_good}

    @property
    def last(self) -> date:
        return self.articles[-1].day

    def root(self, host: str = PAGES) -> str:
        return f"http://{host}:{self._servers[host].server_port}"

    def write_file(self, path: Path, **changes) -> Path:
        """The pack's own file of that markup, with this portal's hosts; `changes` as "article.title" -> value."""
        fields = json.loads(NATE.read_text(encoding="utf-8"))
        fields["hosts"] = [PAGES, PICTURES]
        fields["topics"] = {topic: {"cate": cate, "mid": "n0301"} for topic, cate in TOPICS.items()}
        fields["list"]["address"] = fields["list"]["address"].replace("https://news.nate.com", self.root())
        fields["picture"]["original"] = [["^http://[^/]+/view610///(.*)$", r"http://\1"]]
        for name, value in changes.items():
            section, _, inner = name.partition(".")
            if inner:
                fields[section][inner] = value
            else:
                fields[section] = value
        path.write_text(json.dumps(fields, ensure_ascii=False), encoding="utf-8")
        return path

    def gaps(self, host: str) -> list[float]:
        """Seconds between a request and the next, as the portal sees them."""
        times = sorted(one.seconds for one in self.asked if one.host == host)
        return [after - before for before, after in pairwise(times)]

    def paths(self, beginning: str) -> list[str]:
        return [one.path for one in self.asked if one.path.startswith(beginning)]

    def answer(self, host: str, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        parts = urlsplit(path)
        self._tried[path] += 1
        html = {"Content-Type": "text/html; charset=utf-8"}
        if parts.path == "/robots.txt":
            status, text = self.robots.get(host, (200, "User-agent: *\nDisallow: /*?secret\n"))
            return status, {"Content-Type": "text/plain"}, text.encode()
        for beginning, (status, headers) in self.trouble.items():
            if path.startswith(beginning):
                return status, headers, b"trouble"
        time.sleep(sum(seconds for part, seconds in self.slow.items() if part in path))
        if parts.path == "/recent":
            return 200, html, self._list(parse_qs(parts.query)).replace(*self.renamed).encode()
        name = parts.path.rsplit("/", 1)[-1]
        article = self._by_id.get(name.partition(".")[0].removeprefix("gif"))
        if article is None:
            return 200, html, b"<html><h1>Front page</h1></html>"
        if name.endswith(".jpg"):
            return self._picture(article, name)
        if article.kind == "leads elsewhere":
            return 302, {"Location": f"{self.root(ELSEWHERE)}/view/{article.id}"}, b""
        if article.kind == "leads to the front page":
            return 302, {"Location": "/"}, b""
        if article.kind == "moved" and "moved" not in parts.query:
            return 301, {"Location": f"/view/{article.id}?moved"}, b""
        if article.kind == "gone":
            return 404, html, b"gone"
        if article.kind in ("busy once", "down once") and self._tried[path] == 1:
            return {"busy once": 429, "down once": 503}[article.kind], {"Retry-After": "0"}, b""
        return 200, html, self._page(article).replace(*self.renamed).encode()

    def _article(self, number: int, drawn: news.Article) -> Article:
        day = FIRST + timedelta(number // self.per_day)
        id_ = f"{day:%Y%m%d}n{number:05d}"
        kind = self.kinds.get(number % KINDS, "")
        title, body = f"{drawn.title} {number}", drawn.content
        if kind == "short":
            body = body[:60]
        elif kind == "english":
            title, body = "Central bank keeps its rate", "The bank said on Monday that it would keep its rate. " * 8
        return Article(id_, list(TOPICS)[number % 2], day, title, body.strip(), drawn.picture, kind)

    def _list(self, query: dict[str, list[str]]) -> str:
        found = [
            article
            for article in self.articles
            if f"{article.day:%Y%m%d}" == query["date"][0]
            and (TOPICS[article.topic] == query["cate"][0] or article.is_in_both)
        ]
        page = int(query["page"][0])
        if self.past_the_end == "repeats":
            page = min(page, max(-(-len(found) // PAGE), 1))
        shown = found[(page - 1) * PAGE : page * PAGE]
        if not shown and self.past_the_end == "says so":
            return "<html><body><div class='noNews'>뉴스가 없습니다.</div></body></html>"
        rows = "".join(
            f'<div class="mlt01"><a class="lt1" href="//{self.root()[7:]}/view/{one.id}?{self._query(one)}">'
            f'<h2 class="tit">{one.title}</h2></a><span class="medium">press {one.day}</span></div>'
            for one in shown
        )
        return f'<html><body>{rows}<a href="/ad">ad</a></body></html>'

    def _query(self, article: Article) -> str:
        return "secret" if article.kind == "forbidden" else "mid=n0100"

    def _page(self, article: Article) -> str:
        root = self.root(ELSEWHERE if article.kind == "picture elsewhere" else PICTURES)[7:]
        picture = f'<img src="//{root}/view610///{root}/orgImg/{article.id}.jpg">'
        gif = f'<img src="//{root}/orgImg/gif{article.id}.jpg">'
        ours, theirs = "[사진=연합뉴스]", "[AP=연합뉴스]"
        shown = {
            "no picture": "",
            "gif": gif,
            "gif first": f"{gif}<p>표</p>{picture}<p>{ours}</p>",
            "AP": f"{picture}<p>{theirs}</p>",
            "AP first": f"<img src='//{root}/orgImg/{article.id}b.jpg'><p>{theirs}</p><p>글</p>{picture}<p>{ours}</p>",
        }.get(article.kind, f"{picture}<p>{ours}</p>")
        half = len(article.body) // 2
        half = article.body.find(" ", half) if " " in article.body[half:] else half
        text = f"{article.body[:half]}<br>{article.body[half:]}<script>var AP = 1;</script>"
        title, body = "h3 class='viewTite'", "div id='articleContetns'"
        if article.kind == "old markup":
            title, body = "h3 class='articleSubecjt'", "div id='realArtcContents'"
        elif article.kind == "older markup":
            body = "div id='RealArtcContents'"
        elif article.kind == "no body":
            body = "div id='video'"
        service = "연예" if article.kind == "another service" else "뉴스"
        return (
            f"<html><body><a class='svcname'>{service}</a><{title}>{article.title}</h3>"
            f"<{body}>{shown}<p>{text}</p></div><p>AP 통신</p></body></html>"
        )

    def _picture(self, article: Article, name: str) -> tuple[int, dict[str, str], bytes]:
        data, head = article.picture, {"Content-Type": "image/jpeg"}
        if article.kind == "picture gone":
            return 404, {}, b""
        if name.startswith("gif"):
            data = self._gif
        elif article.kind == "broken picture":
            data = data[: len(data) // 2]
        elif article.kind == "cut off once" and self._tried[name] == 0:
            self._tried[name] += 1
            head["Content-Length"] = str(len(data) + 100)
        return 200, head, data


class _Handler(BaseHTTPRequestHandler):
    portal: NewsPortal
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one packet: the second of two would wait for the first one's receipt

    def do_GET(self) -> None:
        seconds, host = time.monotonic(), self.server.server_address[0]
        self.portal.asked.append(Asked(host, seconds, self.path, self.headers.get("User-Agent", "")))
        status, headers, body = self.portal.answer(host, self.path)
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = "Content-Length" in headers

    def handle(self) -> None:
        with suppress(ConnectionError):  # who collects was killed
            super().handle()

    def log_message(self, format: str, *words) -> None:
        pass

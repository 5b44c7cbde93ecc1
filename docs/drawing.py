"""The pack's imports as a picture: rooms in columns, every arrow from left to right."""

from html import escape

WIDTH, HEIGHT = 160, 34
COLUMN, ROW = 210, 50
MARGIN = 10


def depths(rooms: dict[str, set[str]]) -> dict[str, int]:
    """Room -> the longest way of arrows that leads from it; the graph has no circle."""

    def depth(room: str) -> int:
        return max((depth(target) + 1 for target in rooms[room]), default=0)

    return {room: depth(room) for room in rooms}


def svg(rooms: dict[str, set[str]]) -> str:
    """The rooms as boxes and the arrows between them, in the colours of the page; HTML that may stand in Markdown.

    Args:
        rooms: room -> the rooms that it imports; every room is a key.
    """
    away = depths(rooms)
    deepest = max(away.values())
    columns = [[room for room in sorted(rooms) if away[room] == deepest - column] for column in range(deepest + 1)]
    place = {room: (x, y) for x, column in enumerate(columns) for y, room in enumerate(column)}
    width = MARGIN * 2 + deepest * COLUMN + WIDTH
    height = MARGIN * 2 + (max(map(len, columns)) - 1) * ROW + HEIGHT
    lines = [_arrow(place[source], place[target]) for source in sorted(rooms) for target in sorted(rooms[source])]
    boxes = [_box(place[room], room) for room in sorted(rooms)]
    return (
        f'<div><svg class="imports" viewBox="0 0 {width} {height}" role="img">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0 8 4 0 8z"/></marker></defs>{"".join(lines + boxes)}</svg></div>'
    )


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    return MARGIN + place[0] * COLUMN, MARGIN + place[1] * ROW


def _arrow(source: tuple[int, int], target: tuple[int, int]) -> str:
    (x, y), (to_x, to_y) = _corner(source), _corner(target)
    x, y, to_y, bend = x + WIDTH, y + HEIGHT // 2, to_y + HEIGHT // 2, (COLUMN - WIDTH) // 2
    return f'<path d="M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}" marker-end="url(#tip)"/>'


def _box(place: tuple[int, int], room: str) -> str:
    x, y = _corner(place)
    text = f'<text x="{x + WIDTH / 2:g}" y="{y + HEIGHT / 2 + 6:g}">{escape(room.removeprefix("nodes."))}</text>'
    return f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="4"/>{text}'

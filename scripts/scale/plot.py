"""A plot of the throughput, as SVG."""

from typing import Any
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 300, 60, 40, 50
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #222 }
rect { fill: #2563eb } line { stroke: #999 } .page { fill: #fff }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd } rect { fill: #60a5fa } line { stroke: #666 } .page { fill: #16181d }
}
"""


def drawn(measured: list[dict[str, Any]], machine: str) -> str:
    """Return a bar for each number of processes, as high as the logins that it took a second."""
    most = max(row["logins a second"] for row in measured)
    step = (WIDTH - LEFT) / len(measured)
    parts = []
    for place, row in enumerate(measured):
        height = (HEIGHT - BOTTOM - TOP) * row["logins a second"] / most
        left, top = LEFT + place * step + step / 4, HEIGHT - BOTTOM - height
        middle = left + step / 4
        parts += [
            f'<rect x="{left:.0f}" y="{top:.0f}" width="{step / 2:.0f}" height="{height:.0f}"/>',
            f'<text x="{middle:.0f}" y="{top - 8:.0f}" text-anchor="middle">'
            f"{row['logins a second']:g}</text>",
            f'<text x="{middle:.0f}" y="{HEIGHT - 18}" text-anchor="middle">'
            f"{row['processes']} process{'es' * (row['processes'] > 1)}</text>",
        ]
    title = f"Logins a second, by processes of the app ({machine})"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            f"<title>{escape(title)}</title><style>{STYLE}</style>",
            f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>',
            f'<text x="{LEFT}" y="24">{escape(title)}</text>',
            f'<line x1="{LEFT}" y1="{HEIGHT - BOTTOM}" x2="{WIDTH}" y2="{HEIGHT - BOTTOM}"/>',
            *parts,
            "</svg>\n",
        ]
    )

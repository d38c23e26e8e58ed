"""Draws the results as SVG, readable on light and dark pages, and as a table for the README."""
from html import escape

WIDTH, LEFT, BAR, GAP, CASE_GAP, TOP = 760, 210, 18, 4, 26, 58
STYLE = """\
<style>
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .case { font-weight: 600; }
  .note { fill: #59636e; font-size: 12px; }
  .bar0 { fill: #1a7f37; } .bar1 { fill: #bc4c00; } .bar2 { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .note { fill: #9198a1; }
    .bar0 { fill: #3fb950; } .bar1 { fill: #f0883e; } .bar2 { fill: #58a6ff; }
  }
</style>"""


def number(value: float) -> str:
    return "%.0f" % value if value >= 100 else "%.1f" % value if value >= 10 else "%.2f" % value \
        if value >= 0.1 else "%.3f" % value


def bars(title: str, note: str, unit: str, key: str, cases, tools) -> str:
    """One block of bars per case; each block has its own scale, because the cases differ by orders of magnitude."""
    body, y = [], TOP
    for case in cases:
        values = [(i, t, case["tools"][t][key]) for i, t in enumerate(tools) if t in case["tools"]]
        longest = max(v for _, _, v in values)
        body.append('<text class="case" x="0" y="%d">%s</text>' % (y, escape(case["title"])))
        y += 10
        for index, tool, value in values:
            length = max(2.0, (WIDTH - LEFT - 90) * value / longest)
            body.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (LEFT - 8, y + 14, escape(tool)))
            body.append('<rect class="bar%d" x="%d" y="%d" width="%.1f" height="%d" rx="3"/>'
                        % (index, LEFT, y, length, BAR))
            body.append('<text x="%.1f" y="%d">%s %s</text>' % (LEFT + length + 6, y + 14, number(value), unit))
            y += BAR + GAP
        y += CASE_GAP
    head = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">'
            % (WIDTH, y, WIDTH, y), "<title>%s</title>" % escape(title), STYLE,
            '<text class="title" x="0" y="18">%s</text>' % escape(title),
            '<text class="note" x="0" y="36">%s</text>' % escape(note)]
    return "\n".join(head + body + ["</svg>", ""])


def table(cases, tools) -> str:
    lines = ["| Work | " + " | ".join("`%s`" % t for t in tools) + " |", "|---|" + "---|" * len(tools)]
    for case in cases:
        cells = []
        for tool in tools:
            row = case["tools"].get(tool)
            cells.append("%s s, %s MB, %d requests" % (number(row["seconds"]), number(row["megabytes"]), row["requests"])
                         if row else "–")
        lines.append("| %s | %s |" % (case["title"], " | ".join(cells)))
    return "\n".join(lines)

"""One self-contained HTML file for the archive. No script, no remote resource: its own policy forbids both."""

from html import escape

from flows.output import Line, Output
from flows.render import words
from flows.render.clean import link, plain, trusted

# https://www.w3.org/TR/CSP3/: nothing may be loaded, run, framed or submitted; the one style sheet is inline.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
:root{color-scheme:light dark;--ink:#1d2330;--soft:#667085;--line:#e4e7ec;--paper:#fff;--mark:#175cd3}
@media(prefers-color-scheme:dark){:root{
--ink:#e6e9ef;--soft:#98a2b3;--line:#2c3444;--paper:#12161f;--mark:#84adff}}
body{font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper);
max-width:44rem;margin:2.5rem auto;padding:0 1.2rem}
h1{font-size:1.6rem;margin:0 0 .2rem}h2{font-size:1rem;margin:1.6rem 0 .4rem}
ul{margin:0;padding-left:1.2rem}li{margin:.25rem 0}
.soft,footer{color:var(--soft);font-size:.85rem}
.first li{list-style:none;margin-left:-1.2rem;font-size:1.1rem;font-weight:600}
a.fact{color:var(--mark);font:.75rem ui-monospace,monospace;text-decoration:none;margin-left:.35rem}
footer{border-top:1px solid var(--line);margin-top:2rem;padding-top:.8rem}
table{border-collapse:collapse;width:100%;table-layout:fixed;font-size:.8rem;margin-top:1rem}
td,th{text-align:left;vertical-align:top;padding:.3rem .5rem .3rem 0;
border-top:1px solid var(--line);overflow-wrap:anywhere}
th:nth-child(1){width:2.6rem}th:nth-child(3){width:8.5rem}th:nth-child(4){width:28%}
tr:target{background:color-mix(in srgb,var(--mark) 18%,transparent)}
"""


def text(value: str, keep: frozenset[str] = frozenset()) -> str:
    """Return any text as HTML that shows exactly its visible characters."""
    return escape(plain(value, keep), quote=True)


def line(output: Output, item: Line) -> str:
    said = text(item.text, trusted(output))
    if address := link(output, item.url):
        said = f'<a href="{escape(address, quote=True)}" rel="noreferrer noopener">{said}</a>'
    cited = "".join(f'<a class="fact" href="#{text(fact)}">{text(fact)}</a>' for fact in item.facts)
    return f"<li dir=auto>{said}{cited}</li>"


def render(output: Output) -> str:
    """Return the whole output as one HTML document; each cited fact links to its row at the end."""
    sections = []
    for number, section in enumerate(output.sections):
        items = "".join(line(output, item) for item in section.lines)
        more = f'<li class="soft">+{section.more} more</li>' if section.more else ""
        kind = ' class="first"' if number == 0 else ""
        sections.append(f"<section{kind}><h2>{text(section.title)}</h2><ul>{items}{more}</ul></section>")
    facts = "".join(
        f'<tr id="{text(fact.id)}"><td>{text(fact.id)}</td><td dir=auto>{text(fact.text)}</td>'
        f"<td>{text(fact.view)}</td><td>{text(words.key(fact))}</td></tr>"
        for fact in output.facts
    )
    table = f"<table><tr><th>fact<th>holds<th>view<th>key</tr>{facts}</table>" if facts else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">'
        f"<title>{text(output.title)}</title><style>{STYLE}</style>"
        f'<h1>{text(output.title)}</h1><p class="soft">{text(words.made(output))} — {text(words.header(output))}</p>'
        f"{''.join(sections)}<footer>{text(words.footer(output))}{table}</footer></html>\n"
    )

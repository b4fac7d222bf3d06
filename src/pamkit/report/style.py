"""How the page looks, and the little that its script does.

All sizes hang on the reader's own size of letters; colours are named once for light and once for
dark, and each text has a contrast of at least 4.5 to what is behind it.
"""

from __future__ import annotations


def style(slots: int) -> str:
    """Return the style sheet; ``slots`` is how many claims one facility has at most."""
    return _SHEET + "".join(_SLOT.replace("#", str(slot)) for slot in range(slots))


SCRIPT = (
    "(function(){var l=document.querySelector('.filters'),r=document.querySelectorAll("
    "'.overview tbody tr');if(!l||r.length<5)return;var i=document.createElement('input'),"
    "e=document.createElement('li');i.type='search';i.placeholder='name';"
    "i.setAttribute('aria-label','show services whose name has');e.appendChild(i);"
    "l.appendChild(e);i.addEventListener('input',function(){var v=i.value.toLowerCase();"
    "r.forEach(function(t){t.hidden=t.cells[0].textContent.toLowerCase().indexOf(v)<0})})})();"
)
"""Adds a field that filters the overview by name; without it everything is there to be read."""

_SLOT = """
.facility:has(.c#[open]) .w#{display:block}
.facility:has(.c#[open]) .in#>.row>.how,.facility:has(.c#[open]) .end.in#>.how{display:none}
.facility:has(.c#[open]) .in#>.row,.facility:has(.c#[open]) .end.in#{background:var(--lit)}
.facility:has(.c#[open]) .in#>.row{box-shadow:inset 3px 0 var(--link)}"""

_SHEET = """
:root{color-scheme:light dark;--paper:#fbfaf7;--sheet:#ffffff;--ink:#1b1d21;--soft:#565b64;
--rule:#dcd9d1;--hair:#efece5;--faint:#b9b5ab;--tint:#f4f1ea;--lit:#fdf3d3;--link:#1d4f91;--yes:#14683a;
--no:#a61e17;--part:#855000;--open:#6b7280;--good-bg:#e3f2e8;--bad-bg:#fbe6e3;--warn-bg:#fbeed3;
--note-bg:#e8eef7;--row:3.25rem;
--mono:ui-monospace,"SF Mono","Cascadia Mono","DejaVu Sans Mono",Menlo,Consolas,monospace}
@media (prefers-color-scheme:dark){:root{--paper:#14161a;--sheet:#1a1d22;--ink:#e8e6e1;
--soft:#a6abb4;--rule:#31353d;--hair:#272b32;--faint:#565c67;--tint:#20242b;--lit:#3a3317;--link:#93bbf5;
--yes:#77cc98;--no:#f4938a;--part:#e5b565;--open:#9aa1ac;--good-bg:#173322;--bad-bg:#431d1a;
--warn-bg:#3d2f12;--note-bg:#1e2d44}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:400 1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
overflow-wrap:anywhere}
code,.what,.control,.at,.text{font-family:var(--mono);font-size:.875em}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:.18em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
h2:focus{outline:none}
.skip{position:absolute;left:1rem;top:-6rem;background:var(--sheet);padding:.5rem 1rem;z-index:9}
.skip:focus{top:.5rem}
.far{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);
white-space:nowrap}
.quiet,.about,.for,caption,.rule,.help{color:var(--soft)}
header,main{max-width:84rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.75rem}
h1{font-size:1.6rem;line-height:1.2;margin:0;letter-spacing:-.01em;font-weight:650}
h1 code{font-size:.9em}
.counts{margin:.35rem 0 0;color:var(--soft)}
h2{font-size:1.35rem;line-height:1.25;margin:0 0 .75rem;font-weight:650;letter-spacing:-.005em}
h2 a{color:inherit;text-decoration:none}
h2 a:hover{text-decoration:underline}
h3{font-size:1rem;margin:1.5rem 0 .5rem;font-weight:650}
h4{font-size:.8125rem;margin:1rem 0 .35rem;font-weight:650;color:var(--soft)}
.about,.verdict{font-weight:400;font-size:.875rem;margin-left:.4rem}
section{margin-top:1.75rem}
.service{border-top:1px solid var(--rule);padding-top:1.5rem;margin-top:2.5rem}
nav{display:none}
.filters{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;
margin:0 0 .75rem;font-size:.875rem}
.filters input{font:inherit;width:9rem;padding:.05rem .5rem;background:var(--sheet);
color:var(--ink);border:1px solid var(--open);border-radius:4px}
.filters input::placeholder{color:var(--soft);opacity:1}
.anchor{position:absolute}
#only-broken:target~.overview tbody tr:not(.broken),
#only-found:target~.overview tbody tr:not(.found){display:none}
#all:target~.filters a[href="#all"],#only-broken:target~.filters a[href="#only-broken"],
#only-found:target~.filters a[href="#only-found"]{color:var(--ink);font-weight:650;
text-decoration:none}
table{border-collapse:collapse;width:100%;background:var(--sheet);font-size:.9375rem;
font-variant-numeric:tabular-nums}
caption{text-align:left;font-size:.8125rem;padding-bottom:.4rem}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--rule);text-align:left;
vertical-align:baseline;font-weight:400}
thead th{font-size:.8125rem;color:var(--soft);border-bottom-color:var(--faint)}
tbody tr:hover{background:var(--tint)}
.claims{white-space:nowrap;width:12em}.number{text-align:right;width:5.5em}
.for{margin-left:.5rem;font-size:.8125rem}
.mark,.badge{display:inline-block;font-size:.75rem;font-weight:600;line-height:1.35;
padding:.05rem .4rem;border-radius:3px;white-space:nowrap;
text-decoration:none;font-family:system-ui,sans-serif}
.good{background:var(--good-bg);color:var(--yes)}
.bad,.badge.error{background:var(--bad-bg);color:var(--no)}
.badge.warning{background:var(--warn-bg);color:var(--part)}
.badge.note{background:var(--note-bg);color:var(--link)}
.plain{background:var(--tint);color:var(--ink)}
b.yes{color:var(--yes)}b.no{color:var(--no)}b.part{color:var(--part)}b.open{color:var(--soft)}
.legend{margin-top:1.5rem;font-size:.875rem;max-width:46rem}
.legend ul{list-style:none;padding:0;columns:2 16rem}
.legend li{padding-left:4rem;text-indent:-4rem;break-inside:avoid}
.sample{vertical-align:middle;margin-right:.4rem}
summary{cursor:pointer}
.pair{display:grid;gap:0 2rem;grid-template-columns:minmax(0,1fr)}
.ladder{display:grid;grid-template-columns:auto minmax(0,1fr);background:var(--sheet);
border:1px solid var(--rule);border-radius:6px;overflow:hidden;align-self:start}
.drawing{display:block;height:0;min-height:100%;max-width:38vw}
.ladder ol{list-style:none;margin:0;padding:0}
.ladder ol ol{background:var(--tint);
box-shadow:inset 0 1px var(--faint),inset 0 -1px var(--faint),inset -1px 0 var(--faint);
border-radius:0 5px 5px 0;margin-right:.375rem}
.row{height:var(--row);padding:.35rem .6rem;position:relative;overflow:hidden;
border-left:2px dotted transparent;border-top:1px solid var(--hair)}
.rungs>:first-child>.row{border-top-color:transparent}
.end{height:calc(var(--row)/2);padding:0 .6rem;border-left:2px solid transparent;
border-top:1px solid var(--hair);line-height:calc(var(--row)/2);overflow:hidden}
.row p,.end p{margin:0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;line-height:1.35}
.end p,.end .answer{line-height:calc(var(--row)/2)}
.what b{font-weight:650}
.what .no{color:var(--soft)}
.args{color:var(--soft)}
.how,.answer{font-size:.8125rem}
.how,.how a{color:var(--soft)}
.row .how{display:flex;gap:.75rem;justify-content:space-between}
.told{overflow:hidden;text-overflow:ellipsis}
.at{flex:none;text-decoration:none;max-width:45%;overflow:hidden;text-overflow:ellipsis}
.at:hover{text-decoration:underline}
.control{color:var(--ink)}
.from>.row{border-left-color:var(--open)}
.off>.row .what b{text-decoration:line-through}
.rung:target>.row{background:var(--lit)}
.row .answer,.end .answer,.run{display:none}
.way,.run path,.rung-line{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}
.way{stroke:var(--open)}
.never{stroke-dasharray:1 4;stroke-width:1.5}
.rung-line{stroke:var(--rule);stroke-width:1}
.box{fill:var(--tint);stroke:var(--faint);vector-effect:non-scaling-stroke}
.m-no{stroke:var(--no)}.m-yes{stroke:var(--yes)}.m-part{stroke:var(--part)}
.m-open{stroke:var(--open)}
.tip{fill:var(--open);stroke:none}
.tip.m-no{fill:var(--no)}.tip.m-yes{fill:var(--yes)}.tip.m-part{fill:var(--part)}
.dot,.head,.stop{stroke:var(--ink);stroke-width:9;stroke-linecap:round;
vector-effect:non-scaling-stroke}
.head{stroke-width:6}
.stop{stroke:var(--open);stroke-width:7}
.run path{stroke-width:6;stroke-linecap:round;stroke-linejoin:round}
.run .spot{stroke-width:13}
.side{font-size:.875rem}
.claim{border:1px solid var(--rule);border-radius:5px;margin:0 0 .3rem;background:var(--sheet)}
.claim summary{padding:.25rem .5rem}
.claim[open] summary{background:var(--lit);border-radius:5px 5px 0 0}
.claim p,.claim ol{margin:.35rem .6rem}
.claim ol{padding-left:1.4rem}
.findings,.odd{list-style:none;padding:0;margin:0}
.finding,p.note{border-left:3px solid var(--faint);padding:.15rem .6rem;margin:.3rem 0}
.finding.error,p.note.error{border-color:var(--no)}
.finding.warning,p.note.warning{border-color:var(--part)}
.rule{font-size:.8125rem}
.text{background:var(--sheet);border:1px solid var(--rule);border-radius:6px;margin:0;
padding:.4rem .6rem .4rem 3.4rem;line-height:1.5;color:var(--soft)}
.text code{color:var(--ink);font-size:1em;white-space:pre-wrap;tab-size:8}
.text li:target{background:var(--lit)}
.text p.note{font:400 .875rem/1.45 system-ui,sans-serif;color:var(--ink);max-width:52rem}
.file h3 code{font-weight:500}
.up{font-size:.875rem;margin:.75rem 0 0}
@media (min-width:60rem){.side h4:first-child{margin-top:0}
.pair{grid-template-columns:minmax(0,8fr) minmax(0,5fr)}
.ladder{position:sticky;top:.75rem}.drawing{max-width:22rem}}
@media (min-width:84rem){body{display:grid;grid-template-columns:15rem minmax(0,1fr);
grid-template-areas:"nav header" "nav main";grid-template-rows:auto 1fr;column-gap:1rem}
header{grid-area:header;width:100%}main{grid-area:main;width:100%}
nav{display:block;grid-area:nav;position:sticky;top:0;height:100vh;overflow:auto;
padding:1.75rem 0 2rem 1.5rem;font-size:.875rem;border-right:1px solid var(--rule)}
nav ol{list-style:none;margin:0;padding:0}nav a{color:var(--ink);text-decoration:none}
nav li{display:flex;gap:.4rem;justify-content:space-between;padding-right:.75rem}
nav a{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
nav .mark{flex:none;align-self:center}nav a:hover{text-decoration:underline}}
@media (max-width:40rem){:root{--row:5.2rem}.told{white-space:normal;max-height:4.05em}
th,td{padding:.3rem .2rem}.number{width:1%}thead .number{font-size:.625rem;
overflow-wrap:normal}.claims{white-space:normal;width:5.2em}
.for{display:block;margin:0}.text{padding-left:2.6rem}.row,.end{padding-left:.35rem}
.row .answer{white-space:normal;max-height:4.05em}}
@media (prefers-reduced-motion:no-preference){.run path{animation:draw .25s ease-out}
@keyframes draw{from{opacity:0}}}
@media print{:root{--paper:#fff;--row:2.9rem}nav,.skip,.filters,.up{display:none}
.ladder{position:static}.ladder,.claim,p.note,tr{break-inside:avoid}h2,h3{break-after:avoid}
details::details-content{content-visibility:visible;block-size:auto}a{color:inherit}}
"""

// Data: the one style sheet of every report. System fonts, no network, grey-safe, printable.
export const styleSheet = `
:root { --ink: #14181c; --soft: #55606b; --line: #dfe4e9; --wash: #f5f7f9; --accent: #0b4f7d; --stop: #9a2f00; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; background: #fff; color: var(--ink); font: 16px/1.55 "Segoe UI", "Helvetica Neue", Roboto, "Liberation Sans", Arial, sans-serif; font-variant-numeric: tabular-nums; }
a { color: var(--accent); text-underline-offset: 2px; }
.research { border-bottom: 1px solid var(--line); background: var(--wash); color: var(--soft); font-size: 13px; padding: 8px 32px; text-align: center; }
.research strong { color: var(--ink); font-weight: 600; }
.frame { display: grid; grid-template-columns: 190px minmax(0, 960px); gap: 64px; max-width: 1310px; margin: 0 auto; padding: 0 48px; }
nav { position: sticky; top: 0; align-self: start; padding-top: 60px; font-size: 14px; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: 5px 0; color: var(--soft); text-decoration: none; }
nav a:hover, nav a:focus { color: var(--accent); text-decoration: underline; }
.wordmark { display: block; font-weight: 700; letter-spacing: .02em; color: var(--ink); font-size: 15px; margin-bottom: 22px; }
main { padding: 56px 0 40px; }
.kind { color: var(--soft); font-size: 14px; margin: 0 0 6px; }
h1 { font-size: 34px; line-height: 1.2; letter-spacing: -.015em; font-weight: 650; margin: 0 0 14px; overflow-wrap: anywhere; }
h2 { font-size: 23px; line-height: 1.25; letter-spacing: -.01em; font-weight: 650; margin: 0 0 6px; }
h3 { font-size: 16px; font-weight: 650; margin: 40px 0 4px; }
section { padding: 44px 0 4px; scroll-margin-top: 0; }
section + section { border-top: 1px solid var(--line); margin-top: 40px; }
.caption, figcaption { color: var(--soft); font-size: 14.5px; max-width: 68ch; margin: 0 0 20px; }
figcaption { margin: 10px 0 0; }
.lede { font-size: 18px; max-width: 62ch; margin: 0 0 8px; }
p { max-width: 70ch; }
.status { display: inline-flex; align-items: center; gap: 8px; font-size: 14px; font-weight: 600; border: 1.5px solid currentColor; border-radius: 999px; padding: 2px 12px 2px 10px; color: var(--accent); margin: 0 0 16px; }
.status.refused { color: var(--stop); }
.keys { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(330px, 100%), 1fr)); gap: 1px; background: var(--line); border: 1px solid var(--line); margin: 30px 0 0; }
.keys > div { background: #fff; padding: 18px 20px 16px; }
.keys > div:last-child:nth-child(odd) { grid-column: 1 / -1; }
.keys .label { color: var(--soft); font-size: 13.5px; }
.keys .figure { font-size: 23px; line-height: 1.3; font-weight: 620; letter-spacing: -.01em; margin: 4px 0 2px; white-space: nowrap; }
.keys .figure .from { color: var(--soft); font-weight: 400; }
.keys .note { color: var(--soft); font-size: 13px; line-height: 1.4; }
.headline { border: 1px solid var(--line); padding: 18px 20px 14px; }
.headline .label { color: var(--soft); font-size: 13.5px; }
.headline .figure { font-size: 34px; line-height: 1.25; font-weight: 640; letter-spacing: -.015em; margin: 2px 0 4px; }
.headline .figure.withheld { color: var(--stop); font-size: 26px; }
.headline .range { font-size: 17px; font-weight: 400; letter-spacing: 0; color: var(--soft); }
.headline .note { color: var(--soft); font-size: 13px; line-height: 1.45; }
.headlines + .caption { margin-top: 12px; }
.verdicts { margin: 18px 0 0; }
.item { color: var(--soft); font-weight: 500; font-size: .82em; border: 1px solid var(--line); border-radius: 3px; padding: 0 5px; margin-right: 3px; white-space: nowrap; }
.panel { font-weight: 600; font-size: 14.5px; margin: 8px 0 0; }
.notice { border-left: 4px solid var(--stop); background: #fdf6f2; padding: 16px 22px; margin: 26px 0 0; max-width: 76ch; }
.notice h3 { margin: 0 0 4px; }
.notice p { margin: 4px 0; }
figure { margin: 0 0 34px; }
.strip { display: grid; grid-template-columns: 132px minmax(0, 1fr); gap: 0 18px; align-items: center; margin: 0 0 4px; }
.strip .what { font-size: 14px; line-height: 1.35; }
.strip .what b { display: block; font-weight: 650; font-size: 15px; }
.strip .what span { color: var(--soft); }
.strip img, .chart svg { display: block; width: 100%; height: auto; }
.slices { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; color: var(--soft); font-size: 12.5px; text-align: center; margin: 0 0 4px 150px; }
.scalebar { display: flex; align-items: center; gap: 10px; color: var(--soft); font-size: 12.5px; margin: 4px 0 18px 150px; }
.scalebar svg { outline: 1px solid var(--line); }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px 40px; }
.chart svg { font-size: 12px; font-family: inherit; color: #39424b; overflow: visible; }
.pair .chart svg { max-width: 520px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 22px; font-size: 13.5px; margin: 4px 0 6px; }
.legend span { display: inline-flex; align-items: center; gap: 8px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; line-height: 1.4; margin: 6px 0 10px; }
caption { text-align: left; font-weight: 650; font-size: 16px; padding: 22px 0 8px; }
th, td { text-align: left; vertical-align: top; padding: 9px 14px 9px 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; font-size: 13px; border-bottom: 1.5px solid #aeb7c0; vertical-align: bottom; }
tbody th { font-weight: 600; min-width: 15ch; }
td.number, th.number { text-align: right; }
td.number { white-space: nowrap; }
td.meaning { color: var(--soft); font-size: 13.5px; min-width: 26ch; }
tbody th.group { padding: 26px 0 8px; font-size: 15px; border-bottom-color: #aeb7c0; }
tbody th.group .unit { display: block; max-width: 92ch; margin-top: 3px; }
table.items { table-layout: fixed; min-width: 720px; }
table.items th:first-child { width: 33%; }
table.items th:nth-child(2) { width: 22%; }
table.items th:last-child { width: 7%; }
table.items tbody th { font-weight: 500; }
table.items tbody th.group { font-weight: 650; width: auto; }
table.sites, table.constants { width: auto; min-width: 50%; }
table.sites th.number, table.constants th.number { padding-left: 34px; }
table.arms tr.evaluated { background: var(--wash); }
table.arms, table.probes { font-size: 13.5px; }
table.arms th, table.arms td { padding-right: 8px; }
table.arms td.number:nth-child(2), table.arms td.number:nth-child(3) { font-weight: 600; }
table.arms { table-layout: fixed; min-width: 860px; }
table.arms th:first-child { width: 19%; }
table.arms .interval { font-weight: 400; }
thead th[colspan] { text-align: center; }
table.features { font-size: 12.5px; }
table.features .interval { white-space: nowrap; font-size: 11.5px; }
.elsewhere { font-size: 14px; margin: 8px 0; }
.fault { display: block; }
.gallery { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px 28px; }
.gallery figure { margin: 0 0 12px; }
.gallery img { display: block; width: 100%; height: auto; }
.gallery figcaption { margin: 6px 0 0; }
table.wide, table.metrics { table-layout: fixed; min-width: 760px; }
table.wide th:first-child { width: 24%; }
table.metrics th:first-child { width: 25%; }
table.metrics th:nth-child(2) { width: 9%; }
table.metrics th:last-child { width: 34%; }
table.metrics tbody th { min-width: 0; }
.unit, .interval, .absent { color: var(--soft); font-weight: 400; font-size: 13px; }
.interval { white-space: nowrap; font-size: 12.5px; }
table.probes .interval, table.arms .interval, .interval.absent { white-space: normal; }
.absent { font-style: italic; white-space: normal; }
.direction { color: var(--soft); white-space: nowrap; }
.verdict { white-space: nowrap; font-weight: 600; }
.verdict.flag, .verdict.refuse { color: var(--stop); }
dl { display: grid; grid-template-columns: minmax(140px, 200px) minmax(0, 1fr); gap: 6px 20px; margin: 8px 0 18px; font-size: 14.5px; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
code, pre, .hash { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 13px; }
pre { background: var(--wash); border: 1px solid var(--line); padding: 14px 16px; overflow-x: auto; line-height: 1.5; }
.hash { overflow-wrap: anywhere; }
details { margin: 10px 0; }
summary { cursor: pointer; color: var(--accent); font-size: 14.5px; }
ol.references, ul.plain { padding-left: 1.3em; font-size: 14px; max-width: 82ch; }
ol.references li, ul.plain li { margin: 5px 0; }
footer { border-top: 1px solid var(--line); color: var(--soft); font-size: 13px; padding: 22px 0 48px; margin-top: 48px; }
footer p { margin: 3px 0; max-width: none; }
@media (max-width: 1000px) {
  .frame { display: block; padding: 0 20px; }
  nav { position: static; padding-top: 24px; }
  nav ol { display: flex; flex-wrap: wrap; gap: 0 16px; }
  .pair, .gallery { grid-template-columns: minmax(0, 1fr); }
  .strip { grid-template-columns: minmax(0, 1fr); }
  .slices, .scalebar { margin-left: 0; }
}
@media print {
  body { font-size: 10.5pt; }
  .frame { display: block; padding: 0; max-width: none; }
  nav { display: none; }
  .pair, .gallery { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px 24px; }
  main { padding-top: 18px; }
  .strip { grid-template-columns: 90px minmax(0, 1fr); }
  .slices, .scalebar { margin-left: 108px; }
  figure, tr, .keys, .notice, .headline { break-inside: avoid; }
  summary { display: none; }
  details::details-content { content-visibility: visible; display: block; }
  .scroll { overflow: visible; }
  table.items, table.wide, table.metrics, table.arms { min-width: 0; }
  table { font-size: 8.5pt; }
  table.arms, table.probes { font-size: 7.5pt; }
  table.features { font-size: 6.5pt; }
  th, td { padding: 5px 8px 5px 0; }
  thead th, td.meaning, table .unit, table .absent, table code { font-size: inherit; }
  tbody th.group { font-size: 10pt; padding-top: 16px; }
  tbody th.group .unit { font-size: 8.5pt; }
  .interval, table.arms .interval, table.features .interval { font-size: .88em; white-space: normal; }
  a { color: inherit; }
  h2, h3, caption { break-after: avoid; }
  section + section { margin-top: 22px; }
  section { padding-top: 22px; }
  img { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

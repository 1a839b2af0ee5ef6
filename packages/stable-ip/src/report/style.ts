/** The report's only style sheet: light and dark, small screens, paper. */
export const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #fff; --line: #d0d7de;
  --holds: #116329; --broken: #a40e26; --unknown: #7d4e00; --skipped: #57606a; --bar: #0969da; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9da7b1; --paper: #0d1117;
  --line: #3d444d; --holds: #56d364; --broken: #ff7b72; --unknown: #e3b341; --skipped: #9da7b1;
  --bar: #58a6ff; } }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; overflow-wrap: anywhere; }
a { color: var(--bar); } :focus-visible { outline: 3px solid var(--bar); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { position: static; }
.verdict { font-weight: 700; } .holds { color: var(--holds); } .broken { color: var(--broken); }
.unknown { color: var(--unknown); } .skipped { color: var(--skipped); }
section { border-top: 1px solid var(--line); padding: .5rem 0; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .1rem 1rem .1rem 0;
  vertical-align: top; overflow-wrap: anywhere; } th { font-weight: 400; color: var(--soft); }
td { font-variant-numeric: tabular-nums; }
nav ul { list-style: none; padding: 0; } nav .verdict { display: inline-block; width: 5.5rem; }
pre { overflow: auto; border: 1px solid var(--line); padding: .5rem; font-size: .8rem; }
svg { width: 100%; height: auto; font: 11px system-ui, sans-serif; } svg text { fill: var(--ink); }
.ok { fill: var(--holds); } .lost { fill: var(--broken); } .bar { fill: var(--bar); }
.fault { fill: var(--line); opacity: .45; } .kill { stroke: var(--ink); stroke-dasharray: 3 2; }
.even { stroke: var(--ink); }
@media print { body { max-width: none; } nav, .skip { display: none; } section { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  pre { white-space: pre-wrap; } }
`;

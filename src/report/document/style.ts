/** The look of a report: the light tokens of the window, one sheet, made for paper as well. Its hash stands in the policy. */
const widths = Array.from({ length: 100 }, (_, index) => `.w${index + 1}{width:${index + 1}%}`).join('')

export const style = `
:root{color-scheme:light;--ink-1:#12161c;--ink-2:#434c58;--ink-3:#5c6672;--line-1:#e6e9ed;--line-2:#d3d8de;--surface-0:#f1f3f5;--surface-2:#f6f7f9;--harm:#b3261e;--harm-wash:#fdecea;--judge:#8a4f00;--judge-wash:#fff3dc;--code:"JetBrains Mono Variable","JetBrains Mono",ui-monospace,"Cascadia Mono",Consolas,"DejaVu Sans Mono",monospace;--text:"Inter Variable",Inter,"Segoe UI",system-ui,"DejaVu Sans",sans-serif}
*{box-sizing:border-box}
body{margin:0;background:var(--surface-0);color:var(--ink-1);font:13px/20px var(--text)}
main{max-width:960px;margin:24px auto;padding:48px 56px;background:#fff;box-shadow:0 1px 2px rgb(16 24 40 / 8%)}
h1{margin:4px 0 8px;font-size:22px;line-height:28px;font-weight:600;letter-spacing:-.01em}
h2{margin:32px 0 8px;padding-top:12px;border-top:1px solid var(--line-2);font-size:16px;line-height:24px;font-weight:600}
h3{margin:20px 0 4px;font-size:13px;line-height:20px;font-weight:600}
h1,h2,h3{break-after:avoid;overflow-wrap:anywhere}
p{margin:4px 0 8px;max-width:86ch;overflow-wrap:anywhere}
.quiet{color:var(--ink-3)}.strong{font-weight:600}.unknown{color:var(--judge);font-weight:500}.harm{color:var(--harm)}.judge{color:var(--judge)}
.code{font:12px/18px var(--code);font-variant-ligatures:none;overflow-wrap:anywhere}
.odd{color:var(--judge);background:var(--judge-wash);border-radius:3px;padding:0 2px}
dl{margin:8px 0 12px}dl div{display:grid;grid-template-columns:150px 1fr;gap:12px;padding:2px 0;break-inside:avoid}
dt{color:var(--ink-2)}dd{margin:0;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;table-layout:fixed;margin:8px 0 12px;font-size:12px;line-height:17px}
th{text-align:left;font-weight:500;color:var(--ink-2);background:var(--surface-2);border-bottom:1px solid var(--line-2);padding:5px 8px}
td{vertical-align:top;border-bottom:1px solid var(--line-1);padding:5px 8px;overflow-wrap:anywhere}
td .code{font-size:11px;line-height:16px}
thead{display:table-header-group}tr{break-inside:avoid}
.notice{margin:12px 0;padding:10px 14px;border-left:3px solid;border-radius:3px;break-inside:avoid}
.notice p{margin:2px 0;max-width:none}
.harm-box{background:var(--harm-wash);border-color:var(--harm)}.judge-box{background:var(--judge-wash);border-color:var(--judge)}
figure{margin:8px 0 12px;break-inside:avoid}figcaption{color:var(--ink-3);font-size:11px;line-height:16px}
svg{display:block;width:100%;height:auto;border:1px solid var(--line-1);border-radius:5px}
svg text{font:11px var(--text);fill:var(--ink-1)}svg .t{fill:var(--ink-3);font-size:10px}svg .g{fill:var(--ink-2);font-size:10px}
svg .band{fill:#fcfcfd}svg .axis{stroke:var(--line-2)}svg .zero{stroke:var(--ink-3);stroke-dasharray:2 3}svg .gap{fill:url(#hatch)}
svg .m{fill:#fff;stroke:var(--ink-1);stroke-width:1.5}svg .f{fill:var(--ink-1);stroke:var(--ink-1)}svg .lead{stroke:var(--line-1)}
${widths}
@page{margin:16mm 14mm 18mm;@bottom-right{content:counter(page) " of " counter(pages);font:9px var(--text);color:#5c6672}}
@media print{dl div{grid-template-columns:118px 1fr}body{background:#fff;font-size:10pt;line-height:14pt}main{max-width:none;margin:0;padding:0;box-shadow:none}h2.page,h3.page{break-before:page;border-top:0}table{font-size:8.5pt;line-height:12pt}p{orphans:3;widows:3}*{print-color-adjust:exact}}
@media screen and (max-width:720px){main{padding:20px 16px;margin:0}dl div{grid-template-columns:1fr}}
`

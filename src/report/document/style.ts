/** The look of a report: the light tokens of the window, one sheet, made for paper as well. Its hash stands in the policy. */
const widths = Array.from({ length: 100 }, (_, index) => `.w${index + 1}{width:${index + 1}%}`).join('')

/** @param running at the top of every printed page; nothing in it that ends a text of a style */
export const styleOf = (running: string): string => `
:root{color-scheme:light;--ink-1:#12161c;--ink-2:#434c58;--ink-3:#5c6672;--line-1:#e6e9ed;--line-2:#d3d8de;--surface-0:#f1f3f5;--surface-2:#f6f7f9;--harm:#b3261e;--harm-wash:#fdecea;--judge:#8a4f00;--judge-wash:#fff3dc;--code:"JetBrains Mono Variable","JetBrains Mono",ui-monospace,"Cascadia Mono",Consolas,"DejaVu Sans Mono",monospace;--text:"Inter Variable",Inter,"Segoe UI",system-ui,"Helvetica Neue",Arial,"Liberation Sans","DejaVu Sans",sans-serif}
*{box-sizing:border-box}
body{margin:0;background:var(--surface-0);color:var(--ink-1);font:13.5px/20px var(--text);font-variant-numeric:tabular-nums}
main{max-width:980px;margin:24px auto;padding:44px 60px 56px;background:#fff;box-shadow:0 1px 2px rgb(16 24 40 / 8%),0 8px 32px rgb(16 24 40 / 6%)}
h1{margin:18px 0 10px;max-width:40ch;font-size:26px;line-height:33px;font-weight:650;letter-spacing:-.017em;text-wrap:balance}
h2{margin:44px 0 10px;padding-top:16px;border-top:2px solid var(--ink-1);font-size:18px;line-height:25px;font-weight:650;letter-spacing:-.008em}
h3{margin:26px 0 6px;font-size:14px;line-height:20px;font-weight:650}
h1,h2,h3{break-after:avoid;overflow-wrap:anywhere}
p{margin:4px 0 8px;max-width:84ch;overflow-wrap:anywhere}
ul,ol{margin:4px 0 10px;padding-left:20px;max-width:84ch}li{margin:2px 0;overflow-wrap:anywhere}
.masthead{display:flex;justify-content:space-between;gap:24px;padding-bottom:10px;border-bottom:1px solid var(--line-2);color:var(--ink-2);font-size:11.5px;line-height:16px;font-weight:600;letter-spacing:.045em;text-transform:uppercase}
.columns{display:grid;grid-template-columns:5fr 6fr;gap:36px;margin-top:6px}.columns>div{min-width:0}
.quiet{color:var(--ink-3)}.strong{font-weight:600}.unknown{color:var(--judge);font-weight:500}.harm{color:var(--harm)}.judge{color:var(--judge)}
.code{font:12px/18px var(--code);font-variant-ligatures:none;overflow-wrap:anywhere}
.odd{color:var(--judge);background:var(--judge-wash);border-radius:3px;padding:0 2px}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);margin:18px 0 16px;border:1px solid var(--line-2);border-radius:6px;break-inside:avoid}
.tiles div{padding:10px 14px 11px;min-width:0}.tiles div+div{border-left:1px solid var(--line-2)}
.tiles p{margin:0;max-width:none}.tiles .label{color:var(--ink-2);font-size:11.5px;line-height:16px}.tiles .word{font-size:18px;line-height:26px;font-weight:650;letter-spacing:-.01em}.tiles .note{color:var(--ink-2);font-size:11.5px;line-height:15px}
dl{margin:8px 0 12px}dl div{display:grid;grid-template-columns:168px 1fr;gap:14px;padding:3px 0;break-inside:avoid}
dt{color:var(--ink-2)}dd{margin:0;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;table-layout:fixed;margin:8px 0 14px;font-size:12px;line-height:17px}
th{text-align:left;font-weight:600;color:var(--ink-2);border-bottom:1px solid var(--ink-3);padding:5px 8px 4px;vertical-align:bottom}
td{vertical-align:top;border-bottom:1px solid var(--line-1);padding:5px 8px;overflow-wrap:anywhere}
th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
td .code{font-size:11px;line-height:16px}
tr.group th{padding:12px 0 4px;color:var(--ink-1);border-bottom:1px solid var(--line-2);break-after:avoid}tr.group{break-after:avoid}
tr.blank td{height:44px;vertical-align:bottom}
thead{display:table-header-group}tr{break-inside:avoid}
.notice{margin:14px 0;padding:11px 16px;border-left:3px solid;border-radius:3px;break-inside:avoid}
.notice p{margin:2px 0;max-width:none}
.harm-box{background:var(--harm-wash);border-color:var(--harm)}.judge-box{background:var(--judge-wash);border-color:var(--judge)}
figure{margin:12px 0 14px;break-inside:avoid}figcaption{margin-top:4px;color:var(--ink-3);font-size:11px;line-height:16px}
svg{display:block;width:100%;height:auto;border:1px solid var(--line-2);border-radius:6px}
svg text{font:11px var(--text);fill:var(--ink-1)}svg .t{fill:var(--ink-3);font-size:10px}svg .g{fill:var(--ink-2);font-size:10px}svg .k{fill:var(--ink-2);font-size:10px}
svg .band{fill:#f8f9fa}svg .axis{stroke:var(--line-2)}svg .zero{stroke:var(--ink-3);stroke-dasharray:2 3}svg .gap{fill:url(#hatch)}
svg .m{fill:#fff;stroke:var(--ink-1);stroke-width:1.5}svg .f{fill:var(--ink-1);stroke:var(--ink-1)}svg .lead{stroke:var(--line-1)}svg .a{font-weight:650}
${widths}
@page{margin:20mm 16mm 18mm;@top-left{content:"${running}";font:600 8px var(--text);letter-spacing:.04em;color:#5c6672}@top-right{content:"TLP:AMBER";font:600 8px var(--text);letter-spacing:.04em;color:#5c6672}@bottom-right{content:counter(page) " of " counter(pages);font:8px var(--text);color:#5c6672}}
@page:first{margin-top:14mm;@top-left{content:none}@top-right{content:none}}
@media print{.columns{gap:18pt;font-size:8.4pt;line-height:11.4pt}.columns li{margin:1px 0}.columns h3{margin-top:10pt}figure{margin:8pt 0 9pt}.notice{margin:9pt 0;padding:7pt 12pt}body{background:#fff;font-size:9.2pt;line-height:12.8pt}main{max-width:none;margin:0;padding:0;box-shadow:none}h1{font-size:19pt;line-height:23pt;margin-top:12pt}h2{font-size:13pt;line-height:17pt}h2.page{break-before:page;margin-top:0;border-top:0;padding-top:0}h3{font-size:10.4pt}dl div{grid-template-columns:112pt 1fr}table{font-size:8.2pt;line-height:11.4pt}td .code{font-size:7.6pt;line-height:11pt}.code{font-size:8.4pt}.tiles .word{font-size:12.6pt;line-height:17pt}.tiles .label,.tiles .note,.masthead{font-size:8pt;line-height:10.6pt}p,li{orphans:3;widows:3}*{print-color-adjust:exact}}
@media screen and (max-width:760px){main{padding:20px 16px;margin:0}dl div{grid-template-columns:1fr;gap:0}.tiles{grid-template-columns:1fr 1fr}.tiles div+div{border-left:0}.columns{grid-template-columns:1fr;gap:0}}
`

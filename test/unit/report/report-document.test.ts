import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { composeReport } from '../../../src/report/document/compose.ts'
import type { ReportFacts } from '../../../src/report/document/facts.ts'
import { reportHtml } from '../../../src/report/document/html.ts'
import { markdownText, reportMarkdown } from '../../../src/report/document/markdown.ts'
import { iocsCsv } from '../../../src/report/iocs-csv.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { writePractice } from '../../../src/workflow/make-practice.ts'
import { makeReport, reportFacts } from '../../../src/workflow/make-report.ts'
import { createCase, type OpenCase, openCase } from '../../../src/workflow/open-case.ts'
import { haveSamples, sampleByHash } from '../../samples.ts'
import { haveBrowser, launchBrowser } from '../../window/browser.ts'

const folder = mkdtempSync(join(tmpdir(), 'report-document-'))
const operator = { name: 'J. Doe', account: 'CORP\\jdoe', workstation: 'JUMP-01' }
const html = { format: 'html', includeCase: true } as const
const cases = new Map<string, OpenCase>()

async function caseOf(name: string, paths: () => Promise<string[]>): Promise<OpenCase> {
  const open = await createCase(join(folder, name), { title: `Case of ${name}`, operator })
  await importEvidence(open, await paths())
  cases.set(name, open)
  return open
}
const practice = (scenario: string) =>
  caseOf(scenario, async () => {
    const out = join(folder, `practice-${scenario}`)
    await writePractice(out, { scenario, seed: 7, noise: 100 })
    return [out]
  })

let facts: ReportFacts
let browser: Browser | undefined
beforeAll(async () => {
  const open = await practice('atexec-pipe')
  facts = await reportFacts(open, html)
  await practice('auditing-off')
  if (haveBrowser) browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  for (const open of cases.values()) open.close()
  rmSync(folder, { recursive: true, force: true })
})

const payloads = [
  '<script>alert(1)</script>',
  '"><img src=http://evil.test/x onerror=alert(1)>',
  "'><svg onload=alert(1)>",
  '<meta http-equiv=refresh content="0;url=http://evil.test/">',
  '</style><style>@import "http://evil.test/x.css";*{background:url(http://evil.test/y)}</style>',
  '</title></head><body><iframe srcdoc="<script>parent.alert(1)</script>">',
  '<a href="javascript:alert(1)">x</a> http://evil.test/ www.evil.test',
  '<base href=http://evil.test/><form action=http://evil.test/><button>',
  '-->]]></svg></table>{{alert(1)}}`alert(1)`',
  "=cmd|'/c calc'!A1",
  '\t@SUM(1)\r\n+1',
  '\u202egpj.exe\u2066\u200b\u0000\u001b[2J\u0085\u2028\ufeff\ud800',
  '![x](http://evil.test/i) [y](javascript:alert(1)) <http://evil.test> | # * _',
]
/** words the report chooses its own by; everything else is text of the evidence or of people */
const fixedKeys = new Set([
  'kind',
  'mechanism',
  'path',
  'role',
  'answer',
  'state',
  'weighs',
  'outcome',
  'phase',
  'id',
  'chain',
])

/** The same facts with something hostile in every text. */
function hostile<T>(value: T, key = '', next = { at: 0 }): T {
  if (typeof value === 'string')
    return (fixedKeys.has(key) ? value : `${payloads[next.at++ % payloads.length]}${value}`) as T
  if (Array.isArray(value)) return value.map((one) => hostile(one, key, next)) as T
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      // a task's path is evidence, the way a chain came is not
      hostile(one, name === 'path' && 'action' in value ? 'task' : name, next),
    ]),
  ) as T
}

const hidden = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u

describe('a report', () => {
  test('of the same case is the same to the byte, also when the case is opened again', async () => {
    const open = cases.get('atexec-pipe') as OpenCase
    for (const format of ['html', 'md'] as const) {
      const first = await makeReport(open, { ...html, format })
      const again = await openCase(join(folder, 'atexec-pipe'), { operator, access: 'read' })
      expect(await makeReport(again, { ...html, format })).toBe(first)
      again.close()
    }
  })

  test('says in its first lines what happened, where rule and evidence part, and that containment is unknown', () => {
    const { blocks } = composeReport(facts)
    const top = reportMarkdown(blocks.slice(0, 9)).replaceAll('\\', '')
    expect(top).toMatch(
      /# A hidden task was created on \S+ over the network, ran and was deleted [\d.]+ ms later\./,
    )
    expect(top).toContain('Rule and evidence disagree. Rule: neither. Evidence: escalate.')
    expect(top).toContain('**Containment**: **Unknown** nobody has recorded a step')
    expect(top).toContain('Not set: only a person sets it')
  })

  test('has a section for everything, and cites exhibits for what it claims', () => {
    const text = reportMarkdown(composeReport(facts).blocks).replaceAll('\\', '')
    for (const section of [
      'What happened',
      'Rule against evidence',
      'Answers to the playbook',
      'What is not known, and why',
      'Containment, eradication and recovery',
      'Lessons learned',
      'IOC to track',
      'Telemetry that was missing, and how it is turned on',
      'Evidence and hashes',
      'Custody',
    ])
      expect(text).toMatch(new RegExp(`^#+ ${section}$`, 'm'))
    for (const { id, exhibit } of facts.evidence) expect(text).toMatch(new RegExp(`${exhibit} .*${id}`))
    expect(text).toMatch(/\[E000\d record \d+/)
  })

  test('tells how telemetry is turned on that was off, by GUID', async () => {
    const text = (
      await makeReport(cases.get('auditing-off') as OpenCase, { ...html, format: 'md' })
    ).replaceAll('\\', '')
    expect(text).toContain(
      'auditpol /set /subcategory:"{0CCE9227-69AE-11D9-BED3-505054503030}" /success:enable',
    )
    expect(text).toContain('{0CCE922B-69AE-11D9-BED3-505054503030}')
    expect(text).toContain('not audited')
  })

  test.skipIf(!haveSamples)('of the real atexec run names source, task and record', async () => {
    const c2 = 'befcc72aacc572fded5cb05f9022c00c9cf307044bebec66b5af8ae213a86752'
    const open = await caseOf('c2', async () => [sampleByHash(c2)])
    const text = (await makeReport(open, { ...html, format: 'md' })).replaceAll('\\', '')
    expect(text).toContain('# A hidden task was created on fs01.offsec.lan over the network')
    expect(text).toContain('10.23.123.11')
    expect(text).toContain('bouWFQYO')
    expect(text).toContain('2004852')
    expect(text).toContain(c2)
  })

  test('of a case without any chain says that none was found', async () => {
    const open = await createCase(join(folder, 'empty'), { title: 'Nothing', operator })
    cases.set('empty', open)
    expect(await makeReport(open, html)).toContain('No chain was found in this evidence')
  })
})

describe('a report of hostile texts', () => {
  test('holds nothing but text: no tag, no attribute, no invisible character', () => {
    const { title, blocks } = composeReport(hostile(facts))
    const text = reportHtml(title, blocks)
    expect(text.match(hidden)).toBeNull()
    const tags = new Set(
      [...text.matchAll(/<\/?([a-zA-Z!][^\s/>]*)/g)].map((found) => found[1]?.toLowerCase()),
    )
    for (const tag of ['script', 'a', 'img', 'iframe', 'form', 'base', 'link', 'object', 'button', '!--'])
      expect([tag, tags.has(tag)]).toEqual([tag, false])
    expect(text.match(/<style>/g)).toHaveLength(1)
    expect(text).toContain('⟨U+202E⟩')
    expect(text).not.toMatch(
      / (?:on[a-z]+|href|src|style)=/i.exec(text.replace(/>[^<]*</g, '><'))?.[0] ?? /^$/,
    )
  })

  test('as Markdown has no link, no image, no HTML and no line of its own', () => {
    const text = reportMarkdown(composeReport(hostile(facts)).blocks)
    expect(text.match(hidden)).toBeNull()
    expect(text).not.toMatch(/(?<!\\)[<[\]`!@]/)
    expect(text).not.toMatch(/https?:/)
    for (const payload of payloads) expect(markdownText(payload)).not.toMatch(/\n|(?<!\\)[|<>[\]()#*_`~:]/)
  })

  test('as IOC table has no cell that a spreadsheet runs', () => {
    const rows = hostile(facts).iocs
    for (const line of iocsCsv(rows, new Map()).trimEnd().split('\r\n')) {
      const cells = [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map((found) =>
        (found[1] ?? '').replaceAll('""', '"'),
      )
      expect(cells).toHaveLength(7)
      for (const cell of cells)
        expect(cell).not.toMatch(/^[\s\u200b-\u200f\u2028\u2029\ufeff"`]*[=+\-@|%＝＋－＠]/)
    }
  })

  test.skipIf(!haveBrowser)(
    'in a browser opens no dialog, asks for nothing, goes nowhere and breaks no policy',
    async () => {
      for (const [name, of] of [
        ['true', facts],
        ['hostile', hostile(facts)],
      ] as const) {
        const { title, blocks } = composeReport(of)
        const file = join(folder, `${name}.html`)
        writeFileSync(file, reportHtml(title, blocks))
        const page = await (browser as Browser).newPage()
        const met: string[] = []
        page.on('dialog', (dialog) => {
          met.push(`dialog ${dialog.message()}`)
          void dialog.dismiss()
        })
        page.on('request', (request) => met.push(`request ${request.url()}`))
        page.on('framenavigated', (frame) => met.push(`navigated ${frame.url()}`))
        page.on('console', (message) => met.push(`console ${message.text()}`))
        page.on('pageerror', (error) => met.push(`error ${error.message}`))
        const url = pathToFileURL(file).href
        await page.goto(url)
        await page.mouse.click(300, 300)
        await page.waitForTimeout(500)
        expect(met).toEqual([`request ${url}`, `navigated ${url}`])
        expect(
          await page.evaluate(
            `document.querySelectorAll('script,a,img,iframe,form,base,link,object,embed,button,input').length`,
          ),
        ).toBe(0)
        expect(await page.evaluate(`getComputedStyle(document.querySelector('main')).maxWidth`)).toBe('980px')
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
        expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(20_000)
        await page.close()
      }
    },
  )
})

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { EcsFlat, EcsVersion } from '@elastic/ecs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ZipReader } from '../../../src/archive/read-zip.ts'
import { ecsVersion } from '../../../src/exports/ecs.ts'
import { uuid5 } from '../../../src/exports/ids.ts'
import { cellText, mostCharacters, workbook } from '../../../src/exports/xlsx.ts'
import { type ExportFormat, exportCase, exportFormats } from '../../../src/workflow/export-case.ts'
import { findCaseChains } from '../../../src/workflow/find-chains.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { writePractice } from '../../../src/workflow/make-practice.ts'
import { createCase, type OpenCase, openCase } from '../../../src/workflow/open-case.ts'
import { iocsOfCase } from '../../../src/workflow/playbook-answers.ts'
import { haveTool } from '../bundle/tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'export-case-'))
const operator = { name: 'J. Doe', account: 'CORP\\jdoe', workstation: 'JUMP-01' }
const now = () => new Date('2026-11-21T14:22:33.123Z')
let open: OpenCase
const texts = new Map<ExportFormat, string>()
const pathOf = (format: ExportFormat) => join(folder, `out.${format}`)

beforeAll(async () => {
  const [bad, good] = [join(folder, 'bad'), join(folder, 'good')]
  await writePractice(bad, { scenario: 'atexec-pipe', seed: 7, noise: 30 })
  await writePractice(good, { scenario: 'local-admin', seed: 8, noise: 10 })
  open = await createCase(join(folder, 'case'), { title: '=Remote task', operator, now })
  await importEvidence(open, [bad, good])
  for (const format of exportFormats) {
    await exportCase(open, { format, out: pathOf(format), caseNumber: 'INC-7' })
    texts.set(format, readFileSync(pathOf(format), 'utf8'))
  }
})
afterAll(() => {
  open.close()
  rmSync(folder, { recursive: true, force: true })
})

const textOf = (format: ExportFormat) => texts.get(format) ?? ''
const linesOf = (format: ExportFormat): readonly Record<string, never>[] =>
  textOf(format)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
const rowCount = () => open.casefile.evidence().reduce((sum, entry) => sum + entry.records, 0)
interface Stix {
  readonly [name: string]: unknown
  readonly type: string
  readonly id: string
  readonly object_refs?: readonly string[]
}
const stix = () => JSON.parse(textOf('stix')) as { readonly objects: readonly Stix[] }
const misp = () =>
  JSON.parse(textOf('misp')) as {
    readonly Event: Readonly<Record<string, unknown>> & {
      readonly Attribute: readonly Readonly<Record<string, string | boolean>>[]
    }
  }

describe('every export', () => {
  test('has the same bytes again, from a case opened anew too, and never takes a name that is there', async () => {
    const again = await openCase(open.dir, { operator, access: 'read' })
    for (const format of exportFormats) {
      const out = join(folder, `again.${format}`)
      await exportCase(again, { format, out, caseNumber: 'INC-7' })
      expect([format, readFileSync(out).equals(readFileSync(pathOf(format)))]).toEqual([format, true])
      await expect(exportCase(again, { format, out })).rejects.toMatchObject({
        code: 'archive.target.exists',
      })
    }
    again.close()
  })

  test('that is stopped, or has no folder to go to, leaves nothing behind', async () => {
    const before = readdirSync(folder)
    const stop = new AbortController()
    stop.abort()
    for (const format of exportFormats)
      await expect(
        exportCase(open, { format, out: join(folder, 'stopped'), signal: stop.signal }),
      ).rejects.toMatchObject({ name: 'Cancelled' })
    for (const format of ['ecs', 'xlsx'] as const)
      await expect(exportCase(open, { format, out: join(folder, 'none', 'file') })).rejects.toMatchObject({
        code: 'disk.file.missing',
      })
    expect(readdirSync(folder)).toEqual(before)
  })
})

describe('for Timesketch', () => {
  test('every row has message, datetime with its zone, and timestamp_desc, and its record', () => {
    const rows = linesOf('timesketch-jsonl')
    expect(rows.length).toBe(rowCount())
    for (const row of rows) {
      expect(row).toMatchObject({
        message: expect.any(String),
        datetime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/),
        timestamp_desc: 'Event logged',
        source: { exhibit: expect.stringMatching(/^E\d{4}$/), recordId: expect.stringMatching(/^\d+$/) },
      })
      expect(Number.isNaN(Date.parse(row.datetime as unknown as string))).toBe(false)
    }
    const [head = ''] = textOf('timesketch-csv').split('\r\n')
    for (const name of ['message', 'datetime', 'timestamp_desc']) expect(head).toContain(`"${name}"`)
  })
})

describe('for Elasticsearch', () => {
  const flat = EcsFlat as unknown as Readonly<
    Record<
      string,
      {
        type: string
        normalize: readonly string[]
        allowed_values?: readonly { name: string; expected_event_types?: readonly string[] }[]
      }
    >
  >
  const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
    date: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
    long: (value) => Number.isSafeInteger(value),
    ip: (value) => typeof value === 'string' && /^[\d.]+$|:/.test(value),
  }
  const leaves = function* (value: unknown, path: string): Generator<readonly [string, unknown]> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) yield [path, value]
    else for (const [name, one] of Object.entries(value)) yield* leaves(one, path ? `${path}.${name}` : name)
  }

  test('every field is one of the schema, of its type, with values the schema allows', () => {
    expect(ecsVersion).toBe(EcsVersion)
    const rows = linesOf('ecs')
    expect(rows.length).toBe(rowCount())
    const seen = new Set<string>()
    const wrong: unknown[] = []
    for (const row of rows) {
      const { winlog: _w, tasktrail: _t, ...known } = row
      for (const [path, value] of leaves(known, '')) {
        seen.add(path)
        const field = flat[path]
        const isList = field?.normalize.includes('array') ?? false
        const allowed = field?.allowed_values?.map(({ name }) => name) ?? []
        const fitting = fits[field?.type ?? ''] ?? ((text: unknown) => typeof text === 'string')
        const values = isList ? (value as unknown[]) : [value]
        if (!field || Array.isArray(value) !== isList || !values.every(fitting)) wrong.push([path, value])
        if (allowed.length > 0 && !values.every((one) => allowed.includes(one as string)))
          wrong.push([path, value])
      }
      const event = row.event as unknown as { category?: string[]; type?: string[] }
      const categories = flat['event.category']?.allowed_values ?? []
      const types = (event.category ?? []).flatMap(
        (name) => categories.find((one) => one.name === name)?.expected_event_types ?? [],
      )
      if (!(event.type ?? []).every((type) => types.includes(type))) wrong.push(event)
    }
    expect(wrong).toEqual([])
    for (const path of ['process.parent.executable', 'source.ip', 'user.id', 'threat.technique.id'])
      expect([path, seen.has(path)]).toEqual([path, true])
  })

  test('every row keeps its record: number as text, values as logged, and where it stands', () => {
    for (const row of linesOf('ecs')) {
      const { winlog, tasktrail } = row as unknown as {
        winlog: { record_id: string; event_data: object }
        tasktrail: { citation: { recordId: string; evidenceId: string; exhibit: string } }
      }
      expect(tasktrail.citation.recordId).toBe(winlog.record_id)
      expect(tasktrail.citation.evidenceId).toMatch(/^[0-9a-f]{64}$/)
      expect(tasktrail.citation.exhibit).toMatch(/^E\d{4}$/)
    }
  })
})

describe('as STIX 2.1', () => {
  const archive = resolve('../shared/standards/stix2-schemas.tar.gz')
  test.skipIf(!existsSync(archive) && process.env.CI !== 'true')(
    'every object fits the schemas of OASIS',
    () => {
      execFileSync('tar', ['-xzf', archive, '-C', folder])
      const schemas = join(folder, 'stix2-schemas', 'schemas')
      const ajv = new Ajv2020({ strict: false, unicodeRegExp: false, logger: false })
      formats.default(ajv)
      const byType = new Map<string, string>()
      for (const room of readdirSync(schemas))
        for (const name of readdirSync(join(schemas, room))) {
          const schema = JSON.parse(readFileSync(join(schemas, room, name), 'utf8')) as { $id: string }
          ajv.addSchema(schema)
          byType.set(name.replace('.json', ''), schema.$id)
        }
      const check = (type: string, value: unknown) => {
        const validate = ajv.getSchema(byType.get(type) ?? '')
        expect([type, validate !== undefined]).toEqual([type, true])
        validate?.(value)
        return validate?.errors ?? []
      }
      const { objects, ...rest } = stix()
      for (const object of objects) expect([object.id, check(object.type, object)]).toEqual([object.id, []])
      // the bundle's own schema leaves notes out of its list, which the standard does not
      expect(rest).toEqual({ type: 'bundle', id: expect.stringMatching(/^bundle--[0-9a-f-]{36}$/) })
      // the check is one: a broken object is found
      const indicator = objects.find((one) => one.type === 'indicator')
      expect(check('indicator', { ...indicator, pattern: undefined })).not.toEqual([])
    },
  )

  test('names nothing that is not in it, and gives each object one id', () => {
    const { objects } = stix()
    const ids = new Set(objects.map(({ id }) => id))
    expect(ids.size).toBe(objects.length)
    for (const object of objects) {
      const named = [
        ...(object.object_refs ?? []),
        ...((object.object_marking_refs as string[] | undefined) ?? []),
        ...['source_ref', 'target_ref', 'created_by_ref', 'parent_directory_ref'].flatMap(
          (name) => (object[name] as string | undefined) ?? [],
        ),
      ]
      for (const id of named) expect([object.id, id, ids.has(id)]).toEqual([object.id, id, true])
    }
    const types = new Set(objects.map(({ type }) => type))
    for (const type of ['report', 'observed-data', 'indicator', 'relationship', 'note', 'attack-pattern'])
      expect(types).toContain(type)
  })

  test('derives the id of an address as the standard does', () => {
    // as other producers derive it
    expect(uuid5('{"value":"198.51.100.3"}', '00abedb4-aa42-466c-9c01-fed23315a9b7')).toBe(
      '28bb3599-77cd-5a82-a950-b5bc3caf07c4',
    )
    // RFC 9562 §A.4
    expect(uuid5('www.example.com', '6ba7b810-9dad-11d1-80b4-00c04fd430c8')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    )
  })

  test('and as a MISP event marks for detection only what the evidence calls malicious', () => {
    const chains = findCaseChains(open).map((chain) => chain.id as string)
    const judged = new Map(
      (JSON.parse(JSON.stringify(iocsOfCase(open).iocs)) as { value: string; chains: string[] }[]).map(
        (row) => [row.value, row.chains],
      ),
    )
    expect(chains.length).toBeGreaterThan(1)
    const patterns = stix()
      .objects.filter(({ type }) => type === 'indicator')
      .map((one) => String(one.pattern))
    const marked = misp()
      .Event.Attribute.filter((one) => one.to_ids === true)
      .map((one) => String(one.value))
    expect(patterns.length).toBeGreaterThan(3)
    expect(marked.length).toBeGreaterThan(3)
    const harmless = chains.filter((id) => id !== chains[0])
    for (const [value, of] of judged)
      if (of.every((id) => harmless.includes(id)) && /local/.test(value)) expect(marked).not.toContain(value)
    for (const one of misp().Event.Attribute)
      if (/^target-/.test(String(one.type))) expect([one.value, one.to_ids]).toEqual([one.value, false])
  })
})

describe('as a MISP event', () => {
  test('holds what MISP needs, to be kept to one organisation until somebody decides otherwise', () => {
    const { Event } = misp()
    expect(Event).toMatchObject({
      info: expect.stringContaining('INC-7'),
      published: false,
      distribution: '0',
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    })
    const categories: Readonly<Record<string, string>> = {
      'ip-src': 'Network activity',
      url: 'Network activity',
      'target-machine': 'Targeting data',
      'target-user': 'Targeting data',
      'windows-scheduled-task': 'Artifacts dropped',
      filename: 'Artifacts dropped',
      text: 'Other',
    }
    const uuids = new Set(Event.Attribute.map((one) => one.uuid))
    expect(uuids.size).toBe(Event.Attribute.length)
    expect(Event.Attribute.length).toBe(iocsOfCase(open).iocs.length)
    for (const one of Event.Attribute) {
      expect(one.category).toBe(categories[String(one.type)])
      expect(one.comment).toMatch(/record \d+ of E\d{4} \(chunk \d+, offset \d+/)
      expect(one.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    }
  })
})

describe('as CASE and UCO', () => {
  test('names every exhibit with its hash, and every line of custody with who and what', () => {
    const graph = (JSON.parse(textOf('case-uco')) as { '@graph': readonly Record<string, unknown>[] })[
      '@graph'
    ]
    const ids = new Set(graph.map((one) => one['@id']))
    expect(ids.size).toBe(graph.length)
    const files = graph.filter((one) => one['@type'] === 'uco-observable:File')
    const hashes = JSON.stringify(files).toLowerCase()
    for (const entry of open.casefile.evidence()) expect(hashes).toContain(entry.sha256)
    const actions = graph.filter((one) => one['@type'] === 'case-investigation:InvestigativeAction')
    expect(actions.length).toBe(open.custody.lines().length)
    for (const one of graph)
      for (const name of [
        'uco-action:performer',
        'uco-action:instrument',
        'case-investigation:wasInformedBy',
      ]) {
        const to = one[name] as { '@id': string } | undefined
        if (to) expect(ids.has(to['@id'])).toBe(true)
      }
  })
})

describe('as a workbook', () => {
  const sheets = async (path: string) => {
    const reader = await ZipReader.open(path)
    const files = new Map<string, string>()
    try {
      for await (const entry of reader.entries()) {
        const blocks: Uint8Array[] = []
        for await (const block of reader.read(entry)) blocks.push(block)
        files.set(entry.name, Buffer.concat(blocks).toString('utf8'))
      }
    } finally {
      await reader.close()
    }
    return files
  }

  test('holds text and numbers alone: no formula, no link, no part that runs', async () => {
    const files = await sheets(pathOf('xlsx'))
    for (const [name, text] of files) {
      expect(name).toMatch(
        /^(\[Content_Types\]\.xml|_rels\/\.rels|xl\/(workbook|styles|worksheets\/sheet\d)\.xml|xl\/_rels\/workbook\.xml\.rels)$/,
      )
      expect(text).not.toMatch(/<f[ >]|<hyperlink|externalLink|TargetMode|vbaProject|<!DOCTYPE|<!ENTITY/)
    }
    expect(files.get('xl/worksheets/sheet1.xml')).toContain(
      't="inlineStr" s="2"><is><t xml:space="preserve">=Remote task',
    )
  })

  test.runIf(haveTool('xlsx2csv'))('is read by a program of others, every row with its record', () => {
    const csv = execFileSync('xlsx2csv', ['-s', '3', pathOf('xlsx')]).toString()
    const rows = csv.trim().split('\n')
    expect(rows.length).toBe(rowCount() + 1)
    expect(rows[0]).toContain('time (UTC)')
    for (const row of rows.slice(1)) expect(row).toMatch(/,E\d{4},\d+,\d+,\d+,[0-9a-f]{64}$/)
    expect(spawnSync('xlsx2csv', ['-s', '1', pathOf('xlsx')]).stdout.toString()).toContain('=Remote task')
  })

  test('spreads what one sheet cannot hold, cuts no cell without saying so, and names what XML cannot hold', () => {
    const long = 'x'.repeat(mostCharacters + 1)
    const rows = Array.from({ length: 7 }, (_, n) => [n === 0 ? long : `row ${n}`, n])
    const sheet = { name: 'T', head: ['what', 'n'], widths: [9, 9], rows: () => rows }
    const about = (cut: { count: number }) => ({
      ...sheet,
      name: 'About',
      rows: () => [['cut', cut.count] as const],
    })
    const texts = new Map<string, string>()
    for (const part of workbook(about, [[sheet, rows.length]], 3))
      texts.set(part.name, Buffer.concat([...part.bytes]).toString())
    expect(texts.get('xl/workbook.xml')).toContain('name="T 3 of 3"')
    expect(texts.get('xl/worksheets/sheet4.xml')).toContain('row 6')
    expect(texts.get('xl/worksheets/sheet2.xml')).toContain(`… (cut: ${mostCharacters + 1} characters)`)
    expect(texts.get('xl/worksheets/sheet1.xml')).toContain('<v>1</v>')
    expect(cellText('a\u0000<b>&"_x0041_\ud800')).toBe('a⟨U+0000⟩&lt;b&gt;&amp;&quot;_x005F_x0041_\ufffd')
  })
})

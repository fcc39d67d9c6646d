/** A case as a workbook: chains, timeline, IOC table, evidence and problems, each with the places it rests on. */
import { placeWords } from '../report/iocs-csv.ts'
import { type ExportSource, exhibitsOf } from './source.ts'
import { type Sheet, type SheetCell, type WorkbookPart, workbook } from './xlsx.ts'

const sheet = (
  name: string,
  columns: readonly (readonly [head: string, width: number])[],
  rows: () => Iterable<readonly SheetCell[]>,
): Sheet => ({ name, head: columns.map(([head]) => head), widths: columns.map(([, width]) => width), rows })

export function caseWorkbook(source: ExportSource): Iterable<WorkbookPart> {
  const exhibits = exhibitsOf(source)
  const { case: about, tool, chains, outcomes, iocs, evidence, problems } = source
  const sheets: readonly (readonly [Sheet, number])[] = [
    [
      sheet(
        'Chains',
        [
          ['time (UTC)', 28],
          ['host', 24],
          ['task', 30],
          ['what', 16],
          ['mechanism', 18],
          ['account', 26],
          ['source', 18],
          ['executed', 10],
          ['deleted', 10],
          ['evidence points to', 18],
          ['because', 24],
          ['action', 60],
          ['records', 60],
          ['chain', 24],
        ],
        function* () {
          for (const [at, chain] of chains.entries())
            yield [
              chain.time,
              chain.host,
              chain.task.path,
              chain.kind,
              chain.mechanism,
              chain.account.name === null
                ? chain.account.sid
                : `${chain.account.domain === null ? '' : `${chain.account.domain}\\`}${chain.account.name}`,
              chain.source.ip ?? chain.source.candidates.map((one) => `${one.ip}?`).join(' '),
              chain.executed.answer,
              chain.deleted.answer,
              outcomes[at]?.outcome ?? null,
              outcomes[at]?.disposition ?? null,
              chain.task.action,
              chain.steps.map((step) => `${step.eventId}: ${placeWords(step, exhibits)}`).join('; '),
              chain.id,
            ]
        },
      ),
      chains.length,
    ],
    [
      sheet(
        'Timeline',
        [
          ['time (UTC)', 28],
          ['event', 8],
          ['what', 70],
          ['host', 24],
          ['account', 26],
          ['address', 18],
          ['channel', 22],
          ['provider', 22],
          ['marks', 14],
          ['exhibit', 9],
          ['record', 12],
          ['chunk', 8],
          ['offset', 8],
          ['evidence SHA-256', 68],
        ],
        function* () {
          for (const { citation, ...row } of source.rows())
            yield [
              row.time,
              row.eventId,
              row.what,
              row.host,
              row.account,
              row.address,
              row.channel,
              row.provider,
              row.marks.join(' '),
              exhibits.get(citation.evidenceId) ?? null,
              citation.recordId,
              citation.chunk,
              citation.offset,
              citation.evidenceId,
            ]
        },
      ),
      source.rowCount,
    ],
    [
      sheet(
        'IOC',
        [
          ['type', 20],
          ['value', 60],
          ['context', 40],
          ['first seen (UTC)', 28],
          ['last seen (UTC)', 28],
          ['records', 60],
          ['chains', 24],
        ],
        () =>
          iocs.map((row) => [
            row.type,
            row.value,
            row.context,
            row.firstSeen,
            row.lastSeen,
            row.citations.map((place) => placeWords(place, exhibits)).join('; '),
            row.chains.join(' '),
          ]),
      ),
      iocs.length,
    ],
    [
      sheet(
        'Evidence',
        [
          ['exhibit', 9],
          ['name', 50],
          ['host', 24],
          ['kind', 14],
          ['bytes', 12],
          ['records', 10],
          ['provenance', 18],
          ['first (UTC)', 28],
          ['last (UTC)', 28],
          ['SHA-256', 68],
          ['origin', 70],
        ],
        () =>
          evidence.map((item) => [
            item.exhibit,
            item.name,
            item.host,
            item.kind,
            item.size,
            item.records,
            item.provenance,
            item.first,
            item.last,
            item.id,
            item.origin,
          ]),
      ),
      evidence.length,
    ],
    [
      sheet(
        'Problems',
        [
          ['severity', 10],
          ['where', 70],
          ['what', 90],
        ],
        () => problems.map((one) => [one.severity, one.where, one.what]),
      ),
      problems.length,
    ],
  ]
  return workbook(
    (cut) =>
      sheet(
        'About',
        [
          ['', 24],
          ['', 90],
        ],
        () => [
          ['case', about.number || about.id],
          ['title', about.title],
          ...(about.practice ? [['practice', 'This is a practice case.'] as const] : []),
          ['made by', `${tool.name} ${tool.version}`],
          ['chains', chains.length],
          ['timeline rows', source.rowCount],
          ['IOC values', iocs.length],
          ['items of evidence', evidence.length],
          ['problems', problems.length],
          ['cells cut', cut.count],
          [
            'how to read',
            'Derived from the evidence, and no evidence itself. Each row names the exhibit, the record, the 64 KiB chunk and the offset in it. Times are UTC as text, with all their digits. Record ids are text: they may exceed what a spreadsheet counts.',
          ],
        ],
      ),
    sheets,
  )
}

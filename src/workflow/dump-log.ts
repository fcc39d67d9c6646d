/** Every record of one or more logs as JSON lines or XML, no case needed. A record that cannot be read is a line too. */

import { fileTime, formatUtc } from '../domain/time.ts'
import type { XmlElement } from '../evtx/binxml/expand.ts'
import type { EvtxProblem } from '../evtx/problem.ts'
import { readRecords } from '../evtx/read-log.ts'
import type { EvtxRecord } from '../evtx/record.ts'
import { elementsXml } from '../evtx/xml.ts'
import { openFileSource } from './file-source.ts'
import { nodePlatform } from './ingest/node-platform.ts'
import { stopIfAborted } from './meter.ts'

export interface DumpOptions {
  readonly format: 'jsonl' | 'xml'
  /** stale records behind the live ones too, marked */
  readonly recovered: boolean
  readonly signal?: AbortSignal | undefined
  readonly write: (text: string) => void | Promise<void>
}

/** Text collected before it is handed on. */
const bufferLength = 1 << 16

/** Refuses a path that cannot be opened; everything inside a log becomes lines. */
export async function dumpLogs(
  paths: readonly string[],
  options: DumpOptions,
): Promise<{ records: number; problems: number }> {
  let records = 0
  let problems = 0
  let buffer = ''
  const flush = async () => {
    const text = buffer
    buffer = ''
    if (text !== '') await options.write(text)
  }
  if (options.format === 'xml') buffer += '<?xml version="1.0" encoding="utf-8"?>\n<Events>\n'
  for (const path of paths) {
    const source = openFileSource(path)
    const file = paths.length > 1 ? path : undefined
    let elements: readonly XmlElement[] = []
    try {
      const outcomes = readRecords(source, {
        platform: nodePlatform,
        recovered: options.recovered,
        ...(options.format === 'xml'
          ? {
              onElements: (found: readonly XmlElement[]) => {
                elements = found
              },
            }
          : {}),
      })
      for (const outcome of outcomes) {
        stopIfAborted(options.signal)
        if (outcome.ok) {
          records++
          buffer +=
            options.format === 'xml'
              ? `${recordXml(outcome.value, elements)}\n`
              : `${recordLine(outcome.value, file)}\n`
        } else {
          problems++
          buffer +=
            options.format === 'xml'
              ? `${problemXml(outcome.problem, path)}\n`
              : `${problemLine(outcome.problem, file)}\n`
        }
        if (buffer.length >= bufferLength) await flush()
      }
    } finally {
      source.close()
    }
  }
  if (options.format === 'xml') buffer += '</Events>\n'
  await flush()
  return { records, problems }
}

const numeric = (text: string | undefined) => {
  const value = Number(text)
  return text !== undefined && text !== '' && Number.isSafeInteger(value) ? value : null
}

function recordLine(record: EvtxRecord, file: string | undefined): string {
  const { system } = record
  const fields: Record<string, string> = {}
  record.names.forEach((name, i) => {
    // a name such as __proto__ must stay a name
    Object.defineProperty(fields, name, {
      value: record.values[i],
      enumerable: true,
      configurable: true,
      writable: true,
    })
  })
  return JSON.stringify({
    ...(file === undefined ? {} : { file }),
    chunk: record.chunk,
    offset: record.offset,
    recordId: system.EventRecordID === undefined ? null : record.recordId.toString(),
    headerRecordId: record.headerRecordId.toString(),
    eventId: record.eventId,
    version: numeric(system.Version),
    provider: system.Provider ?? null,
    channel: system.Channel ?? null,
    computer: system.Computer ?? null,
    time: formatUtc(fileTime(record.time)),
    keywords: system.Keywords ?? null,
    level: numeric(system.Level),
    task: numeric(system.Task),
    opcode: numeric(system.Opcode),
    processId: numeric(system.ProcessID),
    threadId: numeric(system.ThreadID),
    userId: system.UserID || null,
    activityId: system.ActivityID || null,
    recovered: record.recovered,
    data: fields,
    ...(record.message === undefined ? {} : { message: record.message }),
  })
}

const problemLine = (problem: EvtxProblem, file: string | undefined) =>
  JSON.stringify({
    ...(file === undefined ? {} : { file }),
    chunk: problem.chunk,
    offset: problem.offset,
    problem: { code: problem.code, severity: problem.severity, what: problem.what },
  })

const recordXml = (record: EvtxRecord, elements: readonly XmlElement[]) =>
  `${record.recovered ? `<!-- recovered: chunk ${record.chunk}, offset ${record.offset} -->` : ''}${elementsXml(elements)}`

/** A comment cannot hold two hyphens in a row. */
const problemXml = (problem: EvtxProblem, path: string) =>
  `<!-- problem ${problem.code} in ${path.replace(/[^\x20-\x7e]/g, '?')}, chunk ${problem.chunk}, offset ${problem.offset}: ${problem.what.replace(/[^\x20-\x7e]/g, '?')} -->`.replace(
    /--(?!>$)/g,
    (hyphens, at: number) => (at === 2 ? hyphens : '- -'),
  )

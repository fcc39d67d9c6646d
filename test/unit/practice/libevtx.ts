/** An independent reader of logs: the command-line tools of libevtx, spawned. */
import { spawnSync } from 'node:child_process'

const tool = (name: string, parameters: readonly string[]) =>
  spawnSync(name, parameters, { encoding: 'utf8', maxBuffer: 1 << 30 })

export const haveLibevtx = tool('evtxexport', ['-V']).status === 0 && tool('evtxinfo', ['-V']).status === 0
if (!haveLibevtx) {
  const reason =
    'evtxexport and evtxinfo (libevtx-utils) are not installed: logs are not checked by an independent reader'
  if (process.env.CI === 'true') throw new Error(reason)
  console.warn(reason)
}

export interface IndependentReading {
  readonly status: number | null
  readonly trouble: string
  /** record texts as XML */
  readonly records: readonly string[]
}

/** Every record of the file as libevtx renders it. */
export function exportLog(path: string): IndependentReading {
  const run = tool('evtxexport', ['-f', 'xml', path])
  const records = run.stdout.split(/^(?=<Event )/m).filter((part) => part.startsWith('<Event '))
  return { status: run.status, trouble: run.stderr, records }
}

/** What `evtxinfo` counts. */
export function countLog(path: string): {
  readonly records: number
  readonly recovered: number
  readonly said: string
} {
  const run = tool('evtxinfo', [path])
  const number = (label: string) =>
    Number(new RegExp(`${label}\\s*: (\\d+)`).exec(run.stdout)?.[1] ?? Number.NaN)
  return {
    records: number('Number of records'),
    recovered: number('Number of recovered records'),
    said: run.stdout + run.stderr,
  }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const plain = (xml: string) =>
  xml.replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, name: string) => {
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.replace('#x', '0x').replace('#', '')))
    return entities[name] ?? whole
  })

/** `Data` values by name, and the text of leaf elements of System and UserData by element name. */
export function fieldsOf(xml: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [, name, content] of xml.matchAll(/<Data Name="([^"]*)">([^<]*)<\/Data>/g)) {
    if (name !== undefined) found[name] = plain(content ?? '')
  }
  for (const [, name] of xml.matchAll(/<Data Name="([^"]*)"\/>/g)) if (name !== undefined) found[name] = ''
  for (const [, name, content] of xml.matchAll(/<(\w+)(?: [^>]*)?>([^<]*)<\/\1>/g)) {
    if (name !== undefined && name !== 'Data') found[name] = plain(content ?? '')
  }
  return found
}

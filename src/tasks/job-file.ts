/**
 * Tasks of the old scheduler (`%SystemRoot%\Tasks\*.job`), after MS-TSCH 2.4. at.exe and NetrJobAdd still leave such files.
 * Every text is the attacker's.
 */
import { guidText } from '../base/guid.ts'

export interface JobFile {
  /** `{…}` of the task */
  readonly id: string
  readonly command: string
  readonly arguments: string | undefined
  readonly workingDirectory: string | undefined
  readonly author: string | undefined
  readonly comment: string | undefined
  readonly flags: number
  /** last result as an HRESULT */
  readonly exitCode: number
  /** the Task Scheduler's own number for the state: 0x41300 ready, 0x41301 running … */
  readonly status: number
  /** local time of the host, `2023-08-01T00:00:00.000`; undefined when it never ran */
  readonly lastRun: string | undefined
  readonly triggers: readonly JobTrigger[]
  /** why reading stopped before the end; what was read before stands */
  readonly trouble: string | undefined
}

export interface JobTrigger {
  readonly kind:
    | 'once'
    | 'daily'
    | 'weekly'
    | 'monthly-date'
    | 'monthly-day'
    | 'idle'
    | 'boot'
    | 'logon'
    | 'unknown'
  readonly kindNumber: number
  /** local time of the host, `2023-08-01T00:00` */
  readonly start: string
  readonly disabled: boolean
}

const kinds = ['once', 'daily', 'weekly', 'monthly-date', 'monthly-day', 'idle', 'boot', 'logon'] as const
const fixedSize = 68
const mostTriggers = 48

/** True when the bytes can be the fixed part of a .job file: known product version, file version 1, offsets that fit. */
export function looksLikeJob(bytes: Uint8Array): boolean {
  if (bytes.length < fixedSize + 2) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const product = view.getUint16(0, true)
  const isKnown = [0x0400, 0x0500, 0x0501, 0x0600, 0x0601, 0x0602, 0x0603, 0x0a00].includes(product)
  return isKnown && view.getUint16(2, true) === 1 && view.getUint16(20, true) === fixedSize + 2
}

/** @returns the task, or undefined when the bytes are no .job file */
export function readJobFile(bytes: Uint8Array): JobFile | undefined {
  if (!looksLikeJob(bytes)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const texts: (string | undefined)[] = []
  let trouble: string | undefined
  let at = view.getUint16(20, true)
  for (const name of ['application', 'parameters', 'working directory', 'author', 'comment']) {
    const count = at + 2 <= bytes.length ? view.getUint16(at, true) : -1
    if (count < 0 || at + 2 + count * 2 > bytes.length) {
      trouble = `The file ends inside its ${name}, at offset ${at}.`
      break
    }
    texts.push(textAt(view, at + 2, count))
    at += 2 + count * 2
  }
  const triggers = trouble ? [] : readTriggers(view, view.getUint16(22, true))
  if (triggers === undefined) trouble = 'The triggers lie outside the file.'
  return {
    id: guidText(bytes, 4),
    command: texts[0] ?? '',
    arguments: texts[1],
    workingDirectory: texts[2],
    author: texts[3],
    comment: texts[4],
    exitCode: view.getUint32(40, true),
    status: view.getUint32(44, true),
    flags: view.getUint32(48, true),
    lastRun: systemTimeAt(view, 52),
    triggers: triggers ?? [],
    trouble,
  }
}

/** Texts are counted in characters, with their zero at the end. */
function textAt(view: DataView, from: number, count: number): string | undefined {
  let text = ''
  for (let i = 0; i < count; i++) text += String.fromCharCode(view.getUint16(from + i * 2, true))
  return text.replace(/\0+$/, '') || undefined
}

const two = (number: number) => String(number).padStart(2, '0')

function systemTimeAt(view: DataView, at: number): string | undefined {
  const part = (i: number) => view.getUint16(at + i * 2, true)
  if (part(0) === 0) return undefined
  const date = `${String(part(0)).padStart(4, '0')}-${two(part(1))}-${two(part(3))}`
  const seconds = `${two(part(6))}.${String(part(7)).padStart(3, '0')}`
  return `${date}T${two(part(4))}:${two(part(5))}:${seconds}`
}

function readTriggers(view: DataView, from: number): JobTrigger[] | undefined {
  if (from + 2 > view.byteLength) return undefined
  const count = Math.min(view.getUint16(from, true), mostTriggers)
  const triggers: JobTrigger[] = []
  let at = from + 2
  for (let i = 0; i < count; i++) {
    if (at + 48 > view.byteLength) return undefined
    const size = view.getUint16(at, true)
    const part = (offset: number) => view.getUint16(at + offset, true)
    const kindNumber = view.getUint32(at + 32, true)
    triggers.push({
      kind: kinds[kindNumber] ?? 'unknown',
      kindNumber,
      start: `${String(part(4)).padStart(4, '0')}-${two(part(6))}-${two(part(8))}T${two(part(16))}:${two(part(18))}`,
      disabled: (view.getUint32(at + 28, true) & 4) !== 0,
    })
    at += Math.max(size, 48)
  }
  return triggers
}

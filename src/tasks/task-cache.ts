/**
 * The Task Scheduler's own copy of a task in the registry (TaskCache), from the raw bytes of its values. Layouts after
 * windows.md §3. Every text is the attacker's; what does not fit the layout is said, what was read before it is kept.
 */
import { guidText } from '../base/guid.ts'
import { hexOf } from '../base/hex.ts'
import { sha256Hex } from '../base/sha256.ts'
import type { TaskAction } from '../domain/task.ts'

export interface CachedTimes {
  /** FILETIME in UTC; undefined for zero, which means never */
  readonly created: bigint | undefined
  readonly lastRun: bigint | undefined
  /** only in the form of Windows 8 and later */
  readonly lastSuccess: bigint | undefined
  /** the two numbers as they are: since 8 the second is the last result, before that it stood in the first */
  readonly a: number
  readonly b: number
  readonly lastResult: number
}

export interface CacheTrouble {
  readonly code: 'tasks.cache.dynamic-info' | 'tasks.cache.actions'
  readonly what: string
}

/** @returns the times and result of DynamicInfo, or what is wrong with it */
export function readCachedTimes(bytes: Uint8Array): CachedTimes | CacheTrouble {
  const trouble = (what: string): CacheTrouble => ({ code: 'tasks.cache.dynamic-info', what })
  if (bytes.length !== 28 && bytes.length !== 36)
    return trouble(`DynamicInfo has ${bytes.length} bytes; 28 (Vista, 7) or 36 (8 and later) are known.`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const version = view.getUint32(0, true)
  if (version !== 3) return trouble(`DynamicInfo is of version ${version}; only 3 is known.`)
  const timeAt = (at: number) => view.getBigUint64(at, true) || undefined
  const a = view.getUint32(20, true)
  const b = view.getUint32(24, true)
  const isLong = bytes.length === 36
  return {
    created: timeAt(4),
    lastRun: timeAt(12),
    lastSuccess: isLong ? timeAt(28) : undefined,
    a,
    b,
    lastResult: b || a,
  }
}

export interface CachedActions {
  readonly version: number
  /** the principal the actions run as, as Actions@Context names it */
  readonly context: string | undefined
  readonly actions: readonly TaskAction[]
  /** why reading stopped, when it did; the actions before it stand */
  readonly trouble: CacheTrouble | undefined
}

const magics = { exec: 0x6666, com: 0x7777, email: 0x8888, message: 0x9999 } as const
const mostActions = 64

class Shortage extends Error {}

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  at = 0
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }
  get left(): number {
    return this.#bytes.length - this.at
  }
  #take(count: number): number {
    if (count > this.left)
      throw new Shortage(`${count} bytes are asked for at offset ${this.at}, ${this.left} are left`)
    const here = this.at
    this.at += count
    return here
  }
  u16 = () => this.#view.getUint16(this.#take(2), true)
  u32 = () => this.#view.getUint32(this.#take(4), true)
  text(): string {
    const size = this.u32()
    const from = this.#take(size)
    return utf16(this.#bytes.subarray(from, from + size))
  }
  guid(): string {
    const from = this.#take(16)
    return guidText(this.#bytes, from)
  }
}

/** Reads the value `Actions`: the action of a task whose file is gone, or the one that is really run when they differ. */
export function readCachedActions(bytes: Uint8Array): CachedActions {
  const reader = new Reader(bytes)
  const actions: TaskAction[] = []
  let version = 0
  let context: string | undefined
  const stopped = (what: string): CachedActions => ({
    version,
    context,
    actions,
    trouble: { code: 'tasks.cache.actions', what },
  })
  try {
    version = reader.u16()
    if (version < 1 || version > 3) return stopped(`Actions is of version ${version}; 1 to 3 are known.`)
    if (version === 3) context = reader.text() || undefined
    while (reader.left > 0) {
      if (actions.length === mostActions) return stopped(`Actions holds more than ${mostActions} actions.`)
      const from = reader.at
      const magic = reader.u16()
      const action = readAction(reader, magic, version)
      if (!action) return stopped(`Actions holds an unknown kind 0x${magic.toString(16)} at offset ${from}.`)
      actions.push(action)
    }
  } catch (error) {
    if (!(error instanceof Shortage)) throw error
    return stopped(`Actions ends early: ${error.message}.`)
  }
  return { version, context, actions, trouble: undefined }
}

function readAction(reader: Reader, magic: number, version: number): TaskAction | undefined {
  if (!Object.values<number>(magics).includes(magic)) return undefined
  // every action carries an id of its own, mostly empty; a definition's XML has it as an attribute nobody reads
  reader.text()
  if (magic === magics.exec) {
    const command = reader.text()
    const parameters = reader.text() || undefined
    const workingDirectory = reader.text() || undefined
    if (version === 3) reader.u16()
    return { kind: 'exec', command, arguments: parameters, workingDirectory }
  }
  if (magic === magics.com)
    return { kind: 'com-handler', classId: reader.guid(), data: reader.text() || undefined }
  if (magic === magics.message)
    return { kind: 'show-message', details: { Title: reader.text(), Body: reader.text() } }
  const details: Record<string, string> = {}
  for (const name of ['From', 'To', 'Cc', 'Bcc', 'ReplyTo', 'Server', 'Subject', 'Body'])
    details[name] = reader.text()
  for (let i = 0, count = Math.min(reader.u32(), mostActions); i < count; i++)
    details[`Attachment${i}`] = reader.text()
  for (let i = 0, count = Math.min(reader.u32(), mostActions); i < count; i++)
    details[`Header ${reader.text()}`] = reader.text()
  return { kind: 'send-email', details }
}

export type HashCheck = 'equal' | 'different' | 'not-checkable'

/**
 * Compares the value `Hash` with the task's file: SHA-256 of its bytes without the mark of byte order. Different means that
 * the file was written past the Task Scheduler. Hosts before KB2305420 keep a CRC-32 there, which proves nothing.
 */
export function checkTaskHash(hash: Uint8Array, file: Uint8Array): HashCheck {
  if (hash.length !== 32) return 'not-checkable'
  const hasMark = (file[0] === 0xff && file[1] === 0xfe) || (file[0] === 0xfe && file[1] === 0xff)
  return sha256Hex(hasMark ? file.subarray(2) : file) === hexOf(hash) ? 'equal' : 'different'
}

function utf16(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i + 1 < bytes.length; i += 2)
    text += String.fromCharCode((bytes[i] as number) | ((bytes[i + 1] as number) << 8))
  return text
}

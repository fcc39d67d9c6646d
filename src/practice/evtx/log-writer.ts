/**
 * Writes one complete log, chunk by chunk: memory stays at one chunk however long the log is. Either as the event service
 * keeps it (header ids are EventRecordIDs) or as an export leaves it (header ids from 1).
 */
import { crc32 } from 'node:zlib'
import { assert } from '../../base/refusal.ts'
import { fileTime, formatUtc } from '../../domain/time.ts'
import { chunkSize, fileHeaderBlock } from '../../evtx/format.ts'
import { ChunkWriter, type Instance } from './chunk-writer.ts'
import {
  defineTemplate,
  type EventSchema,
  eventNamespace,
  innerTree,
  innerTypes,
  outerTree,
  systemTypes,
} from './schema.ts'
import { attribute, type ElementNode, element, type TemplateDefinition, text } from './tree.ts'
import { type FieldType, type FieldValue, valueLength, valueText } from './value.ts'

/** One event to be written. Values go by field name; a name the schema lacks is refused, a missing one becomes empty text or NULL. */
export interface RecordDraft {
  readonly schema: EventSchema
  readonly recordId: bigint
  /** TimeCreated, ticks since 1601 */
  readonly time: bigint
  readonly computer: string
  readonly processId: number
  readonly threadId: number
  readonly values: Readonly<Record<string, FieldValue>>
  readonly userSid?: string
  readonly activityId?: string
}

export interface LogOptions {
  /** `event-record-id`: a raw copy · `renumbered`: an export, header ids from 1. Default: renumbered. */
  readonly headerIds?: 'event-record-id' | 'renumbered'
  /** `inline`: no templates, every value as text, as forwarded and re-logged events are stored. Default: templates. */
  readonly form?: 'templates' | 'inline'
  /** sets the header's dirty flag, as in a copy of a live log; `stale-header` also leaves the counters of the first chunk */
  readonly dirty?: 'no' | 'flag' | 'stale-header'
  /** chunks are allocated in groups of so many; the rest of the last group is zero. Default 1: none. */
  readonly allocate?: number
  /** record-header FILETIME when it is not TimeCreated (an export may differ by what the service added) */
  readonly headerTime?: (time: bigint) => bigint
}

/** Where the bytes go: a file at a position, or memory. */
export interface ByteSink {
  write(bytes: Uint8Array, position: number): void
}

const largestChunkCount = 65_535
/** Chunk less its header and what one record's own templates and names may need. */
const largestValues = chunkSize - 512 - 12_288

export class LogWriter {
  readonly #sink: ByteSink
  readonly #options: LogOptions
  readonly #chunk = new ChunkWriter()
  readonly #outer = new Map<string, TemplateDefinition>()
  readonly #inner = new Map<EventSchema, TemplateDefinition>()
  readonly #fieldNames = new Map<EventSchema, ReadonlySet<string>>()
  #chunks = 0
  #headerId = 0n
  #headerAfterFirstChunk: Buffer | undefined
  #hasLeftovers = false
  /** live records written so far */
  records = 0

  constructor(sink: ByteSink, options: LogOptions = {}) {
    this.#sink = sink
    this.#options = options
  }

  /** Appends a record. Throws when it cannot fit a chunk or the format's 65,535 chunks are full. */
  add(draft: RecordDraft): void {
    if (this.#hasLeftovers) this.#flush()
    this.#append(draft)
    this.records++
  }

  /** Leaves a complete record behind the free offset of the current chunk, as an overwritten log does. False: no room. */
  addLeftover(draft: RecordDraft): boolean {
    if (this.#chunk.isEmpty) return false
    this.#chunk.endLive()
    this.#hasLeftovers = true
    const id = this.#options.headerIds === 'event-record-id' ? draft.recordId : this.#headerId + 1n
    return this.#chunk.append(id, this.#headerTime(draft.time), this.#content(draft))
  }

  /** Writes what is left and the file header. */
  finish(): { readonly records: number; readonly chunks: number; readonly bytes: number } {
    if (!this.#chunk.isEmpty || this.#chunks === 0) this.#flush()
    const group = this.#options.allocate ?? 1
    let end = this.#chunks
    for (; end % group !== 0; end++)
      this.#sink.write(new Uint8Array(chunkSize), fileHeaderBlock + end * chunkSize)
    const stale = this.#options.dirty === 'stale-header' ? this.#headerAfterFirstChunk : undefined
    this.#sink.write(stale ?? this.#header(), 0)
    return { records: this.records, chunks: this.#chunks, bytes: fileHeaderBlock + end * chunkSize }
  }

  #headerTime(time: bigint): bigint {
    return this.#options.headerTime?.(time) ?? time
  }

  #append(draft: RecordDraft): void {
    const id = this.#options.headerIds === 'event-record-id' ? draft.recordId : this.#headerId + 1n
    const content = this.#content(draft)
    const time = this.#headerTime(draft.time)
    if (!this.#chunk.append(id, time, content)) {
      assert(!this.#chunk.isEmpty, `record ${draft.recordId} fits one chunk`)
      this.#flush()
      assert(this.#chunk.append(id, time, content), `record ${draft.recordId} fits one chunk`)
    }
    this.#headerId = id
  }

  #flush(): void {
    assert(this.#chunks < largestChunkCount, 'a log has at most 65,535 chunks')
    this.#sink.write(this.#chunk.finish(), fileHeaderBlock + this.#chunks * chunkSize)
    this.#chunks++
    this.#hasLeftovers = false
    if (this.#chunks === 1) this.#headerAfterFirstChunk = this.#header()
  }

  #header(): Buffer {
    const header = Buffer.alloc(fileHeaderBlock)
    header.write('ElfFile\0', 0, 'latin1')
    header.writeBigUInt64LE(0n, 0x08)
    header.writeBigUInt64LE(BigInt(this.#chunks - 1), 0x10)
    header.writeBigUInt64LE(this.#headerId + 1n, 0x18)
    header.writeUInt32LE(0x80, 0x20)
    header.writeUInt16LE(1, 0x24)
    header.writeUInt16LE(3, 0x26)
    header.writeUInt16LE(fileHeaderBlock, 0x28)
    header.writeUInt16LE(this.#chunks, 0x2a)
    header.writeUInt32LE((this.#options.dirty ?? 'no') === 'no' ? 0 : 1, 0x78)
    header.writeUInt32LE(crc32(header.subarray(0, 0x78)), 0x7c)
    return header
  }

  #content(draft: RecordDraft): Instance | ElementNode {
    const fields = innerTypes(draft.schema)
    const names = remembered(this.#fieldNames, draft.schema, () => new Set(fields.map(([name]) => name)))
    for (const name in draft.values) {
      assert(names.has(name), `event ${draft.schema.eventId} v${draft.schema.version} has a field ${name}`)
    }
    let length = 0
    for (const [name, type] of fields) length += valueLength(type, draft.values[name])
    assert(length <= largestValues, `the values of record ${draft.recordId} fit one chunk (${length} bytes)`)
    return this.#options.form === 'inline' ? inlineTree(draft, fields) : this.#instance(draft, fields)
  }

  #instance(draft: RecordDraft, fields: readonly (readonly [string, FieldType])[]): Instance {
    const { schema, computer } = draft
    const wrapped = schema.shape.kind === 'user-data'
    const key = `${computer}\0${schema.provider.eventSourceName ?? ''}\0${wrapped}`
    const outer = remembered(this.#outer, key, () =>
      defineTemplate(outerTree(computer, schema.provider, wrapped)),
    )
    const inner = remembered(this.#inner, schema, () => defineTemplate(innerTree(schema)))
    return {
      template: outer,
      types: systemTypes,
      values: [
        schema.level,
        schema.opcode,
        schema.task,
        schema.eventId,
        schema.qualifiers,
        schema.keywords,
        draft.time,
        draft.activityId,
        draft.processId,
        draft.threadId,
        draft.recordId,
        schema.version,
        draft.userSid,
        undefined,
        schema.provider.name,
        schema.provider.guid,
        schema.channel,
        {
          template: inner,
          types: fields.map(([, type]) => type),
          values: fields.map(([name, type]) => givenOrEmpty(type, draft.values[name])),
        },
      ],
    }
  }
}

/** Windows writes an empty string where it has no text, never NULL; NULL has to be asked for with `null`. */
const givenOrEmpty = (type: FieldType, value: FieldValue): FieldValue =>
  value === undefined && type === 'string' ? '' : value

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}

const isoTime = (ticks: bigint) => formatUtc(fileTime(ticks)).replace('Z', '00Z')

/** The same event without any template: what an event collector stores. */
function inlineTree(draft: RecordDraft, fields: readonly (readonly [string, FieldType])[]): ElementNode {
  const { schema } = draft
  const leaf = (name: string, content: string) => element(name, [], content === '' ? [] : [text(content)])
  const shown = ([name, type]: readonly [string, FieldType]) => valueText(type, draft.values[name], isoTime)
  const provider = [attribute('Name', text(schema.provider.name))]
  if (schema.provider.guid !== undefined) provider.push(attribute('Guid', text(schema.provider.guid)))
  const system = element(
    'System',
    [],
    [
      element('Provider', provider),
      element(
        'EventID',
        schema.qualifiers === undefined ? [] : [attribute('Qualifiers', text(String(schema.qualifiers)))],
        [text(String(schema.eventId))],
      ),
      leaf('Version', String(schema.version)),
      leaf('Level', String(schema.level)),
      leaf('Task', String(schema.task)),
      leaf('Opcode', String(schema.opcode)),
      leaf('Keywords', `0x${schema.keywords.toString(16)}`),
      element('TimeCreated', [attribute('SystemTime', text(isoTime(draft.time)))]),
      leaf('EventRecordID', draft.recordId.toString()),
      element('Correlation', draft.activityId ? [attribute('ActivityID', text(draft.activityId))] : []),
      element('Execution', [
        attribute('ProcessID', text(String(draft.processId))),
        attribute('ThreadID', text(String(draft.threadId))),
      ]),
      leaf('Channel', schema.channel),
      leaf('Computer', draft.computer),
      element('Security', draft.userSid ? [attribute('UserID', text(draft.userSid))] : []),
    ],
  )
  const named = (entry: readonly [string, FieldType]) => {
    const content = shown(entry)
    return element('Data', [attribute('Name', text(entry[0]))], content === '' ? [] : [text(content)])
  }
  const own =
    schema.shape.kind === 'user-data'
      ? element(
          'UserData',
          [],
          [
            element(
              schema.shape.name,
              [attribute('xmlns', text(schema.shape.namespace))],
              fields.map((entry) => leaf(entry[0], shown(entry))),
            ),
          ],
        )
      : schema.shape.kind === 'strings'
        ? element(
            'EventData',
            [],
            [
              ...((draft.values.Strings ?? []) as readonly string[]).map((line) => leaf('Data', line)),
              leaf('Binary', valueText('binary', draft.values.Binary, isoTime)),
            ],
          )
        : element('EventData', [], fields.map(named))
  return element('Event', [attribute('xmlns', text(eventNamespace))], [system, own])
}

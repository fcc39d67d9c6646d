/**
 * Trouble met while reading a log. The reader goes on; whoever consumes it stores this beside the records.
 * `chunk` is the index of the 64 KiB chunk, `offset` the byte offset inside it (inside the file when chunk is -1).
 */
export interface EvtxProblem {
  readonly code:
    | 'evtx.file.empty'
    | 'evtx.file.not-evtx'
    | 'evtx.file.legacy-evt'
    | 'evtx.file.header-damaged'
    | 'evtx.file.header-checksum'
    | 'evtx.file.chunk-count'
    | 'evtx.file.version'
    | 'evtx.file.truncated'
    | 'evtx.file.unreadable'
    | 'evtx.chunk.bad-magic'
    | 'evtx.chunk.header-checksum'
    | 'evtx.chunk.data-checksum'
    | 'evtx.chunk.truncated'
    | 'evtx.chunk.free-offset'
    | 'evtx.record.framing'
    | 'evtx.record.size-copy'
    | 'evtx.record.unreadable'
    | 'evtx.record.incomplete'
    | 'evtx.record.number'
    | 'evtx.record.zeroed'
    | 'evtx.record.stale'
  readonly severity: 'info' | 'warning' | 'error'
  readonly chunk: number
  readonly offset: number
  readonly what: string
  /** how many records are known to be lost by it; 0 when nothing is */
  readonly lost: number
}

/** Thrown inside the reader only, and always caught per record: `offset` is inside the chunk. */
export class BinXmlError extends Error {
  override readonly name = 'BinXmlError'
  readonly offset: number
  constructor(what: string, offset: number) {
    super(what)
    this.offset = offset
  }
}

/** The id that an instance repeats is not that of the definition it points to: another one stands there now. */
export class TemplateIdMismatch extends BinXmlError {}

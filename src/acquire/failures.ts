/** How talking to a host can end short of an answer. */

/** The connection is gone: what was staged and what was received so far stays, so that it can go on from there. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
  /** exit code of the connecting program, when it ended */
  readonly exitCode: number | null
  /** what it had said on stderr, as text */
  readonly stderr: string
  constructor(what: string, exitCode: number | null = null, stderr = '') {
    super(what)
    this.exitCode = exitCode
    this.stderr = stderr
  }
}

/** The host answered what the protocol does not know: it may be broken, or it may be hostile. */
export class Garbage extends Error {
  override readonly name = 'Garbage'
}

/** How an error tells of itself apart from its words. */
export interface FailureMarks {
  /** class name of the exception */
  readonly error: string
  /** HRESULT of the innermost cause, as a signed 32-bit number */
  readonly code: number
  /** every number of the chain of causes */
  readonly codes: readonly number[]
  /** PowerShell's fully qualified error id */
  readonly fqid: string
}

/** The host could not fulfil one request. Others go on. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed'
  readonly marks: FailureMarks
  constructor(what: string, marks: Partial<FailureMarks> = {}) {
    super(what)
    this.marks = { error: '', code: 0, codes: [], fqid: '', ...marks }
  }
}

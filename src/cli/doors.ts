import type { Operator } from '../domain/operator.ts'
import type { OnProgress } from '../domain/progress.ts'
import type { OpenCase } from '../workflow/open-case.ts'

/** The verbs of the workflow as the command line uses them. Injected, so that tests can stand in front of them. */
export interface Doors {
  /** true where a case lies in this folder itself */
  isCaseFolder(dir: string): boolean
  createCase(dir: string, about: { title: string; operator: Operator }): Promise<Case>
  openCase(dir: string, about: { operator: Operator }): Promise<Case>
  importEvidence(open: Case, paths: readonly string[], how: Work & { host?: string }): Promise<Imported>
  timelineSlice(open: Case, filter: TimelineFilter, from: number, count: number): Slice | Promise<Slice>
  chainsDocument(open: Case): ChainsDocument | Promise<ChainsDocument>
  listTasks(open: Case): readonly TaskHistory[] | Promise<readonly TaskHistory[]>
  dumpLogs(paths: readonly string[], how: DumpHow): Promise<Dumped>
  inspectLog(path: string, how: Work): Promise<Inspection>
  sealCase(open: Case, how: Work & SealWish): Promise<Sealed>
  verifyBundleFile(path: string, how: Work & Trust): Promise<Verification>
  openBundle(path: string, how: Work & Trust & { dir?: string; operator: Operator }): Promise<Case>
  practiceScenarios(): readonly Scenario[] | Promise<readonly Scenario[]>
  writePractice(dir: string, how: Work & PracticeWish): Promise<Practice>
  runServe(how: { port?: number; open: boolean; caseDir?: string; signal: AbortSignal }): Promise<void>
}

export interface Work {
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
}
export type Case = OpenCase
export interface TimelineFilter {
  readonly from?: string
  readonly to?: string
  readonly terms: readonly {
    readonly key: string
    readonly values: readonly string[]
    readonly not: boolean
  }[]
}
export interface Place {
  readonly evidenceId: string
  readonly recordId: string
  readonly chunk: number
  readonly offset: number
}
export interface Row {
  readonly index: number
  readonly time: string
  readonly eventId: number
  readonly what: string
  readonly host: string
  readonly account: string | null
  readonly address: string | null
  readonly channel: string
  readonly provider: string
  readonly citation: Place
  readonly deltaMs: number | null
  readonly marks: readonly string[]
}
export interface Slice {
  readonly total: number
  readonly all: number
  readonly rows: readonly Row[]
}
export interface ProblemLine {
  readonly code: string
  readonly severity: 'info' | 'warning' | 'error'
  readonly where: string
  readonly what: string
}
export interface Imported {
  readonly case: string
  readonly evidence: readonly {
    readonly name: string
    readonly kind: string
    readonly host: string | null
    readonly size: number
    readonly sha256: string
    readonly records: number
    readonly problems: number
  }[]
  readonly records: number
  readonly events: number
  readonly problems: readonly ProblemLine[]
}
interface Answer {
  readonly answer: string
  readonly why: string
}
export interface ChainDocument {
  readonly id: string
  readonly host: string
  readonly kind: string
  readonly time: string
  readonly task: {
    readonly path: string
    readonly action: string | null
    readonly runAs: string | null
    readonly author: string | null
    readonly hidden: boolean | null
    readonly runLevel: string | null
    readonly trigger: string | null
  }
  readonly account: {
    readonly sid: string | null
    readonly name: string | null
    readonly domain: string | null
  }
  readonly source: {
    readonly ip: string | null
    readonly port: number | null
    readonly host: string | null
    readonly logonId: string | null
    readonly basis: string | null
    readonly strength: string | null
    readonly candidates: readonly {
      readonly ip: string
      readonly port: number | null
      readonly logonId: string | null
    }[]
    readonly rejected: readonly {
      readonly ip: string
      readonly port: number | null
      readonly logonId: string | null
      readonly why: string
    }[]
  }
  readonly taskLogonId: string | null
  readonly path: string
  readonly mechanism: string
  readonly mechanismWhy: string
  readonly executed: Answer
  readonly deleted: Answer
  readonly steps: readonly {
    readonly role: string
    readonly eventId: number
    readonly recordId: string
    readonly time: string
    readonly deltaMs: number
    readonly what: string
  }[]
  readonly links: readonly {
    readonly rule: string
    readonly from: string
    readonly to: string
    readonly deltaMs: number
    readonly strength: string
    readonly fields: Readonly<Record<string, string>>
    readonly why: string
  }[]
  readonly gaps: readonly { readonly expected: string; readonly state: string; readonly why: string }[]
  readonly resembles: readonly {
    readonly tool: string
    readonly because: readonly string[]
    readonly differs: readonly string[]
  }[]
}
export interface ChainsDocument {
  readonly schema: string
  readonly chains: readonly ChainDocument[]
}
export type TaskHistory = Readonly<Record<string, unknown>>
export interface DumpHow {
  readonly format: 'jsonl' | 'xml'
  readonly recovered: boolean
  readonly signal: AbortSignal
  readonly write: (text: string) => void | Promise<void>
}
export interface Dumped {
  readonly records: number
  readonly problems: number
}
export interface Inspection {
  readonly sha256: string
  readonly size: number
  readonly version: string
  readonly dirty: boolean
  readonly provenance: string
  readonly provenanceReasons?: readonly string[]
  readonly chunks: {
    readonly total: number
    readonly used: number
    readonly empty: number
    readonly bad: number
  }
  readonly records: number
  readonly recoverable: number
  readonly recordIds: {
    readonly first: string | null
    readonly last: string | null
    readonly gaps: readonly {
      readonly from: string
      readonly to: string
      readonly missing: string | number
    }[]
  }
  readonly times: {
    readonly first: string | null
    readonly last: string | null
    readonly backwards: readonly unknown[]
  }
  readonly channels: Readonly<Record<string, number>>
  readonly eventIds: Readonly<Record<string, number>>
  readonly problems: readonly ProblemLine[]
}
export interface SealWish {
  readonly outDir: string
  readonly sign: boolean
  readonly caseNumber: string
  readonly purpose: string
  readonly to: string
}
export interface Sealed {
  readonly path: string
  readonly sidecar: string
  readonly bagDigest: string
  readonly zipSha256: string
  readonly signer: { readonly fingerprint: string; readonly publicKey: string } | null
  readonly files: number
  readonly bytes: number
  readonly verdict: string
}
export interface Trust {
  readonly allowedSigners?: string
  readonly ticketSha256?: string
}
export interface Verification {
  readonly verdict: string
  readonly bagDigest: string | null
  readonly zipSha256: string | null
  readonly signer: { readonly fingerprint: string; readonly identity: string | null } | null
  readonly findings: readonly {
    readonly severity: string
    readonly code: string
    readonly path: string | null
    readonly what: string
    readonly hint: string | null
  }[]
  readonly checked: { readonly files: number; readonly bytes: number }
}
export interface Scenario {
  readonly name: string
  readonly title: string
  readonly teaches: string
}
export interface PracticeWish {
  readonly scenario: string
  readonly seed?: number
  readonly noise?: number
}
export interface Practice {
  readonly dir: string
  readonly files: readonly string[]
  readonly truthPath: string
}

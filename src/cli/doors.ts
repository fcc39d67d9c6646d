import type { Citation } from '../domain/locator.ts'
import type { Mark, MarkStatement } from '../domain/marks.ts'
import type { Operator } from '../domain/operator.ts'
import type { OnProgress } from '../domain/progress.ts'
import type { ChainsJson } from '../report/chains-json.ts'
import type { acquireFiles, FilesOptions } from '../workflow/acquire-files.ts'
import type { AcquireOptions, AcquireResult } from '../workflow/acquire-host.ts'
import type { HostOutcome, HostsOptions } from '../workflow/acquire-hosts.ts'
import type { DumpOptions } from '../workflow/dump-log.ts'
import type { ExportOptions, ExportResult } from '../workflow/export-case.ts'
import type { importEvidence } from '../workflow/import-evidence.ts'
import type { inspectLog } from '../workflow/inspect-log.ts'
import type { changePassphrase, KeyFacts } from '../workflow/key-facts.ts'
import type { Leftover } from '../workflow/leftovers.ts'
import type { TaskEntry, TaskHost } from '../workflow/list-tasks.ts'
import type { PracticeOptions, WrittenPractice } from '../workflow/make-practice.ts'
import type { ReportOptions } from '../workflow/make-report.ts'
import type { OpenBundleOptions } from '../workflow/open-bundle.ts'
import type { OpenCase } from '../workflow/open-case.ts'
import type { AnswersDocument, allowDocument, iocsDocument } from '../workflow/playbook-answers.ts'
import type { HostOptions, PreflightReport } from '../workflow/preflight-host.ts'
import type { PrintOptions } from '../workflow/print-report.ts'
import type { FilledQueries } from '../workflow/query/filled-queries.ts'
import type { QueryRequest, QueryResult } from '../workflow/query/query-case.ts'
import type { TimelineFilter, TimelineRow } from '../workflow/read-timeline.ts'
import type { readyIngest } from '../workflow/ready-ingest.ts'
import type {
  AdmitReceiptOptions,
  AdmittedReceipt,
  MakeReceiptOptions,
  WrittenReceipt,
} from '../workflow/receipts.ts'
import type { SealCaseOptions, SealCaseResult } from '../workflow/seal-bundle.ts'
import type { summariseCase } from '../workflow/summarise-case.ts'
import type { TrustedSigner, TrustedSigners } from '../workflow/trusted-signers.ts'
import type { VerifyBundleOptions, verifyBundleFile } from '../workflow/verify-bundle.ts'

export type ReadyIngest = ReturnType<typeof readyIngest>

/** The verbs of the workflow as the command line uses them. Injected, so that tests can stand in front of them. */
export interface Doors {
  /** true where a case lies in this folder itself */
  isCaseFolder(dir: string): boolean
  createCase(dir: string, about: { title: string; operator: Operator }): Promise<Case>
  openCase(dir: string, about: { operator: Operator; access?: 'read' | 'write' }): Promise<Case>
  /** Starts the threads of an import while the case is being opened; to be handed to it, or stopped. */
  readyIngest(paths: readonly string[]): Promise<ReadyIngest>
  importEvidence(
    open: Case,
    paths: readonly string[],
    how: Work & { host?: string; archivePassword?: string | undefined; threads?: ReadyIngest },
  ): Promise<Imported>
  preflightHost(how: HostOptions): Promise<PreflightReport>
  preflightHosts(
    hosts: readonly string[],
    how: Omit<HostsOptions, 'resume'>,
  ): Promise<readonly HostOutcome<PreflightReport>[]>
  acquireHost(open: Case, how: AcquireOptions): Promise<AcquireResult>
  acquireHosts(
    open: Case,
    hosts: readonly string[],
    how: HostsOptions,
  ): Promise<readonly HostOutcome<AcquireResult>[]>
  acquireFiles(open: Case, how: FilesOptions): ReturnType<typeof acquireFiles>
  readHosts(path: string): Promise<readonly string[]>
  /** the plan this case remembers of a host */
  lastPlanOf(open: Case, host: string): PlanWishes | Promise<PlanWishes>
  timelineSlice(open: Case, filter: TimelineFilter, from: number, count: number): Slice | Promise<Slice>
  chainsDocument(open: Case, asked?: { recovered?: boolean }): ChainsJson | Promise<ChainsJson>
  answersDocument(open: Case, chain?: string): AnswersDocument | Promise<AnswersDocument>
  iocsDocument(open: Case, chain?: string): IocsDocument | Promise<IocsDocument>
  /** id of the chain that begins so, or of the most serious one */
  chainId(open: Case, chain?: string): string | Promise<string>
  addMark(open: Case, statement: MarkStatement, by?: string): Promise<Mark>
  allowDocument(open: Case): AllowDocument | Promise<AllowDocument>
  listTasks(open: Case): readonly TaskEntry[] | Promise<readonly TaskEntry[]>
  taskHosts(open: Case): readonly TaskHost[] | Promise<readonly TaskHost[]>
  taskTroubles(open: Case): readonly string[] | Promise<readonly string[]>
  dumpLogs(paths: readonly string[], how: DumpOptions): Promise<{ records: number; problems: number }>
  inspectLog(path: string, how: Work): Promise<Inspection>
  queryCase(open: Case, request: QueryRequest, signal: AbortSignal): Promise<QueryResult>
  filledQueries(open: Case, chain?: string): FilledQueries | Promise<FilledQueries>
  makeReport(open: Case, how: ReportOptions): string | Promise<string>
  printReport(html: string, how: PrintOptions): Promise<Uint8Array>
  exportCase(open: Case, how: ExportOptions): Promise<ExportResult>
  sealCase(open: Case, how: SealCaseOptions): Promise<SealCaseResult>
  verifyBundleFile(path: string, how: VerifyBundleOptions): Promise<Verification>
  /** writes the plain ZIP of an encrypted bundle */
  decryptBundleFile(path: string, target: string, how: VerifyBundleOptions): Promise<void>
  casesFolder(): string | Promise<string>
  findLeftovers(folders: readonly string[]): Promise<readonly Leftover[]>
  removeLeftovers(paths: readonly string[]): Promise<readonly Leftover[]>
  trustedSigners(): Promise<TrustedSigners>
  addTrustedSigners(text: string, name: string | undefined): Promise<readonly TrustedSigner[]>
  removeTrustedSigner(which: string): Promise<readonly TrustedSigner[]>
  openBundle(paths: readonly string[], how: OpenBundleOptions): Promise<Case>
  makeReceipt(path: string, how: MakeReceiptOptions): Promise<WrittenReceipt>
  admitReceipt(open: Case, path: string, how: AdmitReceiptOptions): Promise<AdmittedReceipt>
  /** null: none was made yet */
  ownKey(operator: Operator): Promise<KeyFacts | null>
  keysOfAgent(operator: Operator): Promise<readonly KeyFacts[]>
  newKey(operator: Operator, passphrase: string | undefined): Promise<KeyFacts>
  changePassphrase(operator: Operator, change: Parameters<typeof changePassphrase>[1]): Promise<KeyFacts>
  summariseCase(open: Case): Promise<CaseSummary>
  practiceScenarios(): readonly Scenario[] | Promise<readonly Scenario[]>
  writePractice(dir: string, how: PracticeOptions): Promise<WrittenPractice>
  runServe(how: { port?: number; open: boolean; caseDir?: string; signal: AbortSignal }): Promise<void>
}

export interface Work {
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
}
export type Case = OpenCase
export type { AnswersDocument, Mark, MarkStatement, TimelineFilter }
export type AllowDocument = ReturnType<typeof allowDocument>
export type IocsDocument = ReturnType<typeof iocsDocument>
export type Place = Citation
export type Row = TimelineRow
export interface Slice {
  readonly total: number
  readonly all: number
  readonly rows: readonly Row[]
  /** there when recovered records were asked for */
  readonly recovered?: { readonly shown: number; readonly all: number; readonly notes: readonly string[] }
}
export interface ProblemLine {
  readonly code: string
  readonly severity: 'info' | 'warning' | 'error'
  readonly where: string
  readonly what: string
}
export type { QueryRequest, QueryResult }
export type FilledQuery = FilledQueries['queries'][number]
export type Imported = Awaited<ReturnType<typeof importEvidence>>
/** What an acquisition brought, from a live host or from files. */
export type Acquisition = Omit<AcquireResult, 'preflight' | 'runId'>
export type { ExportFormat } from '../workflow/export-case.ts'
export type PlanWishes = AcquireOptions['plan']
export type { KeyFacts, PreflightReport, TrustedSigner }
export type HostResult = HostOutcome<AcquireResult> | HostOutcome<PreflightReport>
export type { ChainsJson }
export type ChainDocument = ChainsJson['chains'][number]
export type { TaskEntry, TaskHost }
export type Inspection = Awaited<ReturnType<typeof inspectLog>>
export type CaseSummary = Awaited<ReturnType<typeof summariseCase>>
export type Verification = Awaited<ReturnType<typeof verifyBundleFile>>
export interface Scenario {
  readonly name: string
  readonly title: string
  readonly teaches: string
}

import type { EvidenceId } from './ids.ts'

export const evidenceKinds = [
  'evtx',
  /** events as another tool exported them, CSV or JSON */
  'event-table',
  'task-xml',
  /** a .job file of the old scheduler, raw */
  'task-job',
  /** tasks as the service lists them, JSON */
  'task-list',
  /** TaskCache keys of the registry with raw values, JSON */
  'task-cache',
  'registry-hive',
  'host-facts',
  /** what passes on a live host: processes, connections and the like, JSON */
  'host-state',
  /** how an acquisition was made and what traces it left, JSON */
  'acquisition',
  /** the log a foreign collector kept of its own work */
  'collector-log',
  'archive',
  'ticket',
  'other',
] as const
export type EvidenceKind = (typeof evidenceKinds)[number]

/** Kinds that hold records of event logs. */
export const holdsRecords = (kind: string): boolean => kind === 'evtx' || kind === 'event-table'

/** Windows logs are told apart by how they came to be: decides what a missing record may mean (windows.md §2.1). */
export type ProvenanceClass =
  | 'raw-live-copy'
  | 'raw-copy'
  | 'full-export'
  | 'filtered-export'
  | 're-saved'
  | 'undetermined'

/** One stored item: bytes with their hash and where they came from. Never changes. */
export interface EvidenceItem {
  readonly id: EvidenceId
  readonly size: number
  readonly kind: EvidenceKind
  /** name of the file as it was found; evidence text, never used as a path */
  readonly name: string
  /** path as given by the operator, or `archive.zip!inner/name` */
  readonly origin: string
  /** host the item is about: recorded in it or given by the operator */
  readonly host: string | undefined
  readonly admittedAt: string
}

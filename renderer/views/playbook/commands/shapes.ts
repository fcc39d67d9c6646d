import type { Target } from './target.ts'

/** A command of the playbook: as written, what is wrong with it, and its right form for one chain. */
export interface Command {
  readonly id: string
  readonly title: string
  readonly language: 'PowerShell' | 'KQL'
  /** to the letter */
  readonly written: string
  /** what happens when it is run as written; each a sentence */
  readonly faults: readonly string[]
  right(target: Target): string
  /** to know before it is run */
  notes(target: Target): readonly string[]
  /** changes the host or an account: evidence first, and a person decides */
  readonly changes: boolean
}

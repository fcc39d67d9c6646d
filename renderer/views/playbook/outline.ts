/** The written playbook: its parts, their headings and minutes, in its own words and order, with the commands it names. */
import type { ChecklistRowShape } from '../../../src/contract/playbook-shapes.ts'
import { kql } from './commands/kql.ts'
import { powerShell as ps } from './commands/power-shell.ts'
import type { Command } from './commands/shapes.ts'

export interface Section {
  /** as the contract names it; null: commands or the IOC table only */
  readonly phase: string | null
  readonly title: string
  readonly commands: readonly Command[]
  readonly iocs?: true
}
export interface Part {
  readonly id: string
  readonly title: string
  /** as the heading of the playbook has them */
  readonly minutes: number | null
  readonly sections: readonly Section[]
}

const section = (phase: string | null, title: string, commands: readonly Command[] = []): Section => ({
  phase,
  title,
  commands,
})

export const outline: readonly Part[] = [
  {
    id: 'triage',
    title: 'Initial Triage',
    minutes: 15,
    sections: [
      section('validation', 'Validate the Alert'),
      section(null, 'Quick Context Gathering', [kql.context]),
      section('decision', 'Decision Point'),
    ],
  },
  {
    id: 'investigation',
    title: 'Investigation',
    minutes: 15,
    sections: [
      section('evidence-collection', 'Evidence collection', [kql.investigate, ps.details, ps.list, ps.times]),
      section('key-questions', 'Key Questions To Answer'),
    ],
  },
  {
    id: 'containment',
    title: 'Containment',
    minutes: 30,
    sections: [
      section('containment', 'Immediate Actions', [ps.disable, ps.suspend, ps.password]),
      section('network-team', 'Coordinate with Network Team'),
      section('evidence-preservation', 'Evidence Preservation', [ps.save, ps.image]),
    ],
  },
  {
    id: 'eradication',
    title: 'Eradication',
    minutes: 15,
    sections: [section('eradication', 'Removal Actions', [ps.remove, ps.scan, kql.spread])],
  },
  {
    id: 'recovery',
    title: 'Recovery',
    minutes: 15,
    sections: [section('recovery', 'Restoration steps')],
  },
  {
    id: 'post-incident',
    title: 'Post-Incident',
    minutes: null,
    sections: [
      section('documentation', 'Documentation'),
      section('lessons-learned', 'Lessons Learned'),
      { phase: null, title: 'IOC to Track', commands: [], iocs: true },
      section('escalation', 'Escalation Criteria'),
    ],
  },
]

/** Rows of a part, in the order of the playbook. */
export const rowsOfPart = (part: Part, checklist: readonly ChecklistRowShape[]) =>
  part.sections.flatMap((one) => checklist.filter((row) => row.phase === one.phase))

/** Rows whose phase this window has no heading for: shown at the end, never dropped. */
export function rowsWithoutPlace(checklist: readonly ChecklistRowShape[]): readonly ChecklistRowShape[] {
  const known = new Set(outline.flatMap((part) => part.sections.map((one) => one.phase)))
  return checklist.filter((row) => !known.has(row.phase))
}

export const tallyOf = (rows: readonly ChecklistRowShape[]): number =>
  rows.filter((row) => row.ticked !== null).length

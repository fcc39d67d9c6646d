/** One heading of the playbook: its lines, its commands, or its IOC table. */
import type { AnswersDocument, ChecklistRowShape } from '../../../src/contract/playbook-shapes.ts'
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { AllowPart } from './allow-part.tsx'
import { ChecklistRow } from './checklist-row.tsx'
import { CommandLine } from './command-line.tsx'
import { Decision } from './decision.tsx'
import { IocTable } from './ioc-table.tsx'
import type { Section } from './outline.ts'

/** The conflict that a line is part of, by its id. */
const conflictOfRow: Readonly<Record<string, string>> = {
  'validate-account-privilege': 'administrative-false-positive',
  'validate-source-address': 'internal-address-false-positive',
  'validate-events-present': 'events-missing',
  'decide-escalate': 'decision-point',
  'decide-close': 'decision-point',
}

export function ChecklistSection(props: {
  section: Section
  answers: AnswersDocument
  chain: ChainShape
  conflicts: ReadonlySet<string>
  /** when they are not those of the section's phase */
  rows?: readonly ChecklistRowShape[]
}) {
  const { section, answers, chain } = props
  const rows = props.rows ?? answers.checklist.filter((row) => row.phase === section.phase)
  const id = `h-s-${section.title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`
  return (
    <section className="playbook-section" aria-labelledby={id}>
      <h3 className="block-title" id={id}>
        {section.title}
      </h3>
      {rows.length > 0 ? (
        <>
          <div className="list-head" aria-hidden="true">
            <span />
            <span>As the playbook says it</span>
            <span>From evidence</span>
            <span>Why</span>
          </div>
          <ul>
            {rows.map((row) => (
              <ChecklistRow
                key={row.id}
                row={row}
                answers={answers}
                isConflict={props.conflicts.has(conflictOfRow[row.id] ?? '')}
              />
            ))}
          </ul>
        </>
      ) : null}
      {section.phase === 'decision' ? (
        <>
          <Decision answers={answers} />
          <AllowPart chain={chain} answers={answers} />
        </>
      ) : null}
      {section.iocs ? <IocTable iocs={answers.iocs} /> : null}
      {section.commands.length > 0 ? (
        <div className="commands">
          {rows.length > 0 ? (
            <h4 className="commands-title">
              {section.commands.length === 1 ? 'Command' : 'Commands'} to run
            </h4>
          ) : null}
          {section.commands.map((command) => (
            <CommandLine key={command.id} command={command} chain={chain} />
          ))}
        </div>
      ) : null}
    </section>
  )
}

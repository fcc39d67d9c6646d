/** A command of the playbook: what is wrong with it as written, and its right form filled in, ready to copy. */
import { useId, useState } from 'react'
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { Chip, Citations, Escape, Icon, plural } from '../../widgets/index.ts'
import { CopyButton } from '../handover/copy-button.tsx'
import type { Command } from './commands/shapes.ts'
import { targetOf } from './commands/target.ts'

/** Commands that look for the task on the host, which finds nothing once it is deleted. */
const asksForTask: ReadonlySet<string> = new Set(['details', 'times', 'disable', 'save', 'remove'])

export function CommandLine(props: { command: Command; chain: ChainShape }) {
  const { command, chain } = props
  const [open, setOpen] = useState(false)
  const id = useId()
  const target = targetOf(chain)
  const right = command.right(target)
  const gone = chain.deleted.answer === 'yes' && asksForTask.has(command.id)
  return (
    <div className="command-line">
      <div className="command-line-head">
        <button
          type="button"
          className="command-toggle"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? 'down' : 'right'} small />
          <span className="command-title">{command.title}</span>
          <span className="low">{command.language}</span>
          <span className="command-faults">{plural(command.faults.length, 'fault')} as written</span>
        </button>
        {command.changes ? <Chip>Changes the host or an account</Chip> : null}
        <CopyButton text={right} label={`Copy right form: ${command.title}`}>
          Copy right form
        </CopyButton>
      </div>
      <div className="command-pair" id={id} hidden={!open}>
        <div className="command command-written">
          <div className="command-head">As written</div>
          <pre>{command.written}</pre>
          <ul className="faults">
            {command.faults.map((fault) => (
              <li key={fault}>
                <Icon name="close" small />
                <span>{fault}</span>
              </li>
            ))}
          </ul>
        </div>
        <div className="command">
          <div className="command-head">Filled in for this chain</div>
          <pre>
            <Escape text={right} code lines />
          </pre>
          <ul className="faults">
            {gone ? (
              <li>
                <Icon name="note" small />
                <span>
                  Finds nothing now: the task was deleted. What is known of it is in the record{' '}
                  <Citations at={anchorOf(chain)} most={1} />.
                </span>
              </li>
            ) : null}
            {command.changes ? (
              <li>
                <Icon name="warn" small />
                <span>Evidence first. Tasktrail does not run it.</span>
              </li>
            ) : null}
            {command.notes(target).map((note) => (
              <li key={note}>
                <Icon name="note" small />
                <span>{note}</span>
              </li>
            ))}
          </ul>
        </div>
      </div>
    </div>
  )
}

function anchorOf(chain: ChainShape) {
  const step = chain.steps.find((each) => each.deltaMs === 0)
  return step
    ? [{ evidenceId: step.evidenceId, recordId: step.recordId, chunk: step.chunk, offset: step.offset }]
    : []
}

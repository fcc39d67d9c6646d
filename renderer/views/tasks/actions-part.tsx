/** What the task runs: the line as it is written, and beside it what it comes to. Nothing here was run. */
import type { TaskEntryShape } from '../../../src/contract/task-shapes.ts'
import { Escape } from '../../widgets/index.ts'
import { CommandText } from '../processes/command-text.tsx'

export function ActionsPart(props: { task: TaskEntryShape }) {
  const { actions } = props.task
  if (actions.length === 0) return null
  return (
    <section aria-labelledby="h-runs">
      <h2 className="block-title" id="h-runs">
        What it runs <span className="hint">worked out from the text, never run</span>
      </h2>
      <div className="task-actions">
        {actions.map((action, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines may repeat
          <div className="task-action" key={place}>
            <CommandText title="As written" text={action.line} />
            <div className="task-action-told">
              {action.expanded === action.line ? null : (
                <CommandText title="Variables filled in" text={action.expanded} />
              )}
              {action.decoded === null ? null : <CommandText title="Decoded" text={action.decoded} lines />}
              <dl className="pairs">
                <Pair name="Program" value={action.path ?? action.program} />
                <Pair name="Interpreter" value={action.interpreter} />
                <Pair name="Script" value={action.script} />
                <Pair name="Output to" value={action.output} />
                <Pair name="Web addresses" value={action.urls.join('\n') || null} />
                <Pair name="Other machines" value={action.uncPaths.join('\n') || null} />
                <Pair name="Assumed" value={action.assumed.join(', ') || null} />
                <Pair name="Told by" value={[action.from, ...action.alsoIn].slice(0, 6).join(', ')} plain />
              </dl>
            </div>
          </div>
        ))}
      </div>
    </section>
  )
}

function Pair(props: { name: string; value: string | null; plain?: boolean }) {
  if (props.value === null || props.value === '') return null
  return (
    <>
      <dt>{props.name}</dt>
      <dd>
        <Escape text={props.value.slice(0, 2000)} code={!props.plain} lines />
      </dd>
    </>
  )
}

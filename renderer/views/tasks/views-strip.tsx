/** Six views that may show a task: which do, which do not, and where nobody can tell, with the reason. */
import type { TaskDetailsShape } from '../../../src/contract/task-shapes.ts'
import { Answer, Escape } from '../../widgets/index.ts'
import { asSentence } from '../overview/words.ts'
import { viewWords } from './task-words.ts'

const words = { yes: 'Shows it', no: 'Does not show it', unknown: 'Cannot tell' } as const
const states = { whole: 'taken whole', partial: 'taken in part', 'not-collected': 'not collected' } as const

export function ViewsStrip(props: {
  task: TaskDetailsShape['task']
  hostViews: TaskDetailsShape['hostViews']
}) {
  return (
    <section aria-labelledby="h-views">
      <h2 className="block-title" id="h-views">
        Where it shows <span className="hint">a view that was not taken whole proves no absence</span>
      </h2>
      <ul className="task-views">
        {props.task.views.map(({ view, shows }) => {
          const host = props.hostViews.find((each) => each.view === view)
          return (
            <li key={view} title={host ? host.why.slice(0, 2000) : undefined}>
              <span className="name">{viewWords[view] ?? view}</span>
              <Answer answer={shows} word={words[shows]} />
              <span className="low">
                {host ? states[host.state] : ''}
                <span className="unseen">. {host ? <Escape text={asSentence(host.why)} /> : null}</span>
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

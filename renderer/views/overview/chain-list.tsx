/** All chains of the case, most serious first as the engine ranks them; the first twenty, the rest on request. */
import { useState } from 'react'
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { Absent, Answer, Button, Escape, MiddleCut, plural, Stamp } from '../../widgets/index.ts'
import { shortHost } from './sentence.ts'
import { kindWord, mechanismWord } from './words.ts'

const most = 20

export function ChainList(props: {
  chains: readonly ChainShape[]
  chosen: string
  onChoose: (id: string) => void
}) {
  const [all, setAll] = useState(false)
  const shown = all ? props.chains : props.chains.slice(0, most)
  const rest = props.chains.length - shown.length
  return (
    <section className="chain-list" aria-labelledby="h-chains">
      <h2 className="block-title" id="h-chains">
        All chains <span className="hint">{plural(props.chains.length, 'chain')}, most serious first</span>
      </h2>
      <table className="table">
        <caption className="unseen">All chains of this case</caption>
        <colgroup>
          <col className="cl-time" />
          <col className="cl-host" />
          <col className="cl-kind" />
          <col />
          <col className="cl-who" />
          <col className="cl-from" />
          <col className="cl-how" />
          <col className="cl-answer" />
          <col className="cl-answer" />
        </colgroup>
        <thead>
          <tr>
            <th>Time, UTC</th>
            <th>Host</th>
            <th>Task was</th>
            <th>Task</th>
            <th>Account</th>
            <th>From</th>
            <th>Mechanism</th>
            <th>Ran</th>
            <th>Removed</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((chain) => (
            <tr key={chain.id} aria-current={chain.id === props.chosen ? 'true' : undefined}>
              <td>
                <button
                  className="link row-door"
                  type="button"
                  aria-label={`Show the chain of ${chain.task.path}`}
                  onClick={() => {
                    props.onChoose(chain.id)
                    document.getElementById('main')?.scrollTo(0, 0)
                  }}
                >
                  <Stamp time={chain.time} decimals={3} />
                </button>
              </td>
              <td className="mono" title={chain.host}>
                <Escape text={shortHost(chain.host)} />
              </td>
              <td>{kindWord(chain.kind)}</td>
              <td>
                <MiddleCut text={chain.task.path} code />
              </td>
              <td>{chain.account.name === null ? <Absent /> : <Escape text={chain.account.name} />}</td>
              <td className="mono">
                {chain.source.ip === null ? <Absent why="none" /> : <Escape text={chain.source.ip} />}
              </td>
              <td>{mechanismWord(chain.mechanism)}</td>
              <td>
                <Answer answer={chain.executed.answer} />
              </td>
              <td>
                <Answer answer={chain.deleted.answer} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 ? (
        <Button kind="quiet" small onPress={() => setAll(true)}>
          Show {plural(rest, 'more chain')}
        </Button>
      ) : null}
    </section>
  )
}

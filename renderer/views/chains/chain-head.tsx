/** The head of a view that speaks of one chain: what of which task, on which host, and the way to another chain. */
import type { ReactNode } from 'react'
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { useCase } from '../../shell/window-state.tsx'
import { Escape, HostDot } from '../../widgets/index.ts'
import { shortHost } from '../overview/sentence.ts'
import { ChainPicker } from './chain-picker.tsx'

export function ChainHead(props: { chain: ChainShape; title: string; children: ReactNode }) {
  const { chain } = props
  const { hosts } = useCase()
  return (
    <div className="view-head">
      <div className="chain-head">
        <h1 className="view-title">
          {props.title}{' '}
          <span className="mono">
            <Escape text={chain.task.path} />
          </span>
        </h1>
        <p className="view-line">
          <HostDot place={hosts.findIndex((host) => host.name === chain.host)} />{' '}
          <span title={chain.host}>
            <Escape text={shortHost(chain.host)} />
          </span>
          {props.children}
        </p>
      </div>
      <div className="view-actions">
        <ChainPicker />
      </div>
    </div>
  )
}

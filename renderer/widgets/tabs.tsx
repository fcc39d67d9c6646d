import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'

export interface TabPlace {
  readonly id: string
  readonly name: string
  /** shown beside the name; null hides it */
  readonly count?: string | null
  readonly panel: ReactNode
}

export function Tabs(props: {
  label: string
  tabs: readonly TabPlace[]
  open: string
  onOpen: (id: string) => void
  panelClass?: string
}) {
  return (
    <Base.Root
      value={props.open}
      onValueChange={(id: unknown) => props.onOpen(String(id))}
      className="tabs-root"
    >
      <Base.List className="tabs" aria-label={props.label}>
        {props.tabs.map((tab) => (
          <Base.Tab key={tab.id} value={tab.id} className="tab">
            {tab.name}
            {tab.count ? <span className="count">{tab.count}</span> : null}
          </Base.Tab>
        ))}
      </Base.List>
      {props.tabs.map((tab) => (
        <Base.Panel key={tab.id} value={tab.id} className={props.panelClass ?? 'tab-panel'}>
          {tab.panel}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}

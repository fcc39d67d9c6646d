/** The open case, and the way to another one. */
import { Menu } from '@base-ui/react/menu'
import { useState } from 'react'
import { type Trouble, troubleOf } from '../api/trouble.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Escape } from '../widgets/escape.tsx'
import { Icon } from '../widgets/icon.tsx'
import { Notice } from '../widgets/notice.tsx'
import { useApi, useCase, useWindow } from './window-state.tsx'

const most = 8

export function CaseMenu() {
  const api = useApi()
  const summary = useCase()
  const { show, go } = useWindow()
  const [open, setOpen] = useState(false)
  const [trouble, setTrouble] = useState<Trouble>()
  const recent = useAnswer(open ? `recent ${summary.caseId}` : null, (signal) =>
    api.cases.recent(undefined, { signal }),
  )
  const others = (recent.value ?? []).filter((each) => each.exists && each.dir !== summary.dir).slice(0, most)
  const choose = (dir: string) => {
    api.cases.open({ dir }).then(
      (opened) => show(opened),
      (error: unknown) => setTrouble(troubleOf(error)),
    )
  }
  return (
    <>
      <Menu.Root open={open} onOpenChange={setOpen}>
        <Menu.Trigger className="button button-quiet case-switch" title={summary.dir}>
          <span className="case-name cut">
            <Escape text={summary.title} />
          </span>
          <Icon name="down" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner className="floating" align="start" sideOffset={4}>
            <Menu.Popup className="menu case-menu">
              {others.length > 0 ? (
                <Menu.Group>
                  <Menu.GroupLabel className="menu-title">Recent cases</Menu.GroupLabel>
                  {others.map((each) => (
                    <Menu.Item key={each.dir} className="menu-item" onClick={() => choose(each.dir)}>
                      <span className="cut" title={each.dir}>
                        <Escape text={each.title} />
                      </span>
                    </Menu.Item>
                  ))}
                </Menu.Group>
              ) : null}
              <Menu.Item className="menu-item" onClick={() => go('home')}>
                <Icon name="home" />
                All cases
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {trouble ? (
        <div className="lost">
          <Notice
            kind="harm"
            title={<Escape text={trouble.message} />}
            acts={
              <button type="button" className="button button-small" onClick={() => setTrouble(undefined)}>
                Close
              </button>
            }
          >
            <Escape text={trouble.remedy} />
          </Notice>
        </div>
      ) : null}
    </>
  )
}

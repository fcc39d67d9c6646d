import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'

/** A dialog over the window. Esc and the close button end it; focus returns to where it was. */
export function Dialog(props: {
  open: boolean
  onClose: () => void
  title: ReactNode
  children: ReactNode
  acts?: ReactNode
  wide?: boolean
}) {
  return (
    <Base.Root
      open={props.open}
      onOpenChange={(open) => {
        if (!open) props.onClose()
      }}
    >
      <Base.Portal>
        <Base.Backdrop className="dialog-scrim" />
        <Base.Popup className={props.wide ? 'dialog dialog-wide' : 'dialog'}>
          <div className="dialog-head">
            <Base.Title className="dialog-title">{props.title}</Base.Title>
            <Button kind="quiet" icon="close" label="Close" onPress={props.onClose} />
          </div>
          <div className="dialog-body">{props.children}</div>
          {props.acts ? <div className="acts">{props.acts}</div> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

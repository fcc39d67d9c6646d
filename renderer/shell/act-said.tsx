/** The last act of the operator, in every view: what was kept, with the way back; or why it was not. */
import { Button } from '../widgets/button.tsx'
import { Escape } from '../widgets/escape.tsx'
import { usePlaybook } from './playbook-state.tsx'

export function ActSaid() {
  const { refused, last, undo, forget, again } = usePlaybook()
  return (
    <div className="act-said" role="status">
      {refused ? (
        <div className="toast is-harm">
          <span>
            Not kept. <Escape text={refused.message} /> <Escape text={refused.remedy} />
          </span>
          <Button
            small
            kind="quiet"
            onPress={() => {
              forget()
              again()
            }}
          >
            Close
          </Button>
        </div>
      ) : last ? (
        <div className="toast">
          <span>
            <Escape text={last.what} />.
          </span>
          <Button small kind="quiet" icon="undo" keys={['Ctrl', 'Z']} onPress={() => void undo(last.mark)}>
            Undo
          </Button>
          <Button small kind="quiet" icon="close" label="Close the message" onPress={forget} />
        </div>
      ) : null}
    </div>
  )
}

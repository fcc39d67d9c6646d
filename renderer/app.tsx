/** Connects to the engine, then shows the window. Without an engine it says so and what to do. */
import { CSPProvider } from '@base-ui/react/csp-provider'
import { useEffect, useState } from 'react'
import { type Connection, connect } from './api/client.ts'
import { type Trouble, troubleOf } from './api/trouble.ts'
import { AcquireProvider } from './shell/acquire-state.tsx'
import { ChainsProvider } from './shell/chains-state.tsx'
import { ImportProvider } from './shell/import-state.tsx'
import { PlaceProvider } from './shell/place-state.tsx'
import { PlaybookProvider } from './shell/playbook-state.tsx'
import { Shell } from './shell/shell.tsx'
import { type EngineFacts, WindowProvider } from './shell/window-state.tsx'
import { Button } from './widgets/button.tsx'
import { Notice } from './widgets/notice.tsx'

interface Ready {
  readonly connection: Connection
  readonly engine: EngineFacts
}

export function App() {
  const [ready, setReady] = useState<Ready>()
  const [trouble, setTrouble] = useState<Trouble>()
  useEffect(() => {
    let gone = false
    const start = async () => {
      const connection = await connect()
      const engine = await connection.api.app.info()
      if (gone) return
      setReady({ connection, engine })
      await connection.lost
      if (!gone) setTrouble(troubleOf(new Error('The engine has ended.')))
    }
    start().catch((error: unknown) => {
      if (!gone) setTrouble(troubleOf(error))
    })
    return () => {
      gone = true
    }
  }, [])

  return (
    <CSPProvider disableStyleElements>
      {trouble ? <Lost trouble={trouble} /> : null}
      {ready ? (
        <WindowProvider api={ready.connection.api} engine={ready.engine}>
          <ImportProvider>
            <ChainsProvider>
              <PlaybookProvider>
                <AcquireProvider>
                  <PlaceProvider>
                    <Shell />
                  </PlaceProvider>
                </AcquireProvider>
              </PlaybookProvider>
            </ChainsProvider>
          </ImportProvider>
        </WindowProvider>
      ) : null}
    </CSPProvider>
  )
}

function Lost(props: { trouble: Trouble }) {
  return (
    <div className="lost">
      <Notice
        kind="harm"
        title={props.trouble.message}
        acts={
          <Button small onPress={() => location.reload()}>
            Connect again
          </Button>
        }
      >
        {props.trouble.remedy}
      </Notice>
    </div>
  )
}

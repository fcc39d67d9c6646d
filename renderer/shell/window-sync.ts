/**
 * Several windows on one case: what one of them changed, the others ask for again. Only that something changed goes
 * from window to window; what it is each reads from the engine.
 */
import { useEffect, useRef } from 'react'

export type Changed = 'marks' | 'evidence'
const channelName = 'tasktrail.case'

const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(channelName)

/** Tells the other windows of this machine. */
export const tellWindows = (caseId: string, changed: Changed): void =>
  channel?.postMessage({ caseId, changed })

/** Calls `on` when another window changed this case, and when this one is looked at again. */
export function useOtherWindows(caseId: string | undefined, on: (changed: Changed) => void): void {
  const latest = useRef(on)
  latest.current = on
  useEffect(() => {
    if (caseId === undefined) return
    const onMessage = (message: MessageEvent<unknown>) => {
      const { data } = message
      if (typeof data !== 'object' || data === null || Reflect.get(data, 'caseId') !== caseId) return
      latest.current(Reflect.get(data, 'changed') === 'marks' ? 'marks' : 'evidence')
    }
    // another program, the command line among them, may have worked on the case meanwhile
    const onFocus = () => {
      if (document.visibilityState === 'visible') latest.current('evidence')
    }
    channel?.addEventListener('message', onMessage)
    document.addEventListener('visibilitychange', onFocus)
    return () => {
      channel?.removeEventListener('message', onMessage)
      document.removeEventListener('visibilitychange', onFocus)
    }
  }, [caseId])
}

// Starts the engine's utility process and starts it anew when it dies. Holds no evidence and no case.
import { app, type MessagePortMain, type UtilityProcess, utilityProcess } from 'electron'
import { serve } from './host-services.ts'

export interface EngineLink {
  /** hands one end of a channel to the engine, which is started when it does not run */
  connect(port: MessagePortMain): void
  /** lets the engine stop cleanly, then ends it */
  stop(): Promise<void>
}

/** Deaths within a minute after which the engine is not started again. */
const mostDeaths = 5
const deathWindowMs = 60_000
const stopWithinMs = 5000

/**
 * @param entry path of the built engine process
 * @param args what it is told: `--case DIR`
 */
export function linkEngine(
  entry: string,
  args: readonly string[],
  journal: (line: string) => void,
): EngineLink {
  let deaths: number[] = []
  let stopping = false
  let engine: UtilityProcess | undefined

  function start(): UtilityProcess {
    const started = utilityProcess.fork(entry, [...args], {
      serviceName: 'Tasktrail engine',
      stdio: 'inherit',
      // NODE_OPTIONS and the like of the operator's shell must not change what reads the evidence
      env: Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(NODE_|ELECTRON_RUN)/.test(name)),
      ),
    })
    started.on('message', (message) => {
      void serve(message).then((answer) => answer && engine === started && started.postMessage(answer))
    })
    started.on('exit', (code) => {
      if (engine === started) engine = undefined
      if (stopping) return
      deaths.push(performance.now())
      journal(`the engine ended unexpectedly (code ${code})`)
    })
    return started
  }

  return {
    connect(port) {
      deaths = deaths.filter((at) => performance.now() - at < deathWindowMs)
      if (stopping || (!engine && deaths.length >= mostDeaths)) {
        journal(`the engine ended ${deaths.length} times within a minute; it is not started again`)
        port.close() // the window learns of it by its port
        return
      }
      engine ??= start()
      engine.postMessage({ type: 'connect' }, [port])
    },
    async stop() {
      stopping = true
      const ending = engine
      if (!ending) return
      const ended = new Promise<void>((done) => ending.once('exit', () => done()))
      ending.postMessage({ type: 'stop' })
      const late = setTimeout(() => ending.kill(), stopWithinMs)
      await ended
      clearTimeout(late)
      if (!app.isPackaged) journal('the engine has stopped')
    },
  }
}

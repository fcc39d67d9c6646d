// Starts the engine in its own thread and hands out ports to it. The thread does everything that is heavy or
// synchronous (SQLite, hashing, parsing), so the thread that serves the window never stalls.
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { Refusal } from '../base/refusal.ts'
import { entryBeside } from '../workflow/beside.ts'
import type { Journal } from './attach.ts'

/** What the engine's thread is told at its start. */
export interface EngineSetup {
  /** who shows the window */
  readonly host: 'electron' | 'serve' | 'cli' | 'test'
  /** case folder to offer first, when one was named on the command line */
  readonly caseDir?: string
}

/** What goes to the engine's thread. */
export type EngineOrder = { readonly type: 'connect'; readonly port: MessagePort } | { readonly type: 'stop' }

export interface Engine {
  /**
   * A new port to the engine, ready for an oRPC message-port link or a relay. Closing it aborts what was asked
   * over it. When the engine has died, a fresh one is started; refuses (`engine.thread.failing`) when that
   * happens again and again.
   */
  connect(): MessagePort
  /** Lets running work stop where it can be resumed, closes the cases, ends the thread. */
  stop(): Promise<void>
}

export interface StartOptions {
  readonly setup: EngineSetup
  readonly journal?: Journal
  /** another entry than the product's own engine thread, for tests */
  readonly entry?: URL
  /** milliseconds stop() waits before it ends the thread by force; an open transaction is then rolled back */
  readonly stopWithinMs?: number
}

/** Deaths within a minute after which the engine is no longer started again. */
const mostDeaths = 5
const deathWindowMs = 60_000

/** Starts the engine. Its thread ends with stop(), or with the process. */
export function startEngine(options: StartOptions): Engine {
  const journal = options.journal ?? (() => {})
  const entry = options.entry ?? entryBeside(import.meta.url, 'engine-worker')
  let deaths: number[] = []
  let stopping = false
  let worker: Worker | undefined = start()

  function start(): Worker {
    const started = new Worker(entry, { workerData: options.setup, name: 'tasktrail engine' })
    // Every page's port is closed by the thread's end, so each page learns of it by itself.
    started.on('error', (error: Error) => journal(`the engine failed: ${error.stack ?? error.message}`))
    started.on('exit', (code) => {
      if (worker === started) worker = undefined
      if (stopping) return
      deaths.push(performance.now())
      journal(`the engine ended unexpectedly (code ${code})`)
    })
    return started
  }

  function connect(): MessagePort {
    if (stopping) throw new Refusal('engine.thread.stopped', 'The engine has been stopped.', 'Start again.')
    deaths = deaths.filter((at) => performance.now() - at < deathWindowMs)
    if (!worker && deaths.length >= mostDeaths)
      throw new Refusal(
        'engine.thread.failing',
        `The engine ended ${deaths.length} times within a minute.`,
        'Close Tasktrail and start it again; the journal on stderr says why it ended.',
        { deaths: deaths.length },
      )
    worker ??= start()
    const { port1, port2 } = new MessageChannel()
    const order: EngineOrder = { type: 'connect', port: port2 }
    worker.postMessage(order, [port2])
    return port1
  }

  async function stop(): Promise<void> {
    stopping = true
    const ending = worker
    if (!ending) return
    const ended = new Promise<void>((done) => ending.once('exit', () => done()))
    const order: EngineOrder = { type: 'stop' }
    ending.postMessage(order)
    const late = setTimeout(() => void ending.terminate(), options.stopWithinMs ?? 5000)
    await ended
    clearTimeout(late)
  }

  return { connect, stop }
}

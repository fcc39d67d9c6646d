// Opens a router to a message port, wherever the port comes from: a worker thread, Electron's utility process,
// or a channel inside one thread (tests). One RPC handler serves all ports; each port is one page.
import type { Context as AnyContext } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { describeError, isFault } from './answer-errors.ts'

export type Journal = (line: string) => void

type Router<Context extends AnyContext> = ConstructorParameters<typeof RPCHandler<Context>>[0]
export type EnginePort = Parameters<InstanceType<typeof RPCHandler>['upgrade']>[0]

/**
 * Makes the function that opens `router` to a port. A port that closes aborts what it had asked for; each procedure's
 * context has `gone`, which is aborted just before.
 * Faults of ours go to the journal with their cause; refusals and cancellations are answers, not faults.
 */
export function attachRouter<Context extends AnyContext>(
  router: Router<Context>,
  context: Context,
  journal: Journal,
): (port: EnginePort) => void {
  const noted = (error: unknown, path: readonly string[], isStopped: boolean) => {
    const isAbort = isStopped && error instanceof Error && error.name === 'AbortError'
    if (isFault(error) && !isAbort) journal(`fault in ${path.join('.')}: ${describeError(error)}`)
    return error
  }
  const rpc = new RPCHandler<Context>(router, {
    clientInterceptors: [
      async ({ next, path, signal }) => {
        const isStopped = () => signal?.aborted ?? false
        try {
          const output = await next()
          if (!isStream(output)) return output
          return follow(output, (error) => noted(error, path, isStopped()))
        } catch (error) {
          throw noted(error, path, isStopped())
        }
      },
    ],
  })
  return (port) => {
    // told before oRPC aborts what the page had asked for: work that may go on without it can tell this from a stop
    const gone = new AbortController()
    if ('addEventListener' in port) port.addEventListener('close', () => gone.abort())
    else if ('on' in port) port.on('close', () => gone.abort())
    rpc.upgrade(port, { context: { ...context, gone: gone.signal } } as never)
    if ('start' in port && typeof port.start === 'function') port.start()
  }
}

const isStream = (output: unknown): output is AsyncIterator<unknown, unknown, void> =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output && 'next' in output

/** The same stream, whose failure is noted too: it may come long after the call was answered. */
async function* follow<T, R>(
  stream: AsyncIterator<T, R, void>,
  noted: (error: unknown) => unknown,
): AsyncGenerator<T, R, void> {
  try {
    return yield* { [Symbol.asyncIterator]: () => stream }
  } catch (error) {
    throw noted(error)
  }
}

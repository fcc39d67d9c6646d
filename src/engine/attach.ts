// Opens a router to a message port, wherever the port comes from: a worker thread, Electron's utility process,
// or a channel inside one thread (tests). One RPC handler serves all ports; each port is one page.
import { ORPCError, onError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { Refusal } from '../base/refusal.ts'

export type Journal = (line: string) => void

type Router<Context extends Record<string, unknown>> = ConstructorParameters<typeof RPCHandler<Context>>[0]
type Port = Parameters<InstanceType<typeof RPCHandler>['upgrade']>[0]

/**
 * Makes the function that opens `router` to a port. A port that closes aborts what it had asked for.
 * Faults of ours go to the journal with their cause; refusals and cancellations are answers, not faults.
 */
export function attachRouter<Context extends Record<string, unknown>>(
  router: Router<Context>,
  context: Context,
  journal: Journal,
): (port: Port) => void {
  const rpc = new RPCHandler<Context>(router, {
    clientInterceptors: [
      onError((error) => {
        if (isFault(error)) journal(`fault: ${describe(error)}`)
      }),
    ],
  })
  return (port) => {
    rpc.upgrade(port, { context } as never)
    if ('start' in port && typeof port.start === 'function') port.start()
  }
}

const isFault = (error: unknown): boolean =>
  !(error instanceof Refusal) &&
  !(error instanceof ORPCError && (error.defined || error.code === 'BAD_REQUEST' || error.status === 404)) &&
  !(error instanceof Error && error.name === 'AbortError')

/** An error with its causes, for the journal. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\n  caused by: ${describe(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}

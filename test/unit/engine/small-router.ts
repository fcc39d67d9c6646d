// A small router that does what every procedure of the product may do: answer, refuse, stream, be stopped, fail.
// Its own jobs leave a trace, so that a test can tell that the far side really ended.
import { setTimeout as sleep } from 'node:timers/promises'
import { ORPCError, os } from '@orpc/server'
import * as z from 'zod'

export interface SmallContext {
  readonly trace: string[]
}
const base = os.$context<SmallContext>().errors({
  REFUSED: {
    data: z.object({ code: z.string(), remedy: z.string(), facts: z.record(z.string(), z.unknown()) }),
  },
})

export const smallRouter = {
  echo: base.input(z.object({ text: z.string().max(1_000_000) })).handler(({ input }) => input.text),
  refuse: base.handler(() => {
    throw new ORPCError('REFUSED', {
      message: 'The folder is not a case.',
      data: { code: 'case.folder.unknown', remedy: 'Choose another folder.', facts: { dir: 'x' } },
    })
  }),
  bytes: base.handler(() => new File([Uint8Array.from([0, 255, 1, 254])], 'bytes.bin')),
  size: base.input(z.file()).handler(({ input }) => input.size),
  fail: base.handler(() => {
    throw new Error('a bug')
  }),
  die: base.handler(() => {
    setTimeout(() => process.exit(9), 5)
    return true
  }),
  trace: base.handler(({ context }) => context.trace),
  count: base.input(z.object({ name: z.string(), to: z.int() })).handler(async function* ({
    input,
    signal,
    context,
  }) {
    try {
      for (let done = 0; done < input.to; done++) {
        yield { done }
        await sleep(10, undefined, signal ? { signal } : {})
      }
      return { rows: input.to }
    } finally {
      context.trace.push(`${input.name} ended, aborted=${signal?.aborted ?? false}`)
    }
  }),
}

// The engine's end of main's services (electron/main/host-services.ts): questions out, answers in, each with its number.
import type { HostServices } from '../../src/engine/context.ts'

interface Port {
  postMessage(message: unknown): void
}
interface Answer {
  readonly type: 'service'
  readonly id: number
  readonly bytes?: string
  readonly why?: string
}

export interface MainServices extends HostServices {
  /** true when the message was an answer of main's */
  take(message: unknown): boolean
}

export function askMain(parent: Port): MainServices {
  const waiting = new Map<number, { give: (text: string) => void; fail: (error: Error) => void }>()
  let last = 0
  const ask = (act: 'seal' | 'open' | 'print', text: string) =>
    new Promise<string>((give, fail) => {
      const id = ++last
      waiting.set(id, { give, fail })
      parent.postMessage({ type: 'service', id, act, text })
    })
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  return {
    take(message) {
      const { type, id, bytes, why } = (message ?? {}) as Partial<Answer>
      if (type !== 'service' || id === undefined) return false
      const asked = waiting.get(id)
      waiting.delete(id)
      if (bytes !== undefined) asked?.give(bytes)
      else asked?.fail(new Error(why ?? 'main gave no answer'))
      return true
    },
    secrets: {
      // safeStorage keeps text: the secret goes there and comes back as base64
      seal: async (secret) => {
        const sealed = await ask('seal', base64(secret))
        return sealed === '' ? undefined : Buffer.from(sealed, 'base64')
      },
      open: async (sealed) => Buffer.from(await ask('open', base64(sealed)), 'base64'),
    },
    print: async (html) => Buffer.from(await ask('print', html), 'base64'),
  }
}

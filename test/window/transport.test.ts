import { setTimeout as sleep } from 'node:timers/promises'
import { isDefinedError, ORPCError, safe } from '@orpc/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { portTransport, type SmallApi, socketTransport, type Transport } from './transport.ts'

/** Waits until the far side has written the line, and fails with what it wrote instead. */
async function traced(api: SmallApi, line: string): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    if ((await api.trace()).includes(line)) return
    await sleep(20)
  }
  expect(await api.trace()).toContain(line)
}

const transports: [string, () => Promise<Transport>][] = [
  ['a message port to the engine thread', portTransport],
  ['a WebSocket relayed to the engine thread', socketTransport],
]

describe.each(transports)('over %s', (_name, start) => {
  let transport: Transport
  let api: SmallApi
  beforeAll(async () => {
    transport = await start()
    api = (await transport.open()).api
  })
  afterAll(() => transport.close())

  it('a call is answered, with text of any script unchanged', async () => {
    const text = 'Zürich \u202e ⟨\u0000⟩ 🜁 \ud800 " \\ __proto__'
    expect(await api.echo({ text })).toBe(text)
    expect(await api.echo({ text: 'x'.repeat(1_000_000) })).toHaveLength(1_000_000)
  })

  it('bytes arrive unchanged in both directions', async () => {
    const file = await api.bytes()
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(Uint8Array.from([0, 255, 1, 254]))
    expect(await api.size(new File([new Uint8Array(70_000).fill(255)], 'a.bin'))).toBe(70_000)
  })

  it('a refusal arrives as a typed error with code, remedy and facts', async () => {
    const { error } = await safe(api.refuse())
    expect(isDefinedError(error) && { message: error.message, ...error.data }).toEqual({
      message: 'The folder is not a case.',
      code: 'case.folder.unknown',
      remedy: 'Choose another folder.',
      facts: { dir: 'x' },
    })
  })

  it('input of the wrong shape is a BAD_REQUEST and reaches no procedure', async () => {
    const { error } = await safe(api.echo({ text: 7 } as never))
    expect(error).toMatchObject({ code: 'BAD_REQUEST' })
  })

  it('a procedure that does not exist is NOT_FOUND', async () => {
    const stranger = api as unknown as { nothing: { here: () => Promise<unknown> } }
    const { error } = await safe(stranger.nothing.here())
    expect(error).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('a bug on the far side is an error without its stack, which stays in the journal', async () => {
    const { error } = await safe(api.fail())
    expect(error).toBeInstanceOf(ORPCError)
    expect(JSON.stringify(error)).not.toContain('small-router')
    expect((await api.trace()).join('\n')).toMatch(/fault in fail: Error: a bug[\s\S]*small-router/)
    expect(await api.echo({ text: 'still here' })).toBe('still here')
  })

  it('progress is streamed in order and the result is the returned value', async () => {
    const stream = await api.count({ name: 'whole', to: 4 })
    const seen: number[] = []
    for (let turn = await stream.next(); ; turn = await stream.next()) {
      if (turn.done) {
        expect(turn.value).toEqual({ rows: 4 })
        break
      }
      seen.push(turn.value.done)
    }
    expect(seen).toEqual([0, 1, 2, 3])
    await traced(api, 'whole ended, aborted=false')
  })

  it('an abort reaches the running job and its cleaning up', async () => {
    const stop = new AbortController()
    const stream = await api.count({ name: 'aborted', to: 100_000 }, { signal: stop.signal })
    await stream.next()
    stop.abort()
    await expect(stream.next()).rejects.toThrow()
    await traced(api, 'aborted ended, aborted=true')
  })

  it('leaving the progress early stops the job', async () => {
    for await (const progress of await api.count({ name: 'left', to: 100_000 })) if (progress.done > 1) break
    await traced(api, 'left ended, aborted=true')
  })

  it('a page that goes away stops its own job and nobody else’s', async () => {
    const other = await transport.open()
    const mine = await api.count({ name: 'mine', to: 40 })
    await mine.next()
    const theirs = await other.api.count({ name: 'theirs', to: 100_000 })
    await theirs.next()
    other.leave()
    await traced(api, 'theirs ended, aborted=true')
    for await (const _ of mine);
    await traced(api, 'mine ended, aborted=false')
  })

  it('refusals and stopped work are answers, not faults', async () => {
    await safe(api.refuse())
    const stop = new AbortController()
    const job = await api.count({ name: 'quietly', to: 100_000 }, { signal: stop.signal })
    await job.next()
    stop.abort()
    await traced(api, 'quietly ended, aborted=true')
    expect((await api.trace()).join('\n')).not.toMatch(/fault in (refuse|count)/)
  })

  it('frames that are no messages are dropped, noted, and harm nobody', async () => {
    const page = await transport.open()
    const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
    const frames = [
      '',
      'no json',
      'null',
      '7',
      '[]',
      '{}',
      '{"i":1,"t":3}',
      '{"i":1,"t":99,"p":null}',
      '{"i":{"a":1},"t":4}',
      '{"i":"9","p":{"u":"http://[","b":{}}}',
      '{"i":"8","p":{"u":"/echo","b":{"json":{"text":"x"},"meta":[[99,"a","b"]],"maps":[["__proto__"]]}}}',
      '{"i":"7","p":{"u":"/__proto__/constructor"}}',
      `{"i":"6","p":{"u":"/echo","b":{"json":{"text":${deep(5000)}}}}}`,
      deep(1_000_000),
      Uint8Array.from([255, 255, 255]),
      new Uint8Array(0),
      new Uint8Array(100_000).fill(0xff),
    ]
    for (const frame of frames) page.send(frame)
    expect(await page.api.echo({ text: 'same page' })).toBe('same page')
    expect(await api.echo({ text: 'other page' })).toBe('other page')
    expect((await api.trace()).filter((line) => line.startsWith('dropped: ')).length).toBeGreaterThan(5)
    expect(transport.journal.filter((line) => line.includes('unexpectedly'))).toEqual([])
    page.leave()
  })

  it('names that reach into prototypes change nothing', async () => {
    const hostile = JSON.parse('{"text":"a","__proto__":{"polluted":1},"constructor":{"polluted":1}}')
    await safe(api.echo(hostile))
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    expect(await api.echo({ text: 'b' })).toBe('b')
  })

  it('an engine that dies ends its pages, says so, and is there again for the next page', async () => {
    const page = await transport.open()
    const job = await page.api.count({ name: 'cut short', to: 100_000 })
    await page.api.die()
    await expect(Array.fromAsync(job)).rejects.toThrow()
    await expect.poll(() => transport.journal.join('\n')).toContain('the engine ended unexpectedly (code 9)')
    const next = await transport.open()
    expect(await next.api.echo({ text: 'again' })).toBe('again')
  })
})

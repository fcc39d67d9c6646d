/**
 * Hosts without PowerShell, for many at a time: they answer the agent's requests from practice evidence in memory. What the agent
 * itself does is not tested by them; who asks is.
 */
import { createHash } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import type { AgentPipe } from '../../src/acquire/agent-channel.ts'
import type { startSsh } from '../../src/acquire/ssh-way.ts'

interface Request {
  readonly id: number
  readonly op: string
  readonly token?: string
  readonly names?: readonly string[]
  readonly path?: string
  readonly channel?: string
  readonly offset?: number
}
type Answer = Readonly<Record<string, unknown>>

export interface LightHosts {
  /** in place of the system's ssh */
  readonly startSsh: typeof startSsh
  /** most that were connected at one time */
  readonly most: number
  readonly asked: ReadonlyMap<string, number>
}

const now = '2026-01-13T21:42:09.6126253Z'
const blockBytes = 1 << 20

export interface LightOptions {
  /** hosts that end the connection at the first export */
  readonly broken?: (host: string) => boolean
  /** so many rows in the list of tasks */
  readonly tasks?: number
  /** of the responder */
  readonly sid?: string
  /** the host's clock against ours */
  readonly clockMs?: number
  /** channels that are switched off */
  readonly disabled?: readonly string[]
  /** written before the answers to the first request, as it is */
  readonly noise?: string
}

/** @param logs bytes by channel, the same for every host */
export function lightHosts(
  logs: Readonly<Record<string, Buffer>>,
  {
    broken = () => false,
    tasks = 0,
    sid = 'S-1-5-21-1-2-3-5001',
    clockMs = 0,
    disabled = [],
    noise,
  }: LightOptions = {},
): LightHosts {
  let connected = 0
  let most = 0
  const asked = new Map<string, number>()
  const hashes = Object.fromEntries(
    Object.entries(logs).map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
  )
  const answers = function* (
    host: string,
    { op, names, path = '', channel = '', offset = 0 }: Request,
  ): Generator<Answer> {
    const item = (kind: string, fields: Answer) => ({ type: 'item', kind, ...fields })
    if (op === 'hello')
      yield item('hello', {
        protocol: 1,
        computer: host.toUpperCase(),
        pid: 4242,
        powershell: '5.1.17763.1',
        edition: 'Desktop',
        language: 'FullLanguage',
        name: 'SITE\\responder',
        sid,
        elevated: true,
        from: '',
        narrow: false,
        now,
        systemRoot: 'C:\\Windows',
      })
    if (op === 'clock')
      yield item('clock', { now: `${new Date(Date.now() + clockMs).toISOString().slice(0, -1)}0000Z` })
    if (op === 'host')
      yield item('os', {
        name: 'Windows Server 2019',
        version: '10.0.17763',
        build: '17763',
        lastBoot: now,
        installed: now,
        fqdn: `${host}.site.lan`,
        domainRole: 3,
        offsetMinutes: 60,
        timeZone: 'W. Europe Standard Time',
      })
    if (op === 'channels')
      for (const name of names ?? [])
        if (logs[name])
          yield item('channel', {
            name,
            enabled: !disabled.includes(name),
            mode: 'Circular',
            maxSize: '20971520',
            size: String(logs[name].length),
            records: '100',
            path: `C:\\Logs\\${name}`,
            full: '',
            firstRecord: '1',
            firstTime: now,
            lastRecord: '100',
            lastTime: now,
          })
    if (op === 'stage')
      yield item('staging', { path: 'C:\\Windows\\Temp\\tasktrail', files: [], existed: false })
    if (op === 'export')
      yield item('staged', {
        path: channel,
        size: String(logs[channel]?.length ?? 0),
        source: `C:\\Logs\\${channel}`,
        oldestBefore: null,
        oldestAfter: null,
        countBefore: null,
        countAfter: null,
        at: now,
      })
    if (op === 'tasks-com')
      for (let i = 0; i < tasks; i++)
        yield item('task', {
          path: `\\many\\task-${i}`,
          state: 3,
          enabled: true,
          lastRun: null,
          lastResult: null,
          missed: 0,
          nextRun: null,
          sddl: null,
          xml: '<Task/>',
          cut: false,
        })
    if (op === 'read') {
      const bytes = logs[path] ?? Buffer.alloc(0)
      for (let at = offset; at < bytes.length; at += blockBytes) {
        const part = bytes.subarray(at, at + blockBytes)
        yield {
          type: 'block',
          seq: 0,
          offset: String(at),
          length: part.length,
          gz: gzipSync(part, { level: 1 }).toString('base64'),
        }
      }
      yield item('end', { length: String(bytes.length), sha256: hashes[path] ?? '' })
    }
    if (op === 'clean') yield item('cleaned', { path: '', existed: true, left: false })
  }
  const start = (host: string): AgentPipe => {
    const stdin = new PassThrough()
    const stdout = new PassThrough()
    let end = (_: number) => {}
    const ended = new Promise<number>((resolve) => {
      end = (code) => {
        stdout.end()
        resolve(code)
      }
    })
    most = Math.max(most, ++connected)
    void ended.then(() => connected--)
    void (async () => {
      let held = Buffer.alloc(0)
      let skip = -1
      let token = ''
      for await (const chunk of stdin) {
        held = Buffer.concat([held, chunk as Buffer])
        for (;;) {
          const at = held.indexOf(10)
          if (skip < 0) {
            // "LENGTH SHA256", then the agent
            if (at < 0) break
            skip = Number(held.subarray(0, at).toString().split(' ')[0])
            held = held.subarray(at + 1)
          }
          if (held.length < skip) break
          held = held.subarray(skip)
          skip = 0
          const line = held.indexOf(10)
          if (line < 0) break
          const request = JSON.parse(held.subarray(0, line).toString()) as Request
          held = held.subarray(line + 1)
          token = request.token ?? token
          asked.set(request.op, (asked.get(request.op) ?? 0) + 1)
          if (request.op === 'export' && broken(host)) {
            end(255)
            return
          }
          if (noise !== undefined && request.id === 1) stdout.write(noise)
          for (const answer of [...answers(host, request), { type: 'done' }])
            if (!stdout.write(`${JSON.stringify({ k: token, type: '', id: request.id, ...answer })}\n`))
              await new Promise((done) => stdout.once('drain', done))
        }
      }
      end(0)
    })()
    return { stdin, stdout, stderr: new PassThrough(), ended, kill: () => end(1) }
  }
  return {
    startSsh: ({ host }) => start(host),
    get most() {
      return most
    },
    asked,
  }
}

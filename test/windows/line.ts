/** A line to a server that breaks after so many bytes from the host: by count and never by time. */
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Server } from './sshd.ts'

export interface Line {
  /** for `ssh -F`: the same server, over this line */
  readonly configFile: string
  /** breaks that have happened */
  readonly broken: number
  end(): void
}

/**
 * Each connection but the last breaks once its number of bytes has come from the host. `onBreak` runs before; bytes stand still
 * meanwhile. Connections after the last number are whole.
 */
export async function breakingLine(
  server: Server,
  after: readonly number[],
  onBreak: (nth: number) => void = () => {},
): Promise<Line> {
  let opened = 0
  let broken = 0
  const sockets = new Set<Socket>()
  const listener = createServer((near) => {
    const limit = after[opened++] ?? Number.POSITIVE_INFINITY
    const far = connect(server.port, '127.0.0.1')
    let passed = 0
    const close = () => {
      near.destroy()
      far.destroy()
      sockets.delete(near)
    }
    sockets.add(near)
    for (const socket of [near, far]) socket.on('error', close).on('close', close)
    near.pipe(far)
    far.on('data', (bytes: Buffer) => {
      passed += bytes.length
      if (passed >= limit) {
        onBreak(broken++)
        return close()
      }
      if (!near.write(bytes)) {
        far.pause()
        near.once('drain', () => far.resume())
      }
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as { port: number }
  const configFile = join(server.dir, `line-${port}`)
  writeFileSync(
    configFile,
    readFileSync(server.configFile, 'utf8').replace(
      /Port \d+/,
      `Port ${port}\n  HostKeyAlias [127.0.0.1]:${server.port}\n  CheckHostIP no`,
    ),
  )
  return {
    configFile,
    get broken() {
      return broken
    },
    end() {
      listener.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

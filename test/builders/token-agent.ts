/** An agent with one key of a FIDO token, made by software: speaks the agent's protocol and signs as PROTOCOL.u2f says. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:net'
import { SshReader, sshString } from '../../src/bundle/ssh-wire.ts'

export type Fault = 'none' | 'refuses' | 'another message' | 'huge' | 'silent' | 'no agent'

const type = 'sk-ssh-ed25519@openssh.com'
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Listens on `socket`; `line` is the public key as `ssh-add -L` shows it. */
export async function tokenAgent(socket: string, fault: () => Fault = () => 'none') {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const blob = Buffer.concat([sshString(type), sshString(raw), sshString('ssh:')])
  let counter = 41
  const answer = (request: Buffer): Buffer => {
    const reader = new SshReader(request.subarray(1))
    if (request[0] === 11)
      return Buffer.concat([Buffer.from([12]), uint32(1), sshString(blob), sshString('token of J. Doe')])
    if (request[0] !== 13 || !reader.string().equals(blob) || fault() === 'refuses') return Buffer.from([5])
    const message = fault() === 'another message' ? Buffer.from('another') : reader.string()
    counter++
    const tail = Buffer.concat([Buffer.from([1]), uint32(counter)])
    const signature = sign(
      null,
      Buffer.concat([sha256(Buffer.from('ssh:')), tail, sha256(message)]),
      privateKey,
    )
    const signed = Buffer.concat([sshString(type), sshString(signature), tail])
    return Buffer.concat([Buffer.from([14]), sshString(signed)])
  }
  const server = createServer((connection) => {
    let arrived = Buffer.alloc(0)
    connection.on('error', () => {})
    connection.on('data', (block) => {
      arrived = Buffer.concat([arrived, block])
      if (arrived.length < 4 || arrived.length < arrived.readUInt32BE() + 4) return
      if (fault() === 'silent') return void connection.end()
      if (fault() === 'huge') return void connection.write(uint32(0x7fff_ffff))
      if (fault() === 'no agent') return void connection.write('HTTP/1.1 400 Bad Request\r\n\r\n')
      connection.write(sshString(answer(arrived.subarray(4))))
    })
  })
  await new Promise<void>((listening) => server.listen(socket, listening))
  return { line: `${type} ${blob.toString('base64')}`, close: () => server.close() }
}
